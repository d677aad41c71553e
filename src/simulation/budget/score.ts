/** The regret of policies in worlds with a known response: how much of what the best split brings is missed. docs/advice.md. */
import { Random } from '../../domain/random.ts';
import { oracleSplit } from './oracle.ts';
import { POLICIES, type PolicyName } from './policies.ts';
import { addWeek, type BudgetWorld, broughtBy, historyOf, makeBudgetWorld } from './world.ts';

/** Weeks before the first advice, and weeks with advice. */
export const HISTORY_WEEKS = 104;
export const ROUNDS = 52;

export interface WorldScore {
  seed: number;
  /** By policy: what it missed of what the best split brings through channels, 0 for nothing. */
  regret: Record<PolicyName, number>;
  /** By policy: what it brings less than leaving spend alone, as a part of what channels bring so; below 0 for more. */
  below_alone: Record<PolicyName, number>;
  /** The same as a part of the net revenue of the shop. */
  below_alone_of_revenue: Record<PolicyName, number>;
}

export function scoreWorld(seed: number, rounds = ROUNDS): WorldScore {
  const world = makeBudgetWorld(seed, HISTORY_WEEKS + rounds);
  const best = bestOf(world, rounds);
  const names = Object.keys(POLICIES) as PolicyName[];
  const brought = Object.fromEntries(names.map((name) => [name, run(world, name, rounds)])) as Record<
    PolicyName,
    number
  >;
  let base = 0;
  for (let round = 0; round < rounds; round++) base += world.base * world.demand[HISTORY_WEEKS + round]!;
  const each = (of: (name: PolicyName) => number) =>
    Object.fromEntries(names.map((name) => [name, of(name)])) as Record<PolicyName, number>;
  return {
    seed,
    regret: each((name) => (best - brought[name]) / best),
    below_alone: each((name) => (brought.alone - brought[name]) / brought.alone),
    below_alone_of_revenue: each((name) => (brought.alone - brought[name]) / (brought.alone + base)),
  };
}

/** What may be spent in a week: it follows demand, as before. */
const budgetOf = (world: BudgetWorld, week: number): number =>
  world.demand[week]! * world.channels.reduce((sum, { level }) => sum + level, 0);

/** What channels bring over the rounds with the best split of each week. */
function bestOf(world: BudgetWorld, rounds: number): number {
  let sum = 0;
  for (let week = HISTORY_WEEKS; week < HISTORY_WEEKS + rounds; week++)
    sum += broughtBy(
      world,
      oracleSplit(
        world.channels.map(({ response }) => response),
        budgetOf(world, week),
      ),
      world.demand[week]!,
    );
  return sum;
}

/** What channels bring over the rounds under a policy, without chance. What is seen has chance. */
function run(world: BudgetWorld, name: PolicyName, rounds: number): number {
  const seen = historyOf(world, HISTORY_WEEKS);
  const random = new Random(world.seed, 'budget rounds');
  const all = world.channels.reduce((sum, { level }) => sum + level, 0);
  let shares: readonly number[] = world.channels.map(({ level }) => level / all);
  let brought = 0;
  for (let round = 0; round < rounds; round++) {
    const week = HISTORY_WEEKS + round;
    shares = POLICIES[name](world, seen, shares);
    const planned = shares.map((share) => share * budgetOf(world, week));
    brought += broughtBy(world, planned, world.demand[week]!);
    const spent = planned.map((spend, c) => spend * Math.exp(random.normal(0, world.channels[c]!.jitter)));
    addWeek(world, seen, spent, random);
  }
  return brought;
}
