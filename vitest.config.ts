import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Files of the deep tier need real servers or much time: TRIBUTARY_DEEP=1 runs them too.
    exclude: ['**/node_modules/**', ...(process.env['TRIBUTARY_DEEP'] ? [] : ['**/*.deep.test.ts'])],
    globalSetup: ['test/clickhouse/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
