/** Data that an earlier version wrote is opened by the program of today, and nothing that it answered changes. */
import { describe, expect, inject, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { openTributary, openWarehouse } from '../../src/tributary.ts';
import { OLDER_PROGRAM_MESSAGE, VERSIONS } from '../../src/warehouse/versions/index.ts';
import type { TestServer } from '../server/harness.ts';
import type { EngineName } from '../support/engine.ts';
import { DEEP } from '../support/tier.ts';
import { count } from './rows.ts';
import { asItWas, STORED_ADMIN, STORED_ANSWERS, STORED_READ, STORED_WRITE, storedFolder } from './stored-folder.ts';

const TOMORROW = [...VERSIONS, { version: VERSIONS.length + 1, columns: { touchpoints: { tier: 'text?' } } }] as const;

async function flush(server: TestServer): Promise<void> {
  expect((await server.post('/v1/flush', undefined, STORED_ADMIN)).status).toBe(200);
}

const counted = (server: TestServer, table: string): Promise<number> =>
  server.tributary.warehouse.read((s) => count(s, table));

/** How long a fit took depends on the machine, and the two engines were filled by two runs. */
const comparable = (answer: string): string => asItWas(answer).replace(/"training_ms":\d+/, '"training_ms":0');

/** The quick tier asks DuckDB, the deep one ClickHouse. */
const ENGINES: readonly EngineName[] = DEEP ? ['clickhouse'] : ['duckdb'];

describe.each(ENGINES)('a folder of schema 2 on %s', (engine) => {
  const there = engine === 'duckdb' || inject('clickhouse_url') !== '';

  test.runIf(there)('is opened, loads what its spool still held, and answers as it did, to the byte', async () => {
    const server = await (await storedFolder(engine)).serve();
    await flush(server);
    expect(server.tributary.collector.health().loader).toMatchObject({ dead_letters: 0, conflicts: 1, last_error: '' });
    for (const [path, answer] of Object.entries(STORED_ANSWERS)) {
      const { status, text } = await server.get(path, STORED_READ);
      expect([path, status, comparable(text)]).toEqual([path, 200, comparable(answer)]);
    }
  });

  test.runIf(there)('takes new events of every sort, and knows the ids that it holds', async () => {
    const server = await (await storedFolder(engine)).serve();
    await flush(server);
    const before = await counted(server, 'touchpoints');
    const event = { customer_id: 'customer-1', touchpoint_type: 'email_click', occurred_at: '2026-04-01T09:00:00Z' };
    const sent = [{ ...event, touchpoint_id: 'new-1' }, { ...event, touchpoint_id: 'late-1' }, event, event];
    expect((await server.post('/v1/touchpoints', sent, STORED_WRITE)).body.accepted).toBe(4);
    await flush(server);
    expect([await counted(server, 'touchpoints'), await counted(server, 'dead_letters')]).toEqual([before + 2, 1]);
    const { loader } = server.tributary.collector.health();
    expect(loader).toMatchObject({ duplicates: 1, conflicts: 2, dead_letters: 0, last_error: '' });
  });

  test.runIf(there)('stops the programs of that time with a sentence, before they change anything', async () => {
    const { folder, config } = await storedFolder(engine);
    const warehouse = await openWarehouse(folder, makeConfig(config));
    expect(await warehouse.migrate()).toEqual(VERSIONS.map(({ version }) => version).filter((version) => version > 2));
    // Their first look into the data: they make the table if it is not there, and ask for the newest version.
    const database = engine === 'duckdb' ? '' : `${new URL(config.warehouse).pathname.slice(1)}.`;
    const asked = warehouse.read((s) =>
      s.query(`select coalesce(max(version), 0) as version from ${database}schema_versions`),
    );
    await expect(asked).rejects.toThrow(OLDER_PROGRAM_MESSAGE);
    expect((await warehouse.diagnose()).schema_version).toBe(VERSIONS.length);
    await warehouse.close();
  });

  test.runIf(there)(
    'that a newer program has opened is refused with both versions, and nothing is written',
    async () => {
      const { folder, config } = await storedFolder(engine);
      const newer = await openWarehouse(folder, makeConfig(config));
      expect((await newer.migrate(TOMORROW)).at(-1)).toBe(TOMORROW.length);
      const rows = (await newer.diagnose()).tables;
      await newer.close();
      await expect(openTributary({ folder, config: makeConfig(config) })).rejects.toMatchObject({
        code: 'conflict',
        message: `this data was written by a newer Tributary (schema ${TOMORROW.length}, this program knows ${VERSIONS.length}); run that version or newer`,
      });
      const again = await openWarehouse(folder, makeConfig(config));
      expect((await again.diagnose()).tables).toEqual(rows);
      await again.close();
    },
  );
});
