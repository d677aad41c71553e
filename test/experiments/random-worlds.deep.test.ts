/** The report on random worlds against a computation in plain arrays: people, sums, differences and intervals, on either engine. */
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { reportNamed } from '../reports/schema.ts';
import { ALL_BRANDS, order } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';

const EXPERIMENT = reportNamed('experiment');
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-03-05T00:00:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const ARMS = ['holdout', 'a', 'b'];

interface Placed {
  owner: number;
  at_ms: number;
  cents: number;
  refunded: number;
  refund_ms: number;
}

/** People with one or two ids each, who are assigned now and then, order, and get refunds. */
function worldOf(seed: number) {
  const random = new Random(seed, 'experiment worlds');
  const people = 30;
  const when = (): number => START_MS + Math.floor(random.between(-6, 18) * 86_400) * 1_000;
  const assignments = Array.from({ length: 70 }, (_, i) => {
    const owner = random.integer(0, people - 1);
    const arm = ARMS[random.integer(0, ARMS.length - 1)]!;
    const second = random.chance(0.4);
    return { id: `g${String(i).padStart(3, '0')}`, owner, second, arm, at_ms: when(), is_late: random.chance(0.3) };
  });
  const exposures = Array.from({ length: 15 }, () => ({
    owner: random.integer(0, people - 1),
    second: random.chance(0.4),
  }));
  const orders: Placed[] = Array.from({ length: 90 }, () => {
    const cents = random.integer(100, 20_000);
    return {
      owner: random.integer(0, people - 1),
      at_ms: when(),
      cents,
      refunded: random.chance(0.5) ? random.integer(1, cents) : 0,
      refund_ms: random.integer(1, 5 * 86_400) * 1_000,
    };
  });
  const window_days = random.chance(0.5) ? random.integer(1, 6) : null;
  const before_days = random.integer(1, 5);
  return { people, assignments, exposures, orders, window_days, before_days, end_ms: START_MS + 12 * DAY_MS };
}
type World = ReturnType<typeof worldOf>;

interface Person {
  arm: string;
  crossed: boolean;
  exposed: boolean;
  orders: number;
  gross: number;
  refunds: number;
  before: number;
}

function peopleOf({ people, assignments, exposures, orders, window_days, before_days, end_ms }: World): Person[] {
  return Array.from({ length: people }, (_, owner) => {
    const own = assignments.filter((one) => one.owner === owner && one.at_ms >= START_MS && one.at_ms < end_ms);
    // Nobody moves to another arm by what is said after they were treated.
    const is_treated = exposures.some((one) => one.owner === owner);
    const later = ({ is_late }: { is_late: boolean }): number => Number(is_treated && is_late);
    const [first] = own.sort((x, y) => later(x) - later(y) || x.at_ms - y.at_ms || (x.id < y.id ? -1 : 1));
    if (first === undefined) return [];
    const until = Math.min(end_ms, window_days === null ? end_ms : first.at_ms + window_days * DAY_MS);
    const bought = orders.filter((one) => one.owner === owner);
    const after = bought.filter(({ at_ms }) => at_ms >= first.at_ms && at_ms < until);
    const before = bought.filter(({ at_ms }) => at_ms < first.at_ms && at_ms >= first.at_ms - before_days * DAY_MS);
    const sum = (list: Placed[], of: (one: Placed) => number): number => list.reduce((all, one) => all + of(one), 0);
    return [
      {
        arm: first.arm,
        exposed: is_treated,
        crossed: own.some(({ arm }) => arm !== first.arm),
        orders: after.length,
        gross: sum(after, ({ cents }) => cents),
        refunds: sum(after, ({ refunded }) => refunded),
        // What happened after the assignment may follow from it.
        before: sum(before, (one) => one.cents - (one.at_ms + one.refund_ms < first.at_ms ? one.refunded : 0)),
      },
    ];
  }).flat();
}

/** The chance that a t of so many degrees is within `bound`: t = sqrt(degrees) tan(angle), whose density is cos^(degrees - 1). */
function within(bound: number, degrees: number): number {
  const most = Math.atan(bound / Math.sqrt(degrees));
  const area = (to: number): number => {
    let sum = 0;
    const steps = 20_000;
    for (let i = 0; i < steps; i++) sum += Math.cos(((i + 0.5) / steps) * to) ** (degrees - 1);
    return (sum * to) / steps;
  };
  return area(most) / area(Math.PI / 2);
}

/** Checks an interval of a difference of means of two lists by Student's t with a common variance. */
function expectStudent(effect: Json, control: number[], treated: number[]): void {
  const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const squares = (list: number[]): number => list.reduce((sum, one) => sum + (one - mean(list)) ** 2, 0);
  const degrees = control.length + treated.length - 2;
  const error = Math.sqrt(
    ((squares(control) + squares(treated)) / degrees) * (1 / control.length + 1 / treated.length),
  );
  expect(effect.difference).toBeCloseTo(mean(treated) - mean(control), 8);
  expect((effect.low + effect.high) / 2).toBeCloseTo(effect.difference, 8);
  if (error === 0) return;
  // Two arms beside the control share 5 %.
  expect(within((effect.high - effect.low) / 2 / error, degrees)).toBeCloseTo(0.975, 6);
  expect(effect.chance).toBeCloseTo(1 - within(Math.abs(effect.difference) / error, degrees), 6);
}

