import { defineConfig } from 'vitest/config';

// Generous on purpose: a slow machine must not fail a test, and a hanging one says which.
const limits = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
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
