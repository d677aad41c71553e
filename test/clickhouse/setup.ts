/** One server for the whole run. Where the engine does not start, its tests are skipped aloud; in CI that fails the run. */
import type { TestProject } from 'vitest/node';
import { ClickHouseServer } from '../support/clickhouse.ts';

const RULE = '!'.repeat(100);

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.env['TRIBUTARY_WITHOUT_CLICKHOUSE'] && !process.env['CI']) {
    process.stderr.write('tests on ClickHouse are left out, as TRIBUTARY_WITHOUT_CLICKHOUSE says\n');
    project.provide('clickhouse_url', '');
    return async () => undefined;
  }
  try {
    const server = await ClickHouseServer.start();
    project.provide('clickhouse_url', server.url);
    return () => server.stop();
  } catch (error) {
    const what = `${(error as Error).message}; install it with: node test/clickhouse/install.mjs`;
    if (process.env['CI'] || process.env['TRIBUTARY_TEST_ENGINE'] === 'clickhouse')
      throw new Error(`ClickHouse is not there for its tests: ${what}`);
    process.stderr.write(`\n${RULE}\n! SKIPPED: every test on ClickHouse. ${what}\n${RULE}\n\n`);
    project.provide('clickhouse_url', '');
    return async () => undefined;
  }
}
