/**
 * Weeks of a shop that spends on channels, with a response that is known: what each channel really brings is a concave function of its
 * spend. What an observer sees misleads: spend follows demand, and the last touch earns what channels before it brought and what would
 * have been bought anyway. docs/advice.md describes it.
 */
import { Random } from '../../domain/random.ts';
import { type Response, responseOf, SHAPES } from './response.ts';

interface SimulatedChannel {
  name: string;
  response: Response;
  /** Spend of a usual week before the advice. */
  level: number;
  /** Spend grows with demand to this power. */
  follows: number;
  /** Of the logarithm of spend: what weeks differ by without a reason. */
  jitter: number;
  /** The part of what a week of spend brings that comes a week later. */
  later: number;
  /** What an observer takes it for. */
  seen_later: number;
  /** The part of what it brings that another touch earns. */
  lost: number;
  /** The part of what is bought anyway that its touches earn. */
  taken: number;
  /** `taken` grows with spend over demand to this power. */
  taken_growth: number;
  /** 0 is far from the order, 1 is close to it. */
  depth: number;
}

export interface BudgetWorld {
  seed: number;
  channels: SimulatedChannel[];
  /** What is bought anyway in a usual week. */
  base: number;
  /** Demand of each week, about 1. */
  demand: Float64Array;
  order_value: number;
}

/** The weeks of a world as an observer sees them: amounts by channel, then by week. */
export interface SeenWeeks {
  spend: number[][];
  credit: number[][];
  revenue: number[];
}

const WEEKS_OF_YEAR = 52;
/** A response is stronger in weeks of high demand. */
const DEMAND_POWER = 0.5;

export function makeBudgetWorld(seed: number, weeks: number): BudgetWorld {
  const random = new Random(seed, 'budget world');
  const count = random.integer(3, 6);
  const budget = Math.exp(random.between(Math.log(10_000), Math.log(100_000)));
  const parts = Array.from({ length: count }, () => random.gamma(2));
  const all = parts.reduce((sum, part) => sum + part, 0);
  const channels = parts.map((part, c): SimulatedChannel => {
    const level = budget * (0.05 / count + (0.95 * part) / all);
    const depth = c === 0 ? random.between(0.75, 1) : c === 1 ? random.between(0, 0.25) : random.unit();
    const returns = Math.exp(random.normal(Math.log(2), 0.5));
    const later = random.between(0.05, 0.35);
    return {
      name: `channel_${c + 1}`,
      response: responseOf(random.pick(SHAPES), level, returns * level, random.between(0.15, 0.85)),
      level,
      depth,
      follows: random.between(0.3, 0.7) + 0.8 * depth,
      jitter: random.between(0.08, 0.3),
      later,
      seen_later: later * random.between(0.8, 1.2),
      lost: 0.7 * (1 - depth),
      taken: (0.4 * depth) / count,
      taken_growth: 0.4 * depth,
    };
  });
  const brought = channels.reduce((sum, { level, response }) => sum + response(level), 0);
  return {
    ...{ seed, channels, base: brought * random.between(0.8, 2.5), demand: demandOf(random, weeks) },
    order_value: random.between(30, 120),
  };
}

function demandOf(random: Random, weeks: number): Float64Array {
  const [season, phase, growth] = [
    random.between(0.05, 0.3),
    random.between(0, WEEKS_OF_YEAR),
    random.normal(0, 0.001),
  ];
  const [kept, size] = [0.6, random.between(0.03, 0.08)];
  let shock = random.normal(0, size);
  return new Float64Array(weeks).map((_, w) => {
    shock = kept * shock + random.normal(0, size * Math.sqrt(1 - kept * kept));
    return Math.exp(season * Math.sin((2 * Math.PI * (w + phase)) / WEEKS_OF_YEAR) + growth * w + shock);
  });
}

/** What the spend of a week brings, without chance; of demand 1 when left out. */
export function broughtBy({ channels }: BudgetWorld, spend: readonly number[], demand = 1): number {
  return channels.reduce((sum, { response }, c) => sum + response(spend[c]!), 0) * demand ** DEMAND_POWER;
}

/** Adds a week to what is seen. The spend of the week before is in `seen`. */
export function addWeek(world: BudgetWorld, seen: SeenWeeks, spend: readonly number[], random: Random): void {
  const { channels, base, order_value, demand } = world;
  const week = seen.revenue.length;
  const now = demand[week]!;
  const chance = (mean: number): number => Math.max(0, random.normal(mean, Math.sqrt(2 * mean * order_value)));
  const credit = channels.map(() => 0);
  let revenue = 0;
  const depth = channels.reduce((sum, one) => sum + one.depth, 0);
  for (const [c, { response, later, lost }] of channels.entries()) {
    const before = seen.spend[c]![week - 1] ?? spend[c]!;
    const brought = chance(((1 - later) * response(spend[c]!) + later * response(before)) * now ** DEMAND_POWER);
    revenue += brought;
    credit[c]! += (1 - lost) * brought;
    // Half of what it loses goes to channels close to the order, half to touches that cost nothing.
    for (const [other, { depth: own }] of channels.entries()) credit[other]! += (0.5 * lost * brought * own) / depth;
  }
  const anyway = chance(base * now);
  revenue += anyway;
  for (const [c, { taken, taken_growth, level }] of channels.entries()) {
    credit[c]! += anyway * Math.min(1 / channels.length, taken * (spend[c]! / (level * now)) ** taken_growth);
    seen.spend[c]!.push(spend[c]!);
    seen.credit[c]!.push(credit[c]!);
  }
  seen.revenue.push(revenue);
}

/** The weeks before anyone advises: spend follows demand, is moved now and then, and differs by week. */
export function historyOf(world: BudgetWorld, weeks: number): SeenWeeks {
  const random = new Random(world.seed, 'budget history');
  const seen: SeenWeeks = { spend: world.channels.map(() => []), credit: world.channels.map(() => []), revenue: [] };
  const moved = world.channels.map(() => 1);
  for (let w = 0; w < weeks; w++) {
    const spend = world.channels.map(({ level, follows, jitter }, c) => {
      // About every eighth week somebody changes a budget, around its level.
      if (random.chance(1 / 8)) moved[c] = Math.exp(random.normal(0, 0.2));
      return level * moved[c]! * world.demand[w]! ** follows * Math.exp(random.normal(0, jitter));
    });
    addWeek(world, seen, spend, random);
  }
  return seen;
}
