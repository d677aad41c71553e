/** A conversion of a page stays a page conversion wherever the log keeps it. */
import { expect, test } from 'vitest';
import { recordKind } from '../../src/domain/index.ts';
import { CLAIMED_ID } from '../../src/domain/page-conversion.ts';
import type { FlatRecord } from '../../src/domain/record.ts';
import { ConflictCounts } from '../../src/log/conflict-counts.ts';
import { keepLetter, keepRecord, letterPayload, sentFields } from '../../src/log/kept-record.ts';
import { RecentIds } from '../../src/log/recent-ids.ts';
import { decodeEntry, encodeEntry, encodeLines } from '../../src/log/segment.ts';
import { ALL_BRANDS, ORDER, PRIVACY, TOUCH } from '../support/events.ts';
import { NOW_MS } from '../support/time.ts';

const read = (record: 'conversions' | 'touchpoints', sent: object): FlatRecord =>
  recordKind(record).read(sent, { now_ms: NOW_MS, ...ALL_BRANDS, defaultCurrency: () => 'USD' }) as FlatRecord;
const order = read('conversions', ORDER);
const claim = keepRecord('conversions', order, PRIVACY, true);

test('it has the hash of its content, another id, and the id that the page gave', () => {
  expect(claim.content_hash).toBe(keepRecord('conversions', order, PRIVACY).content_hash);
  expect(claim.item).toEqual({ ...order, conversion_id: 'page\u001fconversion-1', [CLAIMED_ID]: 'conversion-1' });
  expect(sentFields('conversions', claim.item)).toEqual({ ...order, sent_by: 'page' });
  const touch = read('touchpoints', TOUCH);
  expect(keepRecord('touchpoints', touch, PRIVACY, true)).toEqual(keepRecord('touchpoints', touch, PRIVACY));
});

test('it comes back from the spool and from a dead letter', () => {
  const line = encodeEntry({ source: 'api', privacy: 'truncated/1', received_at: NOW_MS }, 1, [claim]);
  const entry = decodeEntry(encodeLines([line]).bytes.toString('utf8').slice(0, -1));
  expect(entry!.items[0]!.item).toEqual(claim.item);
  const letter = keepLetter('conversions', letterPayload(claim.item, claim.content_hash), PRIVACY);
  expect(letter).toEqual(claim);
});

test('no sender can give the id of a page conversion, nor say that it is one', () => {
  const context = { now_ms: NOW_MS, ...ALL_BRANDS, defaultCurrency: () => 'USD' };
  for (const [field, value] of [
    ['conversion_id', 'page\u001fconversion-1'],
    [CLAIMED_ID, 'conversion-1'],
  ])
    expect(recordKind('conversions').read({ ...ORDER, [field!]: value }, context)).toMatchObject({ field });
});

test('ids that were accepted lately are compared, up to a limit', () => {
  const recent = new RecentIds(2);
  const kept = (conversion_id: string, conversion_value = '1.00') =>
    keepRecord('conversions', read('conversions', { ...ORDER, conversion_id, conversion_value }), PRIVACY);
  const conflicts = (...sent: Parameters<typeof kept>) => recent.conflicts(kept(...sent), 'conversion_id');
  expect([conflicts('a'), conflicts('a'), conflicts('a', '2.00'), conflicts('b')]).toEqual([false, false, true, false]);
  conflicts('c');
  expect([conflicts('c', '2.00'), conflicts('a', '2.00')]).toEqual([true, false]);
});

test('conflicts are counted by brand and record, and for an hour by minute', () => {
  let now = 0;
  const counts = new ConflictCounts(() => now);
  counts.add([{ brand_id: 'a', record: 'spend' }]);
  now += 59 * 60_000;
  counts.add([
    { brand_id: 'a', record: 'spend' },
    { brand_id: 'b', record: 'spend' },
  ]);
  expect(counts.lastHour).toBe(3);
  now += 60_000;
  expect(counts.lastHour).toBe(2);
  for (let i = 0; i < 300; i++) counts.add([{ brand_id: `brand-${i}`, record: 'spend' }]);
  expect(counts.counts).toContainEqual({ brand_id: 'a', record: 'spend', n: 2 });
  expect(counts.counts).toContainEqual({ brand_id: '(others)', record: 'spend', n: 102 });
});
