/** What a shop may do with its budget each week. */
import { adviseBudget } from '../../learning/response/budget.ts';
import { usualNow } from '../../learning/response/weeks.ts';
import type { BudgetWorld, SeenWeeks } from './world.ts';

/** The shares of the channels for the next week. */
export type Policy = (world: BudgetWorld, seen: SeenWeeks, shares: readonly number[]) => readonly number[];

/** Weeks that the advice reads: two years, as the product's default. */
const WEEKS_READ = 104;
const CHASE_STEP = 0.2;

export const leaveAlone: Policy = (_world, _seen, shares) => shares;

/** The product's own advice, on the same credit by last touch that misleads those who chase it. */
export const takeAdvice: Policy = (world, seen, shares) => {
  const last = (amounts: readonly number[]): number[] => amounts.slice(-WEEKS_READ);
  const weeks = {
    channels: world.channels.map(({ name, seen_later }, c) => ({
      ...{ name, spend: last(seen.spend[c]!), credit: last(seen.credit[c]!) },
      lag_parts: [1 - seen_later, seen_later],
    })),
    revenue: last(seen.revenue),
  };
  const total = world.channels.reduce((sum, _, c) => sum + usualNow(seen.spend[c]!), 0);
  const advice = adviseBudget(weeks, { now: shares.map((share) => share * total) });
  return advice.is_sure ? advice.best.map((spend) => spend / total) : shares;
};

/** Moves money to the channels with the highest return by last touch in the last weeks, by at most a fifth a week. */
export const chaseLastTouch: Policy = (_world, seen, shares) => {
  const returns = shares.map((_, c) => usualNow(seen.credit[c]!) / usualNow(seen.spend[c]!));
  const mean = shares.reduce((sum, share, c) => sum + share * returns[c]!, 0);
  const moved = shares.map(
    (share, c) => share * Math.min(1 + CHASE_STEP, Math.max(1 - CHASE_STEP, returns[c]! / mean)),
  );
  const all = moved.reduce((sum, share) => sum + share, 0);
  return moved.map((share) => share / all);
};

export const POLICIES = { advice: takeAdvice, last_touch: chaseLastTouch, alone: leaveAlone } as const;
export type PolicyName = keyof typeof POLICIES;
