/** From the spool to the warehouse: every id once, first content first, whatever is sent, repeated or broken on the way. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Collector } from '../../src/log/collector.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { accept, loaded, openCollector, openWarehouse } from './setup.ts';

let warehouse: Warehouse;
let collector: Collector;
const errors: string[] = [];
const folder = temporaryFolder();
const reopen = async (): Promise<void> => {
  collector = await openCollector(folder, warehouse, {
    onError: (_error, what) => errors.push(what),
    limits: { batch_records: 7, segment_bytes: 2_000 },
  });
};
beforeAll(async () => {
  warehouse = await openWarehouse();
  await reopen();
});
afterAll(async () => {
  await collector.close();
  await warehouse.close();
});

const counts = () => {
  const { duplicates, conflicts, loaded: rows } = collector.health().loader;
  return { duplicates, conflicts, rows: rows.email_events ?? 0 };
};

describe('an id', () => {
  test('is loaded once, however often it is sent: within an array, across requests, across batches, across restarts', async () => {
    const before = counts();
    await accept(collector, [sent('a'), sent('b'), sent('a')]);
    await accept(collector, sent('a'));
    await collector.flush();
    await accept(collector, [sent('b'), sent('c')]);
    await collector.flush();
    expect(await loaded(warehouse)).toEqual(['a', 'b', 'c']);
    expect(counts()).toEqual({ ...before, rows: before.rows + 3, duplicates: before.duplicates + 3 });
    await collector.close();
    await reopen();
    await accept(collector, [sent('c'), sent('d'), sent('a')]);
    await collector.flush();
    expect(await loaded(warehouse)).toEqual(['a', 'b', 'c', 'd']);
    expect(counts()).toEqual({ rows: 1, duplicates: 2, conflicts: 0 });
  });

  test('is loaded once for any order of repeats, batches and restarts', async () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 25 }) },
      { weight: 2, arbitrary: fc.constant('flush' as const) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        round += 1;
        const wanted = new Set<string>();
        for (const what of steps) {
          if (what === 'flush') await collector.flush();
          else if (what === 'restart') {
            await collector.close(round % 2 === 0);
            await reopen();
          } else {
            const ids = what.map((i) => `r${round}-${i}`);
            for (const id of ids) wanted.add(id);
            await accept(
              collector,
              ids.map((id) => sent(id)),
            );
          }
        }
        await collector.flush();
        const found = (await loaded(warehouse)).filter((id) => id.startsWith(`r${round}-`));
        expect(found).toHaveLength(wanted.size);
        expect(new Set(found)).toEqual(wanted);
      }),
      { numRuns: 25 },
    );
  });

  test('of another brand or another kind of record is another id', async () => {
    await accept(collector, [sent('same'), sent('same', { brand_id: 'other' })]);
    const segment = { segment_id: 'same', customer_id: 'c', segment_name: 'x', assigned_at: '2026-05-01T00:00:00Z' };
    await accept(collector, segment, 'customer_segments');
    await collector.flush();
    expect((await loaded(warehouse)).filter((id) => id === 'same')).toHaveLength(2);
    expect(await loaded(warehouse, 'customer_segments', 'segment_id')).toEqual(['same']);
  });
});

describe('an id with other content', () => {
  test('leaves the first as it is, and is kept among the conflicts, whatever the batch', async () => {
    const before = counts();
    const told: unknown[] = [];
    await accept(collector, [sent('twice', { event_type: 'sent' }), sent('twice', { event_type: 'bounced' })]);
    await collector.flush();
    await accept(collector, sent('twice', { event_type: 'delivered' }));
    await accept(collector, sent('twice', { event_type: 'sent' }));
    await collector.flush();
    await warehouse.read(async (s) => {
      told.push(await s.query("select event_type from email_events where event_id = 'twice'"));
      told.push(
        await s.query(
          "select brand_id, record, json_text(payload, 'event_type') as event_type from conflicts where id = 'twice' order by log_seq",
        ),
      );
    });
    expect(told).toEqual([
      [{ event_type: 'sent' }],
      ['bounced', 'delivered'].map((event_type) => ({ brand_id: 'default', record: 'email_events', event_type })),
    ]);
    expect(counts()).toEqual({
      rows: before.rows + 1,
      duplicates: before.duplicates + 1,
      conflicts: before.conflicts + 2,
    });
  });

  test('is no conflict when only its spelling differs', async () => {
    const before = counts().conflicts;
    await accept(collector, [
      sent('spelt'),
      {
        customer_id: 'c',
        event_type: 'sent',
        occurred_at: '2026-05-01T02:00:00.000+02:00',
        event_id: 'spelt',
        campaign_id: null,
      },
    ]);
    await collector.flush();
    expect(counts().conflicts).toBe(before);
  });
});

describe('a flush', () => {
  test('answers at once when nothing is waiting', async () => {
    await collector.flush();
    const started = performance.now();
    for (let i = 0; i < 20; i++) await collector.flush();
    // A flush that waited in vain would take 30 s; twenty that do not wait take some milliseconds.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('answers only when all that was accepted before can be found', async () => {
    for (let i = 0; i < 10; i++) {
      await accept(
        collector,
        Array.from({ length: 40 }, (_, j) => sent(`flush-${i}-${j}`)),
      );
      await collector.flush();
      expect(await loaded(warehouse)).toContain(`flush-${i}-39`);
    }
  });

  test('has committed the position that it names', async () => {
    await accept(collector, sent('named'));
    const position = await collector.flush();
    expect(position).toBe(collector.health().durable_log_seq);
    const [row] = await warehouse.read((s) =>
      s.query("select max(log_seq) as log_seq from commits where collector_id = 'main'"),
    );
    expect(row!['log_seq']).toBe(BigInt(position));
  });
});

test('no test of this file made the loader report an error', () => {
  expect(errors).toEqual([]);
});
