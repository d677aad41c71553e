/** The segments of orders follow from statements in memory, whatever is stated later, and from the engine where there are too many. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extendHistories } from '../../src/histories/extend.ts';
import { fillHistories } from '../../src/histories/fill.ts';
import { type Histories, viewOf } from '../../src/histories/histories.ts';
import { currentPosition } from '../../src/warehouse/position.ts';
import { askBoth } from '../support/both-ways.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { order, touch } from '../support/events.ts';
import { at, MARCH } from '../support/time.ts';

const stated = (customer_id: string, segment_name: string, assigned_at: string, expires_at?: string): WireEvent => ({
  record: 'customer_segments',
  event: { customer_id, segment_name, assigned_at, ...(expires_at === undefined ? {} : { expires_at }) },
});
const sale = (id: string, day: number, customer_id = 'ann'): WireEvent => ({
  record: 'conversions',
  event: order(id, '10.00', at(day), { customer_id }),
});
/** A name sorts by its bytes: the letters with accents come last. */
const NAMES = Array.from({ length: 23 }, (_, i) => `${i % 2 === 0 ? 'z' : 'É'}${String(i).padStart(2, '0')}`);
/** One statement each hour of two days, each ended by the next but one. */
const HOURLY = Array.from({ length: 48 }, (_, i) => {
  const when = (hour: number): string => at(10 + Math.floor(hour / 24), `${String(hour % 24).padStart(2, '0')}:00`);
  return stated('bob', `class ${i % 3}`, when(i), when(i + 2));
});

let engine: Engine;
let histories: Histories;
beforeAll(async () => {
  engine = await Engine.open();
  await engine.load([
    { record: 'touchpoints', event: touch('click', 'email_click', at(1)) },
    ...[4, 8, 12, 20].map((day) => sale(`ann ${day}`, day)),
    ...[9, 11, 12].map((day) => sale(`bob ${day}`, day, 'bob')),
    sale('cem 7', 7, 'cem'),
    stated('ann', 'vip', at(3)),
    stated('ann', 'vip', at(3), at(6)),
    stated('ann', 'loyal', at(2), at(12)),
    ...NAMES.map((name) => stated('ann', name, at(15))),
    ...HOURLY,
    stated('bob', 'gold', at(19)),
  ]);
  histories = (await engine.warehouse.read((snapshot) => fillHistories(snapshot)))!;
});
afterAll(() => engine.close());

/** Some sets pass, among them the empty one, and some do not. */
const FILTERS = ['segment:vip', 'segment:', `segment:${NAMES[22]}`, 'segment:!loyal'];

/** Asks for the sets of orders, and by filters about them, both ways. @returns dollars by set. */
async function sets(own: Histories | null, as_of?: string): Promise<Record<string, number>> {
  const asked = { ...MARCH, group_by: 'segment', ...(as_of === undefined ? {} : { as_of }) };
  const in_sql = own?.orders.segments === null;
  const filtered = { ...asked, group_by: 'channel', filter: FILTERS };
  expect(await askBoth(engine.reports, filtered, own)).toMatchObject({ in_sql });
  const answer = await askBoth(engine.reports, asked, own);
  expect(answer.in_sql).toBe(in_sql);
  const { unattributed, channel_attribution } = JSON.parse(answer.text);
  const dollars: Record<string, number> = {};
  for (const { segment, attributed_revenue, unattributed_revenue } of [...channel_attribution, ...unattributed]) {
    const name = segment ?? '';
    dollars[name] = (dollars[name] ?? 0) + Number(attributed_revenue ?? unattributed_revenue);
  }
  return dollars;
}

/** So many names of a set, in order of their bytes, and that there are more. */
const many = (names: readonly string[]): string =>
  `${[...names]
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .slice(0, 20)
    .join(' + ')} + …`;

test('an order has the segments of its time, up to twenty by name', async () => {
  // Of two statements at one instant the one that ends counts, and what ends at the instant of the order has ended.
  expect(await sets(histories)).toEqual({
    'loyal + vip': 10,
    loyal: 10,
    'class 0 + class 2': 10,
    [many(NAMES)]: 10,
    '': 40,
  });
});

test('statements, orders and ids that come later count from their position on', async () => {
  const before = await sets(histories);
  const as_of = engine.as_of('main');
  const early = viewOf(histories);
  await engine.load([
    stated('cem', 'vip', at(1)),
    stated('ann', 'loyal', at(7), at(8, '11:00')),
    sale('cem 9', 9, 'cem'),
    { record: 'identity_links', event: { left_id: 'bob', right_id: 'ann', occurred_at: at(21) } },
  ]);
  await engine.warehouse.read(async (snapshot) =>
    extendHistories(histories, snapshot, await currentPosition(snapshot)),
  );
  const after = { 'loyal + vip': 10, vip: 20, 'class 0 + class 2': 10, [many([...NAMES, 'gold'])]: 10, '': 40 };
  expect(await sets(histories)).toEqual(after);
  for (const own of [early, histories]) expect(await sets(own, as_of)).toEqual(before);
  // The sets that are kept are those of the last position.
  expect(await sets(histories)).toEqual(after);
});

test('the engine finds them where there are too many statements', async () => {
  const few = await engine.warehouse.read((snapshot) => fillHistories(snapshot, undefined, NAMES.length));
  expect(few!.orders.segments).toBeNull();
  expect(await sets(few)).toEqual(await sets(histories));
});
