/** The kinds of tests, one project each; `tools/test.ts` runs them one after another. */
import { defineConfig } from 'vitest/config';

/** Only what hangs gets here. The slowest of these tests take some seconds; beside other work, ten times that. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 60_000 } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'protocols',
          include: ['packages/protocols/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.sim.test.ts'],
          ...patience,
        },
      },
      {
        test: {
          name: 'unit',
          include: ['{packages,apps,tools,bench}/**/*.test.ts'],
          // Those of the protocols are a project of their own, so that what they reach can be measured.
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.sim.test.ts', 'packages/protocols/**'],
          ...patience,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['packages/*/scenarios/**/*.sim.test.ts'],
          exclude: ['**/node_modules/**'],
          // One test runs hundreds of seeds.
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['tests/cluster/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          // The longest takes a minute and a half; with other work beside it, three times that. Only what hangs gets here.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Every file runs several nodes, which are late when there are too many.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: ['tests/browser/web-app-once.ts'],
          exclude: ['**/node_modules/**'],
          // The longest takes 24 s on a quiet machine. One wait may take a minute and a half (`patience.ts`), and that it
          // was this one is told only when the test's own time lasts longer than what went before and this.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 90_000 } },
          // Browsers share the machine's processors: two at once make each other late.
          fileParallelism: false,
        },
      },
    ],
  },
});
