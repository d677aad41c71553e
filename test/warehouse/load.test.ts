/** A load: one transaction in parts, whose rows come back as those of batches do. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { type Batch, type Load, RowFault } from '../../src/warehouse/port.ts';
import type { Cell, Row } from '../../src/warehouse/schema.ts';
import { VERSIONS } from '../../src/warehouse/versions/index.ts';
import { count, rowOf } from './rows.ts';

let warehouse: DuckDBWarehouse;
beforeAll(async () => {
  warehouse = await DuckDBWarehouse.open({ path: ':memory:', threads: 2 });
  // Version by version, so that later columns stand at the end of their tables.
  for (let n = 1; n <= VERSIONS.length; n++) await warehouse.migrate(VERSIONS.slice(0, n));
});
afterAll(() => warehouse.close());

const begin = (): Promise<Load> => warehouse.beginLoad();
const links = (): Promise<number> => warehouse.read((s) => count(s, 'identity_links'));

/** Around the length at which the engine keeps a text beside its length. */
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('a', '\0', '\x7f', '\x80', 'é', '€', '😀', '\ud83d', '\ufeff'), maxLength: 14 }),
  fc.constantFrom('', 'twelve chars', 'thirteen chrs', 'x'.repeat(70_000)),
);
const cells = fc.record({
  evidence: fc.option(texts),
  left_id: texts,
  probability: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  content_hash: fc.oneof(
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    fc.maxSafeInteger(),
    fc.constantFrom(0, -1, 2 ** 32, -(2 ** 32), -(2 ** 53), 2 ** 62),
  ),
  occurred_at: fc.integer({ min: Date.UTC(0, 0, 1), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) }),
});

const stored = async (collector_id: string): Promise<Row[]> =>
  warehouse.read((s) =>
    s.query(
      `select link_id, left_id, evidence, probability, content_hash, epoch_ms(occurred_at) as at, log_seq
       from identity_links where collector_id = $collector_id order by log_seq`,
      { collector_id },
    ),
  );

test('has the rows that a batch has, whatever is in them', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 70 }), async (given) => {
      runs += 1;
      const rows = (collector_id: string): Row[] =>
        given.map((row, i) => rowOf('identity_links', { ...row, link_id: `${runs}-${i}`, collector_id, log_seq: i }));
      await warehouse.append({ identity_links: rows(`batch ${runs}`) });
      const load = await begin();
      await load.add({ identity_links: rows(`load ${runs}`) });
      await load.commit();
      expect(await stored(`load ${runs}`)).toEqual(await stored(`batch ${runs}`));
    }),
    { numRuns: 25, seed: 3 },
  );
});

test('takes parts of several tables and of many rows, also into tables with later columns', async () => {
  const before = await links();
  const load = await begin();
  for (const part of [1, 2]) {
    const rows = Array.from({ length: 5_000 }, (_, i) =>
      rowOf('identity_links', { link_id: `part ${part} ${i}`, collector_id: 'parts', log_seq: part * 10_000 + i }),
    );
    await load.add({ identity_links: rows, spend: [rowOf('spend', { spend_id: `s${part}`, source: 'platform' })] });
  }
  expect([load.room('identity_links'), load.room('conversions')]).toEqual([112_880, 122_880]);
  expect(await links()).toBe(before);
  await load.commit();
  expect(await links()).toBe(before + 10_000);
  const last = (await stored('parts')).at(-1)!;
  expect(last).toMatchObject({ link_id: 'part 2 4999', log_seq: 24_999n });
  expect(await warehouse.read((s) => s.query('select source, amount_micros from spend order by spend_id'))).toEqual([
    { source: 'platform', amount_micros: rowOf('spend')['amount_micros'] as Cell },
    { source: 'platform', amount_micros: null },
  ]);
});

test('adds nothing of a part with a fault, and goes on', async () => {
  const before = await links();
  const load = await begin();
  const faulty: Batch = {
    spend: [rowOf('spend')],
    identity_links: [rowOf('identity_links'), rowOf('identity_links', { log_seq: null })],
  };
  await expect(load.add(faulty)).rejects.toThrow(new RowFault('identity_links', 'log_seq', 'a value is missing'));
  await load.add({ identity_links: [rowOf('identity_links', { link_id: 'after a fault' })] });
  expect(load.room('spend')).toBe(122_880);
  await load.commit();
  expect(await links()).toBe(before + 1);
});

test('leaves nothing when it is abandoned, and other writes wait for its end', async () => {
  const before = await links();
  const load = await begin();
  await load.add({ identity_links: [rowOf('identity_links', { link_id: 'never' })] });
  const order: string[] = [];
  const other = warehouse.append({ identity_links: [rowOf('identity_links', { link_id: 'later' })] });
  void other.then(() => order.push('other'));
  await warehouse.read((s) => count(s, 'identity_links'));
  order.push('end');
  await load.abandon();
  await other;
  expect(order).toEqual(['end', 'other']);
  expect(await links()).toBe(before + 1);
});
