/** An experiment from its plan to its result, on a real warehouse. The expected figures are added up by hand. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { designOf } from '../../src/domain/experiment.ts';
import { armOf } from '../../src/experiments/arm-of.ts';
import { showReport } from '../../src/present/tables.ts';
import { expectToFit, reportNamed } from '../reports/schema.ts';
import { ALL_BRANDS, order } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { at } from '../support/time.ts';

const EXPERIMENT = reportNamed('experiment');
const PLAN = {
  experiment_id: 'march',
  name: 'Does the newsletter do anything?',
  scope: 'campaign',
  arms: { treated: 0.5, holdout: 0.5 },
  control: 'holdout',
  metric: 'net_revenue',
  starts_at: at(2, '00:00'),
  ends_at: at(21, '00:00'),
  before_days: 1,
  planned_people: 8,
};

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const plan = (...inputs: object[]) =>
  shop.tributary.experiments.accept(
    'test',
    inputs.map((input) => ({ record: 'experiments', input })),
    ALL_BRANDS,
  );
const assign = (experiment_id: string, people: unknown[], trial = false) =>
  shop.tributary.experiments.assign({ brand_id: 'default', experiment_id }, people, { trial, caller: ALL_BRANDS });
async function ask(experiment_id: string, rest: object = {}): Promise<Json> {
  const asked = { experiment_id, ...rest };
  const answer = await EXPERIMENT.run(shop.reports, asked, ALL_BRANDS);
  expectToFit(EXPERIMENT, answer, asked);
  return answer;
}

test('people count in the arm of their first assignment, with their orders since then and all refunds of these', async () => {
  expect((await plan(PLAN)).accepted).toBe(1);
  const assigned = (customer_id: string, arm: string, day: number, rest: object = {}) => ({
    ...{ experiment_id: 'march', arm, customer_id, occurred_at: at(day) },
    ...rest,
  });
  await shop.send(
    'assignments',
    assigned('ann', 'treated', 3),
    assigned('bob', 'treated', 3),
    assigned('cat', 'treated', 3),
    assigned('dan', 'holdout', 3),
    assigned('eve', 'holdout', 3),
    // Her tablet was put into the other arm later.
    assigned('tablet', 'treated', 5),
    assigned('eve', 'holdout', 6),
    // Before the start, and another experiment.
    assigned('fay', 'treated', 1),
    assigned('gus', 'treated', 3, { experiment_id: 'another' }),
    // An arm that the plan does not have.
    assigned('hal', 'control', 3),
  );
  await shop.send('identity_links', { left_id: 'eve', right_id: 'tablet', kind: 'login', occurred_at: at(7) });
  await shop.send('exposures', { experiment_id: 'march', arm: 'treated', customer_id: 'ann', occurred_at: at(4) });
  await shop.send(
    'conversions',
    order('c1', '100', at(4), { customer_id: 'ann', order_id: 'o1' }),
    order('c2', '20', at(9), { customer_id: 'ann' }),
    order('c3', '50', at(5), { customer_id: 'bob' }),
    order('c4', '10', at(2, '20:00'), { customer_id: 'bob' }),
    order('c5', '30', at(4), { customer_id: 'tablet' }),
    order('c6', '999', at(21, '00:00'), { customer_id: 'dan' }),
    order('c7', '999', at(1, '01:00'), { customer_id: 'dan' }),
    order('c8', '999', at(5), { customer_id: 'fay' }),
  );
  await shop.send('adjustments', {
    order_id: 'o1',
    amount: '-40',
    currency: 'USD',
    reason: 'refund',
    occurred_at: at(28),
  });
  const answer = await ask('march');
  const row = (arm: string) => answer.arms.find((one: Json) => one.arm === arm);
  expect(row('treated')).toMatchObject({
    ...{ people: 3, exposed_people: 1, crossed_people: 0, converted_people: 2, orders: 3 },
    ...{
      gross_revenue: '170.000000',
      refunds: '40.000000',
      net_revenue: '130.000000',
      net_revenue_before: '10.000000',
    },
  });
  expect(row('holdout')).toMatchObject({
    ...{ people: 2, exposed_people: 0, crossed_people: 1, converted_people: 1, orders: 1 },
    ...{ gross_revenue: '30.000000', refunds: '0.000000', net_revenue: '30.000000', net_revenue_before: '0.000000' },
  });
  const effect = (metric: string) => answer.effects.find((one: Json) => one.metric === metric);
  expect(effect('net_revenue').difference).toBeCloseTo(130 / 3 - 15, 9);
  expect(effect('conversion_rate').difference).toBeCloseTo(2 / 3 - 1 / 2, 9);
  // One person with an order tells nothing of its spread.
  expect(effect('average_order_value')).toBeUndefined();
  // Treated: 80, 50, 0. Holdout: 0, 30.
  const squares = (values: number[]): number => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  const { low, high } = effect('net_revenue');
  expect((low + high) / 2).toBeCloseTo(effect('net_revenue').difference, 9);
  // Five people in two groups: 3.182446 is the t quantile of 3 degrees of freedom.
  const error = Math.sqrt(((squares([80, 50, 0]) + squares([0, 30])) / 3) * (1 / 3 + 1 / 2));
  expect((high - low) / 2).toBeCloseTo(3.182446305 * error, 6);
  expect(answer.conclusions[0]).toMatchObject({ arm: 'treated', conclusion: 'too_few' });
  expect(answer.warnings.map(({ code }: Json) => code)).toEqual(['crossed_people', 'unknown_arm']);
  expect(showReport(EXPERIMENT, answer, 25)).toContain('treated');
  // The same position gives the same bytes, without the clock.
  const again = await ask('march', { as_of: answer.as_of });
  expect(JSON.stringify({ ...again, generated_at: '' })).toBe(JSON.stringify({ ...answer, generated_at: '' }));
});

const NOW_PLAN = { ...PLAN, experiment_id: 'now', ends_at: at(31, '23:59'), arms: { treated: 0.9, holdout: 0.1 } };

test('the hash decides the arm, and the plan is frozen once somebody was told theirs', async () => {
  await plan(NOW_PLAN);
  const design = designOf({
    ...NOW_PLAN,
    brand_id: 'default',
    arms: JSON.stringify(NOW_PLAN.arms),
    starts_at: 0,
    ends_at: 1,
  });
  const people = Array.from({ length: 40 }, (_, i) => ({ customer_id: `p${i}` }));
  const expected = people.map(({ customer_id }) => armOf(design, customer_id));
  expect((await assign('now', people, true)).map(({ arm }) => arm)).toEqual(expected);
  expect((await plan({ ...NOW_PLAN, planned_people: 9 })).rejected).toEqual([]);
  expect((await assign('now', people)).map(({ arm }) => arm)).toEqual(expected);
  const { accepted, rejected } = await plan(
    { ...NOW_PLAN, planned_people: 9, arms: { treated: 0.8, holdout: 0.2 } },
    { ...NOW_PLAN, planned_people: 9, unit: 'device' },
    { ...NOW_PLAN, planned_people: 9, name: 'Another name' },
  );
  expect(accepted).toBe(1);
  expect(rejected.map(({ index, field }) => [index, field])).toEqual([
    [0, 'arms'],
    [1, 'unit'],
  ]);
  expect(rejected[0]!.reason).toContain('frozen');
  await shop.tributary.collector.flush();
  const answer = await ask('now');
  expect([answer.name, answer.people]).toEqual(['Another name', 40]);
  const refused = await assign('now', [{ anonymous_id: 'd' }, { customer_id: 7 }, 'x']);
  expect(refused.map((one) => one.refused?.field)).toEqual(['customer_id', 'customer_id', '']);
  // The time and the arm are not for the sender to say.
  const said = await assign('now', [
    { customer_id: 'p1', occurred_at: at(9) },
    { customer_id: 'p1', arm: 'treated' },
  ]);
  expect(said.map((one) => one.refused?.field)).toEqual(['occurred_at', 'arm']);
  const mark = await plan({ ...NOW_PLAN, frozen_at: at(9) }, { ...NOW_PLAN, stop_reason: 'mine' });
  expect(mark.rejected.map(({ field }) => field)).toEqual(['frozen_at', 'stop_reason']);
});

test('of plans that are sent while people are assigned, one assigns everybody and makes the result', async () => {
  const race = { ...NOW_PLAN, experiment_id: 'race', planned_people: 10 };
  const halves = { ...race, arms: { treated: 0.5, holdout: 0.5 } };
  await plan(race);
  const people = Array.from({ length: 10 }, (_, i) => ({ customer_id: `r${i}` }));
  const told = await Promise.allSettled([
    ...people.map((person) => assign('race', [person])),
    plan(halves),
    ...people.map((person) => assign('race', [person])),
  ]);
  // Who was asked while the plan changed is told to ask again.
  for (const one of told) if (one.status === 'rejected') expect(String(one.reason)).toContain('ask again');
  const arms = (await assign('race', people)).map(({ arm }) => arm);
  for (const [i, one] of [...told.slice(0, 10), ...told.slice(11)].entries())
    if (one.status === 'fulfilled') expect((one.value as { arm: string }[])[0]!.arm).toBe(arms[i % 10]);
  await shop.tributary.collector.flush();
  const answer = await ask('race');
  const [{ share }] = answer.arms.filter((row: Json) => row.arm === 'holdout');
  const design = { brand_id: 'default', experiment_id: 'race', arms: partsOf(share) };
  expect(arms).toEqual(people.map(({ customer_id }) => armOf(design, customer_id)));
  expect(answer.arms.map((row: Json) => row.people)).toEqual(
    ['holdout', 'treated'].map((name) => arms.filter((arm) => arm === name).length),
  );
});

const partsOf = (holdout: number) => [
  { name: 'holdout', parts: Math.round(holdout * 1e6) },
  { name: 'treated', parts: Math.round((1 - holdout) * 1e6) },
];

test('a stop is for good: nobody is assigned, later orders do not count, and the always-valid interval decides', async () => {
  const starts = Date.parse(shop.now());
  const stopped = {
    ...{ ...NOW_PLAN, experiment_id: 'stopped', planned_people: 400, metric: 'conversion_rate' },
    ...{ starts_at: new Date(starts).toISOString(), ends_at: new Date(starts + 180_000).toISOString() },
  };
  await plan({ ...stopped, arms: { treated: 0.5, holdout: 0.5 } });
  const people = Array.from({ length: 400 }, (_, i) => ({ customer_id: `s${i}` }));
  const arms = (await assign('stopped', people)).map(({ arm }) => arm);
  const buyers = people.filter((_, i) => arms[i] === 'treated').slice(0, 30);
  await shop.send(
    'conversions',
    ...buyers.map(({ customer_id }) => order(`${customer_id}-1`, '10', shop.now(), { customer_id })),
  );
  shop.wait(60_000);
  const stop = (reason: string) =>
    shop.tributary.experiments.stop({ brand_id: 'default', experiment_id: 'stopped' }, reason);
  await expect(stop(' ')).rejects.toThrow('reason');
  const first = await stop('The offer sold out');
  expect((await stop('Another reason')).stop).toEqual(first.stop);
  shop.wait(60_000);
  await expect(assign('stopped', [{ customer_id: 'new' }])).rejects.toThrow('was stopped at');
  expect((await plan(stopped)).rejected.map(({ field }) => field)).toEqual(['arms']);
  const [late] = people.filter((_, i) => arms[i] === 'holdout');
  await shop.send('conversions', order('late', '10', shop.now(), { customer_id: late!.customer_id }));
  await shop.tributary.collector.flush();
  const answer = await ask('stopped');
  expect(answer).toMatchObject({ is_over: true, stop_reason: 'The offer sold out' });
  expect(answer.arms.map((row: Json) => row.orders)).toEqual([0, 30]);
  const effect = answer.effects.find((row: Json) => row.metric === 'conversion_rate');
  // 30 people of about 200: the fixed interval leaves out 0, and so does the wider one, which is told.
  const [{ conclusion, sentence }] = answer.conclusions;
  expect(conclusion).toBe(effect.always_valid_low > 0 ? 'better' : 'no_difference_seen');
  expect(sentence).toContain('at a stop that was not planned');
  const shown = (part: number): string => `${part < 0 ? '−' : '+'}${Math.abs(part * 100).toFixed(2)}`;
  expect(sentence).toContain(`${shown(effect.always_valid_low)} to ${shown(effect.always_valid_high)}`);
});

test('whoever a global experiment holds out is in no arm of another one', async () => {
  const all = { ...NOW_PLAN, experiment_id: 'everything', scope: 'global', arms: { holdout: 0.5, mailed: 0.5 } };
  await plan(all, { ...NOW_PLAN, experiment_id: 'autumn' });
  const people = Array.from({ length: 60 }, (_, i) => ({ customer_id: `q${i}` }));
  const global = await assign('everything', people, true);
  const own = await assign('autumn', people);
  const out = global.map(({ arm }) => arm === 'holdout');
  expect(own.map(({ held_out_by }) => held_out_by === 'everything')).toEqual(out);
  expect(own.every(({ arm }, i) => (arm === null) === out[i])).toBe(true);
  await shop.tributary.collector.flush();
  expect((await ask('everything')).people).toBe(60);
  expect((await ask('autumn')).people).toBe(out.filter((held) => !held).length);
});

test('nobody is assigned before the start, after the end, or without a plan', async () => {
  await plan({ ...PLAN, experiment_id: 'later', starts_at: at(31, '23:00'), ends_at: '2026-05-01T00:00:00Z' });
  await expect(assign('march', [{ customer_id: 'x' }])).rejects.toThrow('ended at 2026-03-21');
  await expect(assign('later', [{ customer_id: 'x' }])).rejects.toThrow('begins at');
  await expect(assign('none', [{ customer_id: 'x' }])).rejects.toThrow('has no experiment "none"');
});

test('an order without an exchange rate leaves money unknown and orders as they are, until the rate is there', async () => {
  const id = 'krona';
  await plan({ ...PLAN, experiment_id: id });
  const people = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6'];
  await shop.send(
    'assignments',
    ...people.map((customer_id, i) => ({
      ...{ experiment_id: id, arm: i < 3 ? 'treated' : 'holdout', customer_id, occurred_at: at(5) },
    })),
  );
  const krona = { currency: 'SEK' };
  await shop.send(
    'conversions',
    order('k-1', '10', at(6), { customer_id: 'k1' }),
    order('k-2', '20', at(7), { customer_id: 'k2' }),
    order('k-4', '30', at(6), { customer_id: 'k4' }),
    // Of nobody in the experiment, and before the days that it reads.
    order('k-0', '999', at(6), { customer_id: 'k9', ...krona }),
    order('k-5', '999', at(3), { customer_id: 'k5', ...krona }),
  );
  const before = await ask(id);
  expect(before.warnings).toEqual([]);
  expect(before.effects.map(({ metric }: Json) => metric)).toContain('net_revenue');
  await shop.send('conversions', order('k-6', '200', at(8), { customer_id: 'k1', ...krona }));
  const counted = await ask(id);
  const [holdout, treated] = counted.arms;
  expect(treated).toMatchObject({ orders: 3, converted_people: 2, gross_revenue: null, refunds_micros: null });
  expect(treated).toMatchObject({ net_revenue: null, net_revenue_before: '0.000000' });
  expect(holdout).toMatchObject({ orders: 1, net_revenue: '30.000000' });
  expect(counted.effects.map(({ metric }: Json) => metric)).toEqual(['conversion_rate', 'orders']);
  expect(counted.effects[1].difference).toBeCloseTo(1 - 1 / 3, 9);
  expect(counted.warnings).toMatchObject([{ code: 'orders_without_rate', count: 1 }]);
  expect(counted.warnings[0].message).toContain('no rate from SEK to USD on 2026-03-08');
  expect(counted.warnings[0].message).toContain('send it to /v1/fx_rates');
  // Before the assignment only, it takes away what is adjusted by that revenue and nothing else.
  await shop.send('fx_rates', { date: '2026-03-08', currency: 'SEK', base: 'USD', rate: '0.1' });
  await shop.send('conversions', order('k-7', '200', at(4, '20:00'), { customer_id: 'k1', ...krona }));
  const priced = await ask(id);
  expect(priced.arms[1]).toMatchObject({ orders: 3, net_revenue: '50.000000', net_revenue_before: null });
  expect(priced.effects.map((one: Json) => one.adjusted_difference)).toEqual(priced.effects.map(() => null));
  expect(priced.effects.map(({ metric }: Json) => metric)).toContain('net_revenue');
  expect(priced.warnings).toMatchObject([{ code: 'earlier_orders_without_rate', count: 1 }]);
  // What was answered before can be made again to the byte.
  for (const one of [before, counted])
    expect({ ...(await ask(id, { as_of: one.as_of })), generated_at: '' }).toEqual({ ...one, generated_at: '' });
});

test.each([
  [{ arms: { a: 1 } }, 'arms'],
  [{ arms: { holdout: 0.5, treated: 0.4 } }, 'arms'],
  [{ arms: { holdout: 0, treated: 1 } }, 'arms'],
  [{ arms: { holdout: '0.5', treated: 0.5 } }, 'arms'],
  [{ control: 'nobody' }, 'control'],
  [{ ends_at: PLAN.starts_at }, 'ends_at'],
])('a plan with %j is refused by its field', async (wrong, field) => {
  const { rejected } = await plan({ ...PLAN, experiment_id: 'wrong', ...wrong });
  expect(rejected.map((one) => one.field)).toEqual([field]);
});
