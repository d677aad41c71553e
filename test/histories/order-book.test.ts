/** The parts of the book of orders, each beside a slow and simple one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CANDIDATE_LIMITS, type Plan, samePositions } from '../../src/attribution/plan.ts';
import { DEFAULT_BRAND_SETTINGS } from '../../src/domain/settings.ts';
import { dayOf } from '../../src/domain/time.ts';
import type { AskedOrders } from '../../src/histories/asked-orders.ts';
import { KeyIndex } from '../../src/histories/key-index.ts';
import { askOrders } from '../../src/histories/orders/ask-orders.ts';
import { extendOrders, fillOrders } from '../../src/histories/orders/fill-orders.ts';
import { IdIndex } from '../../src/histories/orders/id-index.ts';
import { keyOrder } from '../../src/histories/orders/key-order.ts';
import { ListsInOrder, numbersByList } from '../../src/histories/orders/lists.ts';
import { People } from '../../src/histories/orders/people.ts';
import { ZoneDays } from '../../src/histories/zone-days.ts';
import type { KeyPairs } from '../../src/identity/person-keys.ts';
import type { Snapshot } from '../../src/warehouse/port.ts';

const ids = fc.string({ unit: 'grapheme', maxLength: 6 });

describe('an index of ids', () => {
  test('numbers the ids of a brand, and compares them byte by byte', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), ids), { minLength: 1, maxLength: 1_500 }), (added) => {
        const index = new IdIndex();
        const expected = new Map<string, number>();
        for (const [brand, id] of added) {
          const name = JSON.stringify([brand, id]);
          const number = index.add(brand, id);
          expect(number).toBe(expected.get(name) ?? expected.size);
          expected.set(name, number);
        }
        expect(index.size).toBe(expected.size);
        const named = [...expected.keys()].map((name) => JSON.parse(name)[1] as string);
        for (let i = 1; i < named.length; i++)
          expect(Math.sign(index.texts.compare(i - 1, i))).toBe(
            Buffer.compare(Buffer.from(named[i - 1]!), Buffer.from(named[i]!)),
          );
      }),
      { numRuns: 30 },
    );
  });
});

const pairsOf = (pairs: ReadonlyMap<number, number>): KeyPairs => ({
  subject_key: [BigInt64Array.from(pairs.keys(), BigInt)],
  person_key: [BigInt64Array.from(pairs.values(), BigInt)],
});

test('people are those of the base with its changes', async () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })));
  await fc.assert(
    fc.asyncProperty(pairs, pairs, async (base, changes) => {
      const kept = new Map(base.filter(([subject, person]) => subject !== person));
      const changed = new Map(changes);
      const now = new Map([...kept, ...changed]);
      const keys = new KeyIndex();
      for (let key = -9; key <= 9; key++) keys.add(key < 0 ? -1 : 0, key);
      const number = (key: number): number => keys.find(key < 0 ? -1 : 0, key);
      const people = await People.of(keys, { base: pairsOf(kept), changed: pairsOf(changed) });
      for (let key = -9; key <= 9; key++) {
        expect(people.personOf(number(key))).toBe(number(now.get(key) ?? key));
        const found: number[] = [];
        people.eachSubject(number(key), (subject) => found.push(subject));
        const others = [...now].filter(([subject, person]) => person === key && subject !== key);
        expect(found.sort((a, b) => a - b)).toEqual(
          [key, ...others.map(([subject]) => subject)].map(number).sort((a, b) => a - b),
        );
      }
    }),
    { numRuns: 100 },
  );
});

test('days of a zone are those of the calendar, wherever the instants lie', () => {
  const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'Africa/Casablanca');
  const instants = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2035, 0) });
  fc.assert(
    fc.property(zones, fc.array(instants, { maxLength: 10 }), (zone, some) => {
      const days = new ZoneDays(zone);
      for (const at_ms of some) expect(days.day(at_ms)).toBe(dayOf(zone, at_ms));
    }),
    { numRuns: 50 },
  );
});

const ORDERS = 40_000;

/** A log of orders alone, one for each position. Every tenth order is a repeat of the one before it. */
const log: Pick<Snapshot, 'columns'> = {
  columns: async (sql, { after_seq, until_seq }, take) => {
    if (!sql.includes('from conversions')) return;
    const seqs = Array.from({ length: Number(until_seq) - Number(after_seq) }, (_, i) => Number(after_seq) + 1 + i);
    const all = <T>(value: T): T[] => seqs.map(() => value);
    const cells = [
      seqs,
      seqs.map((seq) => (seq % 1_000) * 60_000),
      all('default'),
      all('USD'),
      seqs.map((seq) => seq * 10),
      all(null),
      all(0),
      all(0),
      seqs.map((seq) => seq % 5_000),
      seqs.map((seq) => `c${seq}`),
      seqs.map((seq) => `o${seq % 10 === 0 ? seq - 1 : seq}`),
      all(0),
    ];
    take({ rows: seqs.length, cells });
  },
};

