/**
 * What customers will buy and spend in the next `horizon` units of time: BG/NBD for purchases and Gamma-Gamma for their value. The
 * interval of a group of customers holds two kinds of doubt: that of the parameters, by their covariance and the slopes of the
 * group's value (delta method), and that of the outcome, by drawing what customers do under the fitted models.
 */
import { Random } from '../domain/random.ts';
import { type BgNbd, bgNbdOf, chanceActive, type Fitted, logsOfBgNbd, purchasesIfActive } from './bg-nbd.ts';
import { type Interval, middleOf } from './bootstrap.ts';
import { expectedSpend, type GammaGamma, gammaGammaOf, logsOfGammaGamma } from './gamma-gamma.ts';
import { quadraticForm } from './likelihood.ts';

/** Customers by number. Times are in the unit of the model, from the first purchase of each. */
export interface Customers {
  repeats: Float64Array;
  recency: Float64Array;
  age: Float64Array;
  /** The mean value of the repeats; 0 without repeats. */
  mean: Float64Array;
  /** The group of each customer, from 0. */
  group: Uint32Array;
  groups: number;
}

export interface BuyingModel {
  purchases: Fitted<BgNbd>;
  spending: Fitted<GammaGamma>;
}

export interface GroupForecast {
  customers: number;
  /** How many of them are expected to be active still. */
  active: number;
  purchases: number;
  value: number;
  /** Of `value`. */
  interval: Interval;
}

export interface ForecastOptions {
  horizon: number;
  seed: number;
  /** 0.9 leaves 5 % on each side. */
  level: number;
}

/** What is expected of each customer. */
export interface Expected {
  active: Float64Array;
  purchases: Float64Array;
  spend: Float64Array;
}

/** The work yields after this many customers. */
const BLOCK = 4_096;
/** Outcomes that are drawn for a group, and how many customers of all groups together are drawn. */
const DRAWS = 400;
const MOST_DRAWN = 600;
const LEAST_OF_GROUP = 40;
/** The slopes of a group of many customers are those of about so many, times how many each stands for. */
const MOST_SLOPED = 10_000;

/** The forecast of each group, and of all customers together as the last one. */
export function* forecast(
  customers: Customers,
  fitted: BuyingModel,
  options: ForecastOptions,
): Generator<void, GroupForecast[]> {
  const { groups, group } = customers;
  const expected = yield* expectedOf(customers, fitted.purchases.model, fitted.spending.model, options.horizon);
  const slopes = yield* slopesOf(customers, fitted, expected, options.horizon);
  const value = expected.purchases.map((purchases, i) => purchases * expected.spend[i]!);
  const members = Array.from({ length: groups + 1 }, (): number[] => []);
  for (let i = 0; i < group.length; i++) {
    members[group[i]!]!.push(i);
    members[groups]!.push(i);
    if (i % BLOCK === BLOCK - 1) yield;
  }
  const sum = (own: readonly number[], of: Float64Array): number => own.reduce((all, i) => all + of[i]!, 0);
  const most = Math.max(LEAST_OF_GROUP, Math.floor(MOST_DRAWN / (groups === 1 ? 1 : groups + 1)));
  const forecasts: GroupForecast[] = [];
  for (const [g, own] of members.entries()) {
    if (g === groups && groups === 1) {
      forecasts.push(forecasts[0]!);
      break;
    }
    const total = sum(own, value);
    yield;
    const random = new Random(options.seed, 'forecast', g);
    const noise = yield* outcomeNoise(customers, fitted, value, own, most, options.horizon, random);
    const deviation = Math.sqrt(
      quadraticForm(fitted.purchases.covariance, slopes.purchases[g]!) +
        quadraticForm(fitted.spending.covariance, slopes.spending[g]!),
    );
    const outcomes = Array.from(noise, (by) => total + by + random.normal(0, deviation));
    const { low, high } = middleOf(outcomes, options.level);
    forecasts.push({
      customers: own.length,
      active: sum(own, expected.active),
      purchases: sum(own, expected.purchases),
      value: total,
      interval: own.length === 0 ? { low: 0, high: 0 } : { low: Math.max(0, low), high: Math.max(0, high) },
    });
  }
  return forecasts;
}

/** What is expected of each customer under the models. Customers with as many repeats and of one age share the long part of the work. */
export function* expectedOf(
  { repeats, recency, age, mean }: Omit<Customers, 'group' | 'groups'>,
  purchases: BgNbd,
  spending: GammaGamma,
  horizon: number,
): Generator<void, Expected> {
  const count = repeats.length;
  const expected = {
    active: new Float64Array(count),
    purchases: new Float64Array(count),
    spend: new Float64Array(count),
  };
  const known = new Map<number, Map<number, number>>();
  for (let i = 0; i < count; i++) {
    if (i % BLOCK === BLOCK - 1) yield;
    const x = repeats[i]!;
    const of_repeats = known.get(x) ?? new Map<number, number>();
    known.set(x, of_repeats);
    let if_active = of_repeats.get(age[i]!);
    if (if_active === undefined) {
      if_active = purchasesIfActive(purchases, x, age[i]!, horizon);
      of_repeats.set(age[i]!, if_active);
    }
    expected.active[i] = chanceActive(purchases, x, recency[i]!, age[i]!);
    expected.purchases[i] = expected.active[i]! * if_active;
    expected.spend[i] = expectedSpend(spending, x, mean[i]!);
  }
  return expected;
}

