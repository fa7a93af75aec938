import path from 'node:path';
import process from 'node:process';
import { defineConfig } from '@playwright/test';

const here = import.meta.dirname;
const isCi = process.env['CI'] !== undefined && process.env['CI'] !== '';

/**
 * Real Chromium on a real sandbox: `fixtures/start-sandbox.ts` starts it once for the run. To write tests against one
 * that runs already, set LONGSHORE_URL and LONGSHORE_ADMIN_PASSWORD.
 */
export default defineConfig({
  testDir: path.join(here, 'tests'),
  testMatch: '*.e2e.ts',
  outputDir: path.join(here, 'test-results'),
  globalSetup: path.join(here, 'fixtures/start-sandbox.ts'),
  // One sandbox serves all: tests that add registries or stop one would get in each other's way.
  workers: 1,
  fullyParallel: false,
  forbidOnly: isCi,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    // What waits for ever would end the test's time, and with it the chance to take away what it set up.
    actionTimeout: 30_000,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    colorScheme: 'light',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