async function expectWorld(seed: number): Promise<void> {
  const world = worldOf(seed);
  await withShop({}, async (shop) => {
    const plan = {
      ...{ experiment_id: 'w', name: 'w', scope: 'campaign', control: 'holdout', planned_people: 40 },
      ...{ arms: { holdout: 0.4, a: 0.3, b: 0.3 }, starts_at: iso(START_MS), ends_at: iso(world.end_ms) },
      ...{ before_days: world.before_days, ...(world.window_days === null ? {} : { window_days: world.window_days }) },
    };
    await shop.tributary.experiments.accept('test', [{ record: 'experiments', input: plan }], ALL_BRANDS);
    const name = (owner: number, second: boolean): string => `${second ? 'phone' : 'person'}-${owner}`;
    const assign = (late: boolean): Promise<void> =>
      shop.send(
        'assignments',
        ...world.assignments
          .filter(({ is_late }) => is_late === late)
          .map(({ id, owner, second, arm, at_ms }) => ({
            ...{ assignment_id: id, experiment_id: 'w', arm },
            ...{ customer_id: name(owner, second), occurred_at: iso(at_ms) },
          })),
      );
    await assign(false);
    await shop.send(
      'exposures',
      ...world.exposures.map(({ owner, second }, i) => ({
        ...{ exposure_id: `x${i}`, experiment_id: 'w', arm: 'a', customer_id: name(owner, second) },
        occurred_at: iso(START_MS),
      })),
    );
    shop.wait(1_000);
    await assign(true);
    await shop.send(
      'identity_links',
      ...Array.from({ length: world.people }, (_, owner) => ({
        ...{ left_id: name(owner, false), right_id: name(owner, true), kind: 'login', occurred_at: iso(START_MS) },
      })),
    );
    await shop.send(
      'conversions',
      ...world.orders.map(({ owner, at_ms, cents }, i) =>
        order(`c${i}`, (cents / 100).toFixed(2), iso(at_ms), {
          customer_id: name(owner, i % 2 === 0),
          order_id: `o${i}`,
        }),
      ),
    );
    const refunds = world.orders.flatMap(({ refunded, at_ms, refund_ms }, i) =>
      refunded === 0
        ? []
        : [
            {
              order_id: `o${i}`,
              amount: (-refunded / 100).toFixed(2),
              currency: 'USD',
              reason: 'refund',
              occurred_at: iso(at_ms + refund_ms),
            },
          ],
    );
    await shop.send('adjustments', ...refunds);
    const answer: Json = await EXPERIMENT.run(shop.reports, { experiment_id: 'w' }, ALL_BRANDS);
    const people = peopleOf(world);
    const of = (arm: string): Person[] => people.filter((one) => one.arm === arm);
    for (const row of answer.arms) {
      const own = of(row.arm);
      const micros = (value: (one: Person) => number): string =>
        String(own.reduce((sum, one) => sum + value(one), 0) * 10_000);
      expect([seed, row]).toMatchObject([
        seed,
        {
          people: own.length,
          exposed_people: own.filter(({ exposed }) => exposed).length,
          crossed_people: own.filter(({ crossed }) => crossed).length,
          converted_people: own.filter(({ orders }) => orders > 0).length,
          orders: own.reduce((sum, { orders }) => sum + orders, 0),
          gross_revenue_micros: micros(({ gross }) => gross),
          refunds_micros: micros(({ refunds }) => refunds),
          net_revenue_micros: micros(({ gross, refunds }) => gross - refunds),
          net_revenue_before_micros: micros(({ before }) => before),
        },
      ]);
    }
    for (const arm of ['a', 'b']) {
      const effect = (metric: string): Json =>
        answer.effects.find((one: Json) => one.arm === arm && one.metric === metric);
      const both = (value: (one: Person) => number) =>
        [of('holdout').map(value), of(arm).map(value)] as [number[], number[]];
      expectStudent(effect('net_revenue'), ...both(({ gross, refunds }) => (gross - refunds) / 100));
      expectStudent(effect('orders'), ...both(({ orders }) => orders));
      const refunded = both(({ refunds }) => Number(refunds > 0)).map((list) =>
        list.reduce((sum, one) => sum + one, 0),
      );
      // With fewer than ten people with a refund nothing is said of refunds.
      if (refunded[0]! + refunded[1]! < 10) expect([seed, effect('refunds')]).toEqual([seed, undefined]);
      else expectStudent(effect('refunds'), ...both(({ refunds }) => refunds / 100));
      const total = (list: Person[], value: (one: Person) => number): number =>
        list.reduce((sum, one) => sum + value(one), 0);
      const ratio = (list: Person[]): number =>
        total(list, ({ gross, refunds }) => gross - refunds) / 100 / total(list, ({ orders }) => orders);
      const found = effect('average_order_value');
      if (found !== undefined) expect(found.difference).toBeCloseTo(ratio(of(arm)) - ratio(of('holdout')), 8);
    }
  });
}

test('every figure of an experiment is that of the arrays', async () => {
  for (let seed = 1; seed <= 6; seed++) await expectWorld(seed);
}, 300_000);

test('an answer is dated by the day of the brand, and by that of the plan as long as nothing else came', async () => {
  await withShop({ defaults: { time_zone: 'Pacific/Auckland' } }, async (shop) => {
    const plan = {
      ...{ experiment_id: 'z', name: 'z', scope: 'campaign', campaign_id: 'z', control: 'holdout', planned_people: 40 },
      ...{ arms: { holdout: 0.4, a: 0.6 }, starts_at: iso(START_MS), ends_at: iso(START_MS + 12.5 * DAY_MS) },
    };
    await shop.send('experiments', plan);
    const answer: Json = await EXPERIMENT.run(shop.reports, { experiment_id: 'z' }, ALL_BRANDS);
    // 12:00 UTC on 17 March is the next day in Auckland; the clock of the shop is later than that.
    expect(answer.is_over).toBe(true);
    expect(answer.conclusions[0].sentence).toContain('As of 2026-03-18: there are too few');
  });
}, 60_000);
