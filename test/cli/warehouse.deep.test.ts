/** `--warehouse` says where the data is; the data folder keeps the spool. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { openWarehouse } from '../../src/tributary.ts';
import { VERSIONS } from '../../src/warehouse/versions/index.ts';
import { clickHouseUrl } from '../support/clickhouse.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok } from './harness.ts';

const root = temporaryFolder();
const orders = join(root, 'orders.ndjson');
writeFileSync(
  orders,
  `${JSON.stringify({ conversion_id: 'a', customer_id: 'c', conversion_type: 'purchase', conversion_value: '5.00', currency: 'USD', occurred_at: '2026-03-01T10:00:00Z' })}\n`,
);

async function total(data: string, ...more: string[]): Promise<unknown> {
  const report = await json([
    'report',
    'attribution',
    '--start',
    '2026-03-01',
    '--end',
    '2026-04-01',
    '--data',
    data,
    ...more,
  ]);
  return (report as unknown as { summary: { total_revenue_micros: string } }).summary.total_revenue_micros;
}

test('a DuckDB file may stand elsewhere than in the data folder', async () => {
  const [data, file] = [join(root, 'spool'), join(root, 'elsewhere.duckdb')];
  await ok(['import', 'conversions', orders, '--data', data, '--warehouse', `duckdb:${file}`]);
  expect([existsSync(file), existsSync(join(data, 'warehouse.duckdb'))]).toEqual([true, false]);
  expect(await total(data, '--warehouse', `duckdb:${file}`)).toBe('5000000');
});

test.skipIf(inject('clickhouse_url') === '')(
  'what DuckDB held moves to ClickHouse with a backup, and its report is the same',
  async () => {
    const [small, large, folder] = [join(root, 'small'), join(root, 'large'), join(root, 'backup')];
    const [file, server] = [`duckdb:${join(root, 'small.duckdb')}`, clickHouseUrl(large)];
    await ok(['import', 'conversions', orders, '--data', small, '--warehouse', file]);
    await ok(['doctor', '--backup', folder, '--data', small, '--warehouse', file]);
    await ok(['doctor', '--restore', folder, '--data', large, '--warehouse', server]);
    expect(await total(large, '--warehouse', server)).toBe('5000000');
    expect(await ok(['doctor', '--data', large, '--warehouse', server])).toContain('clickhouse');
    const moved = join(root, 'moved.csv');
    await ok(['export', 'conversions', '--format', 'csv', '--out', moved, '--data', large, '--warehouse', server]);
    expect(readFileSync(moved, 'utf8')).toContain('2026-03-01T10:00:00.000Z');
    // And back again.
    const [back, again] = [join(root, 'back'), `duckdb:${join(root, 'again.duckdb')}`];
    await ok(['doctor', '--backup', back, '--data', large, '--warehouse', server]);
    await ok(['doctor', '--restore', back, '--data', join(root, 'again'), '--warehouse', again]);
    expect(await total(join(root, 'again'), '--warehouse', again)).toBe('5000000');
  },
);

test('a URL that names no warehouse is refused in one line that says what to send', async () => {
  const { code, err } = await cli(['doctor', '--data', root, '--warehouse', 'mysql://me:secret@x']);
  expect(code).toBe(1);
  expect(err).toMatch(/^error: warehouse: is not the URL of a warehouse; send duckdb:PATH or clickhouse:.*\n$/);
});

test('data of a newer program is refused in one sentence by every command that opens it', async () => {
  const [data, file] = [join(root, 'newer'), join(root, 'newer.duckdb')];
  mkdirSync(data);
  const newer = await openWarehouse(data, makeConfig({ warehouse: `duckdb:${file}` }));
  await newer.migrate([...VERSIONS, { version: VERSIONS.length + 1 }]);
  await newer.close();
  const known = VERSIONS.length;
  for (const argv of [['doctor'], ['import', 'conversions', orders], ['serve', '--port', '0']]) {
    const { code, out, err } = await cli([...argv, '--data', data, '--warehouse', `duckdb:${file}`]);
    expect([argv, code, out]).toEqual([argv, 1, '']);
    expect(err).toBe(
      `error: this data was written by a newer Tributary (schema ${known + 1}, this program knows ${known}); run that version or newer\n`,
    );
  }
});
