/**
 * Data that an earlier version wrote is opened by a program of tomorrow: one with another optional field on touchpoints and another
 * kind of record. That program is this one with its lists of kinds and versions replaced; everything else is as it runs.
 */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, inject, test, vi } from 'vitest';
import { clickHouseUrl } from '../support/clickhouse.ts';
import type { EngineName } from '../support/engine.ts';
import { DEEP } from '../support/tier.ts';

vi.mock('../../src/domain/index.ts', async (original) => {
  const { tomorrowsDomain } = await import('./tomorrow.ts');
  return tomorrowsDomain(await original());
});
vi.mock('../../src/warehouse/versions/index.ts', async (original) => {
  const { tomorrowsVersions } = await import('./tomorrow.ts');
  return tomorrowsVersions(await original());
});

const { asItWas, STORED_ADMIN, STORED_ANSWERS, STORED_READ, STORED_WRITE, storedFolder } = await import(
  './stored-folder.ts'
);
const { TOMORROW } = await import('./tomorrow.ts');
const { makeConfig } = await import('../../src/config.ts');
const { temporaryFolder } = await import('../support/folder.ts');
const { openWarehouse } = await import('../../src/tributary.ts');
const { TABLES } = await import('../../src/warehouse/schema.ts');

/** Writes a Parquet file anew without one of its columns. */
async function withoutColumn(file: string, column: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`copy (select * exclude (${column}) from '${file}') to '${file}.new' (format parquet)`);
  connection.closeSync();
  instance.closeSync();
  renameSync(`${file}.new`, file);
}

const TOUCH = { customer_id: 'customer-1', touchpoint_type: 'email_click', occurred_at: '2026-04-01T09:00:00Z' };

/** The quick tier asks DuckDB, the deep one ClickHouse. */
const ENGINES: readonly EngineName[] = DEEP ? ['clickhouse'] : ['duckdb'];

describe.each(ENGINES)('a folder of schema 2 on %s', (engine) => {
  const there = engine === 'duckdb' || inject('clickhouse_url') !== '';

  test.runIf(there)('gets the new column and the new table, which are written and read', async () => {
    expect(Object.keys(TABLES)).toContain('visits');
    const server = await (await storedFolder(engine)).serve();
    const post = async (path: string, body: unknown) =>
      expect((await server.post(path, body, STORED_WRITE)).body).toMatchObject({ rejected: [] });
    await post('/v1/touchpoints', [
      { ...TOUCH, touchpoint_id: 'new-1', loyalty_tier: 'gold' },
      { ...TOUCH, touchpoint_id: 'new-2' },
    ]);
    await post('/v1/visits', {
      visit_id: 'v-1',
      customer_id: 'customer-1',
      shop: 'Berlin',
      occurred_at: '2026-04-01T09:00:00Z',
    });
    expect((await server.post('/v1/flush', undefined, STORED_ADMIN)).status).toBe(200);
    const { loader } = server.tributary.collector.health();
    expect(loader).toMatchObject({ dead_letters: 0, last_error: '', loaded: { visits: 1 } });
    const [touches, visits] = await server.tributary.warehouse.read(async (s) => [
      await s.query(
        "select touchpoint_id, loyalty_tier from touchpoints where touchpoint_id in ('new-1', 'new-2', 't-1') order by touchpoint_id",
      ),
      await s.query('select visit_id, shop, epoch_ms(occurred_at) as at_ms from visits'),
    ]);
    expect(touches).toEqual([
      { touchpoint_id: 'new-1', loyalty_tier: 'gold' },
      { touchpoint_id: 'new-2', loyalty_tier: null },
      { touchpoint_id: 't-1', loyalty_tier: null },
    ]);
    expect(visits).toEqual([{ visit_id: 'v-1', shop: 'Berlin', at_ms: BigInt(Date.UTC(2026, 3, 1, 9)) }]);
    expect((await server.tributary.warehouse.diagnose()).schema_version).toBe(TOMORROW);
  });

  test.runIf(there)('restores a backup that was made before the column and the table came', async () => {
    const server = await (await storedFolder(engine)).serve();
    await server.post('/v1/flush', undefined, STORED_ADMIN);
    const backup = join(server.folder, 'backup');
    await server.tributary.warehouse.backup(backup);
    // Such a backup has no manifest.
    for (const name of ['visits.parquet', 'manifest.json', 'backup.txt']) rmSync(join(backup, name));
    await withoutColumn(join(backup, 'touchpoints.parquet'), 'loyalty_tier');
    const other = temporaryFolder();
    const place = engine === 'duckdb' ? `duckdb:${join(other, 'w.duckdb')}` : clickHouseUrl(other);
    const restored = await openWarehouse(other, makeConfig({ warehouse: place }));
    await restored.migrate();
    await restored.restore(backup);
    const sql =
      'select count(*) as n, count(loyalty_tier) as tiers, count(distinct touchpoint_id) as ids from touchpoints';
    expect(await restored.read((s) => s.query(sql))).toEqual([{ n: 49n, tiers: 0n, ids: 49n }]);
    await restored.close();
  });

  test.runIf(there)('answers about the old events as the program of that time did', async () => {
    const server = await (await storedFolder(engine)).serve();
    await server.post('/v1/flush', undefined, STORED_ADMIN);
    for (const [path, answer] of Object.entries(STORED_ANSWERS).filter(([path]) => path.startsWith('/v1/reports/'))) {
      const { text } = await server.get(path, STORED_READ);
      expect([path, asItWas(text)]).toEqual([path, answer]);
    }
  });
});