test('a book that is extended while a report reads it gives the same orders', async () => {
  const at = (seq: number) => new Map([['main', seq]]);
  const snapshot = log as Snapshot;
  const plan = {
    brands: [{ brand_id: 'default', settings: DEFAULT_BRAND_SETTINGS, start_ms: 0, end_ms: 1e9 }],
    positions: samePositions(at(ORDERS / 2)),
    adjustments: 'own_day',
    lookback: 'since_previous_conversion',
    currency: 'USD',
    limits: CANDIDATE_LIMITS,
  } as unknown as Plan;
  const nobody = { base: pairsOf(new Map()), changed: pairsOf(new Map()) };
  const book = await fillOrders(snapshot, at(ORDERS / 2));
  const ask = () => askOrders(book, plan, nobody, new KeyIndex(), true);
  const before = await ask();
  const [during] = await Promise.all([ask(), extendOrders(book, snapshot, at(ORDERS))]);
  const after = await ask();
  expect(before!.orders).toBe((ORDERS / 2) * 0.9);
  expect(bytesOf(during!).equals(bytesOf(before!))).toBe(true);
  expect(bytesOf(after!).equals(bytesOf(before!))).toBe(true);
});

function bytesOf({ rows, previous_ms, is_first, by_person, outside, conversions }: AskedOrders): Buffer {
  const arrays = [rows, previous_ms, is_first!, by_person, outside.starts, outside.values, conversions];
  return Buffer.concat(arrays.map((array) => Buffer.from(array.slice().buffer)));
}

test('keys are in order of their 64 bits, also those that come later', async () => {
  const halves = fc.tuple(fc.integer(), fc.integer());
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(halves, { maxLength: 400 }), { maxLength: 4 }), async (steps) => {
      const keys = new KeyIndex();
      for (const step of steps) {
        for (const [high, low] of step) keys.add(high, low);
        const order = await keyOrder(keys);
        const values = Array.from(order, (key) => (BigInt(keys.highOf(key)) << 32n) | BigInt(keys.lowOf(key) >>> 0));
        expect(order.length).toBe(keys.size);
        for (let i = 1; i < values.length; i++) expect(values[i - 1]! < values[i]!).toBe(true);
      }
    }),
    { numRuns: 20 },
  );
});

test('lists hold what was put into them, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 300 }), (of) => {
      const expected = Array.from({ length: 10 }, (_, list) => [...of.keys()].filter((i) => of[i] === list));
      const { starts, numbers } = numbersByList(10, Uint32Array.from(of));
      expect(expected.map((_, list) => [...numbers.subarray(starts[list], starts[list + 1])])).toEqual(expected);
      const made = new ListsInOrder(10);
      for (const list of expected) {
        for (const value of list) made.add(value);
        made.end();
      }
      const { starts: from, values } = made.lists();
      expect(expected.map((_, list) => [...values.subarray(from[list], from[list + 1])])).toEqual(expected);
    }),
  );
});
