/** One server for the whole run. Without the engine, its tests are skipped aloud; in CI that fails the run. */
import type { TestProject } from 'vitest/node';
import { ClickHouseServer, clickHouseIsInstalled } from '../support/clickhouse.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!clickHouseIsInstalled()) {
    const what = 'ClickHouse is not installed for the tests; run: node test/clickhouse/install.mjs';
    if (process.env['CI'] || process.env['TRIBUTARY_TEST_ENGINE'] === 'clickhouse') throw new Error(what);
    process.stderr.write(`\n${'!'.repeat(100)}\n! SKIPPED: every test on ClickHouse. ${what}\n${'!'.repeat(100)}\n\n`);
    project.provide('clickhouse_url', '');
    return async () => undefined;
  }
  const server = await ClickHouseServer.start();
  project.provide('clickhouse_url', server.url);
  return () => server.stop();
}
