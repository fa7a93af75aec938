import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Generous on purpose: a slow machine must not fail a test, and a hanging one says which.
const limits = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // By default a core is left free; but most of what these tests do is to wait for registries, databases and browsers.
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        test: {
          name: 'bff',
          root: 'bff',
          environment: 'node',
          include: ['src/**/*.test.ts'],
          globalSetup: [`${import.meta.dirname}/bff/src/testing/global-setup.ts`],
          ...limits,
        },
      },
      {
        test: { name: 'web', root: 'web', environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'], ...limits },
      },
      {
        test: { name: 'scripts', root: 'scripts', environment: 'node', include: ['**/*.test.ts'], ...limits },
      },
    ],
  },
});
