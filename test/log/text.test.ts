/** Text comes back from the warehouse as it was accepted; and ids that an older version accepted are known again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recordKind } from '../../src/domain/index.ts';
import { type FlatRecord, isProblem } from '../../src/domain/record.ts';
import { labelOf } from '../../src/enrichment/labels.ts';
import { type Item, prepareBatch } from '../../src/log/batch.ts';
import { catchUpSeenIds } from '../../src/log/catch-up.ts';
import { keepRecord } from '../../src/log/kept-record.ts';
import { SeenIds } from '../../src/log/seen-ids.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { READ, startServer } from '../server/harness.ts';
import { enrich } from '../support/engine.ts';
import { ALL_BRANDS, ORDER, PRIVACY, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { AFTER_MARCH_MS, NOW_MS } from '../support/time.ts';
import { accept, openCollector, openWarehouse } from './setup.ts';

test('every text that is accepted comes back equal', async () => {
  const warehouse = await openWarehouse();
  const collector = await openCollector(temporaryFolder(), warehouse, { enrich });
  // A channel of blanks counts as not sent.
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter((one) => one.trim() !== '');
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 40 }), async (rows) => {
      run += 1;
      const sent = rows.map(([campaign_id, channel, utm_content], i) => ({
        ...TOUCH,
        touchpoint_id: `${run}-${i}`,
        campaign_id,
        channel,
        utm_content: `\ufeff${utm_content}`,
      }));
      const read = sent.map((one) =>
        recordKind('touchpoints').read(one, { now_ms: NOW_MS, ...ALL_BRANDS, defaultCurrency: () => 'USD' }),
      );
      const accepted = read.filter((item): item is FlatRecord => !isProblem(item));
      const answer = await accept(collector, sent, 'touchpoints');
      await collector.flush();
      const found = await warehouse.read((s) =>
        s.query(
          'select touchpoint_id, campaign_id, channel, utm_content from touchpoints where touchpoint_id like $run',
          {
            run: `${run}-%`,
          },
        ),
      );
      // Labels are stored in one spelling.
      const told = ({ touchpoint_id, campaign_id, channel, utm_content }: Record<string, unknown>) =>
        [touchpoint_id, campaign_id, channel, labelOf(String(utm_content ?? ''))].map(String);
      expect(answer.accepted).toBe(accepted.length);
      expect(new Map(found.map((row) => [row['touchpoint_id'], told(row)]))).toEqual(
        new Map(accepted.map((row) => [row['touchpoint_id'] as never, told(row)])),
      );
    }),
    { numRuns: 15 },
  );
  await collector.close();
  await warehouse.close();
});

const MARKED = '\ufefforder-1';
/** A conversion as a version before this one accepted it. */
const old: FlatRecord = {
  brand_id: 'default',
  conversion_id: MARKED,
  customer_id: '\ufeffann',
  anonymous_id: '\ufeffbrowser',
  conversion_type: 'purchase',
  conversion_value_micros: 10_000_000,
  currency: 'USD',
  occurred_at: AFTER_MARCH_MS - 86_400_000,
};
const oldItem = (log_seq: number): Item => {
  const { item, content_hash } = keepRecord('conversions', old, PRIVACY);
  return { record: 'conversions', item, content_hash, log_seq, received_at: NOW_MS };
};

async function loadOld(warehouse: Warehouse, log_seq: number, seen: SeenIds) {
  const context = { warehouse, seen, enrich, collector_id: 'older', now_ms: NOW_MS };
  const { batch, counts } = await prepareBatch([oldItem(log_seq)], context);
  await warehouse.append({ ...batch, commits: [{ collector_id: 'older', log_seq, committed_at: NOW_MS }] });
  return counts;
}

test('an old id that begins with U+FEFF is known again, also when the filter does not know it', async () => {
  const warehouse = await openWarehouse();
  await loadOld(warehouse, 1, new SeenIds());
  const seen = new SeenIds();
  await catchUpSeenIds(seen, warehouse, ['conversions'], 0);
  expect(seen.add(`conversions\0default\0${MARKED}`)).toBe(true);
  expect(await loadOld(warehouse, 2, seen)).toMatchObject({ loaded: {}, duplicates: 1, conflicts: [] });
  expect(await loadOld(warehouse, 3, new SeenIds())).toMatchObject({ loaded: {}, duplicates: 1, conflicts: [] });
  await warehouse.close();
});

test('an old id that begins with U+FEFF has a receipt and a person, is refused when it is sent, and counts once', async () => {
  const server = await startServer({ clock: () => AFTER_MARCH_MS });
  await loadOld(server.tributary.warehouse, 1, new SeenIds());
  const wire = { ...ORDER, customer_id: 'bea' };
  const refused = await server.post('/v1/conversions', [{ ...wire, conversion_id: MARKED }, wire]);
  expect(refused.body).toMatchObject({ accepted: 1, rejected: [{ index: 0, field: 'conversion_id' }] });
  await server.flush();
  const receipt = await server.get(`/v1/conversions/${encodeURIComponent(MARKED)}/receipt`);
  expect([receipt.status, receipt.body.conversion_id, receipt.body.person.ids]).toEqual([
    200,
    MARKED,
    ['\ufeffann', '\ufeffbrowser'],
  ]);
  const customer = await server.get(`/v1/customers/${encodeURIComponent('\ufeffbrowser')}`);
  expect([customer.status, customer.body.person.ids]).toEqual([200, ['\ufeffann', '\ufeffbrowser']]);
  expect((await server.get('/v1/customers/ann')).status).toBe(404);
  const report = await server.get('/v1/reports/attribution?start=2026-03-01&end=2026-04-01');
  expect(report.body.summary.total_conversions).toBe(2);
});

test('a parameter, a path and the name of a key follow the same rules', async () => {
  const server = await startServer();
  for (const [path, field] of [
    [`/v1/reports/attribution?brand_id=${encodeURIComponent('\ufeffdefault')}`, 'brand_id'],
    [`/v1/reports/attribution?model=${encodeURIComponent('linear\u001b[2J')}`, 'model'],
    [`/v1/customers/${encodeURIComponent('a\0b')}`, 'customer_id'],
  ] as const) {
    const { status, body } = await server.get(path, READ);
    expect([status, body.error.field]).toEqual([400, field]);
  }
  await expect(server.keys.create({ name: 'shop\u202e', scope: 'read', brand_id: null })).rejects.toThrow(
    'name: holds the invisible character U+202E; remove it',
  );
});