/** By group, the slopes of its expected value by the logarithms of the parameters, by central differences. The last is of all. */
function* slopesOf(
  customers: Customers,
  { purchases, spending }: BuyingModel,
  expected: Expected,
  horizon: number,
): Generator<void, { purchases: Float64Array[]; spending: Float64Array[] }> {
  const STEP = 1e-4;
  const { groups } = customers;
  const { places, stands_for } = slopedOf(customers);
  const taken = (of: Float64Array): Float64Array => Float64Array.from(places, (i) => of[i]!);
  const own = {
    repeats: taken(customers.repeats),
    recency: taken(customers.recency),
    age: taken(customers.age),
    mean: taken(customers.mean),
  };
  const [own_purchases, own_spend] = [taken(expected.purchases), taken(expected.spend)];
  const empty = (size: number): Float64Array[] => Array.from({ length: groups + 1 }, () => new Float64Array(size));
  const [of_purchases, of_spending] = [empty(4), empty(3)];
  const add = (to: Float64Array[], j: number, side: number, value: (at: number) => number): void => {
    for (let at = 0; at < places.length; at++) {
      const group = customers.group[places[at]!]!;
      const slope = (side * stands_for[group]! * value(at)) / (2 * STEP);
      to[group]![j]! += slope;
      to[groups]![j]! += slope;
    }
  };
  const moved = (theta: Float64Array, j: number, by: number): Float64Array =>
    theta.map((value, i) => (i === j ? value + by : value));
  for (const side of [1, -1]) {
    for (let j = 0; j < 4; j++) {
      const model = bgNbdOf(moved(logsOfBgNbd(purchases.model), j, side * STEP));
      const then = yield* expectedOf(own, model, spending.model, horizon);
      add(of_purchases, j, side, (at) => then.purchases[at]! * own_spend[at]!);
      yield;
    }
    for (let j = 0; j < 3; j++) {
      const model = gammaGammaOf(moved(logsOfGammaGamma(spending.model), j, side * STEP));
      add(of_spending, j, side, (at) => own_purchases[at]! * expectedSpend(model, own.repeats[at]!, own.mean[at]!));
      yield;
    }
  }
  return { purchases: of_purchases, spending: of_spending };
}

/** The customers of whom slopes are made: of each group every k-th. By group, how many customers each of them stands for. */
function slopedOf({ group, groups }: Customers): { places: number[]; stands_for: Float64Array } {
  const sizes = new Float64Array(groups);
  for (const own of group) sizes[own]! += 1;
  const seen = new Float64Array(groups);
  const taken = new Float64Array(groups);
  const places: number[] = [];
  for (let i = 0; i < group.length; i++) {
    const own = group[i]!;
    if (seen[own]! % Math.ceil(sizes[own]! / MOST_SLOPED) === 0) {
      places.push(i);
      taken[own]! += 1;
    }
    seen[own]! += 1;
  }
  return { places, stands_for: sizes.map((size, own) => size / Math.max(1, taken[own]!)) };
}

/**
 * Draws by how much the value of some customers differs from what is expected. Of many customers those who are expected to spend
 * most are all drawn, and every k-th of the others; what these differ by is multiplied by the root of how many each stands for.
 */
function* outcomeNoise(
  customers: Customers,
  fitted: BuyingModel,
  value: Float64Array,
  own: readonly number[],
  most: number,
  horizon: number,
  random: Random,
): Generator<void, Float64Array> {
  const noise = new Float64Array(DRAWS);
  const { best, others } = own.length <= most ? { best: own, others: [] } : bestOf(own, value, Math.floor(most / 2));
  yield;
  const sampled = Math.min(others.length, most - best.length);
  const scale = Math.sqrt(others.length / Math.max(1, sampled));
  for (let n = 0; n < best.length + sampled; n++) {
    const is_best = n < best.length;
    const i = is_best ? best[n]! : others[Math.floor(((n - best.length + 0.5) * others.length) / sampled)]!;
    const by = is_best ? 1 : scale;
    for (let draw = 0; draw < DRAWS; draw++)
      noise[draw]! += by * (drawValue(customers, i, fitted, horizon, random) - value[i]!);
    if (n % 16 === 15) yield;
  }
  return noise;
}

/** The customers with the largest values, and the others, both in their order. Of equal values the first are taken. */
function bestOf(own: readonly number[], value: Float64Array, count: number): { best: number[]; others: number[] } {
  const values = new Float64Array(own.length);
  for (let place = 0; place < own.length; place++) values[place] = value[own[place]!]!;
  const bound = values.sort()[own.length - count]!;
  let ties = count;
  for (const i of own) if (value[i]! > bound) ties -= 1;
  const best: number[] = [];
  const others: number[] = [];
  for (const i of own) {
    if (value[i]! > bound || (value[i] === bound && ties-- > 0)) best.push(i);
    else others.push(i);
  }
  return { best, others };
}

/** Draws what a customer spends within the horizon, given what is known of the customer. */
function drawValue(
  { repeats, recency, age, mean }: Customers,
  i: number,
  { purchases: { model: buying }, spending: { model: spend } }: BuyingModel,
  horizon: number,
  random: Random,
): number {
  const x = repeats[i]!;
  if (!random.chance(chanceActive(buying, x, recency[i]!, age[i]!))) return 0;
  const rate = random.gamma(buying.r + x) / (buying.alpha + age[i]!);
  let at = random.exponential(1 / rate);
  if (at > horizon) return 0;
  const [leaves, stays] = [random.gamma(buying.a), random.gamma(buying.b + x)];
  const chance = leaves / (leaves + stays);
  let bought = 1;
  while (!random.chance(chance)) {
    at += random.exponential(1 / rate);
    if (at > horizon) break;
    bought += 1;
  }
  const inverse_scale = random.gamma(spend.p * x + spend.q) / (spend.v + x * mean[i]!);
  return random.gamma(spend.p * bought) / inverse_scale;
}
