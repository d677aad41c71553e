/** Spend of a week by channel that is tried: how one change moves the others, and how it stands in the address. */
import type { AdvisedChannel } from '../../api/evidence.ts';

export interface Planned {
  channel: string;
  /** What is spent in a usual week, what is tried, and the most that may be tried, in units of the currency. */
  now: number;
  tried: number;
  most: number;
}

const cents = (amount: number): number => Math.round(amount * 100) / 100;

/** The channels whose response is known, with what `set` of the address says of them. */
export function planOf(channels: readonly AdvisedChannel[], set: readonly string[]): Planned[] {
  const named = new Map(
    set.map((text): [string, number] => {
      const cut = text.lastIndexOf('=');
      return [text.slice(0, cut), Number(text.slice(cut + 1))];
    }),
  );
  return channels
    .filter(({ refused }) => refused === null)
    .map(({ channel, spend_per_week, most_per_week }) => {
      const now = Number(spend_per_week);
      const tried = named.get(channel);
      return { channel, now, tried: tried !== undefined && tried >= 0 ? tried : now, most: Number(most_per_week) };
    });
}

export const totalOf = (plan: readonly Planned[], field: 'now' | 'tried'): number =>
  plan.reduce((sum, one) => sum + one[field], 0);

/**
 * Gives one channel another spend.
 * @param keeps_total the others share the difference in proportion to their spend, as far as their bounds allow.
 */
export function withSpend(
  plan: readonly Planned[],
  channel: string,
  amount: number,
  keeps_total: boolean,
): readonly Planned[] {
  const total = totalOf(plan, 'now');
  const own = plan.find((one) => one.channel === channel);
  if (own === undefined || !Number.isFinite(amount)) return plan;
  const bound = keeps_total ? Math.min(own.most, total) : own.most;
  const tried = cents(Math.min(Math.max(0, amount), bound));
  const moved = plan.map((one) => (one.channel === channel ? { ...one, tried } : one));
  return keeps_total ? shared(moved, channel, total - tried) : moved;
}

/** The others share `rest` in proportion to what is tried for them. What exceeds the bound of one goes to those with room. */
function shared(plan: readonly Planned[], channel: string, rest: number): readonly Planned[] {
  const full = new Set<string>([channel]);
  let left = rest;
  for (;;) {
    const open = plan.filter((one) => !full.has(one.channel));
    const sum = totalOf(open, 'tried');
    // Where all others stand at 0, they share as they do today.
    const field = sum > 0 ? 'tried' : 'now';
    const base = totalOf(open, field);
    const partOf = (one: Planned): number => (base === 0 ? 0 : (one[field] / base) * left);
    const over = open.filter((one) => partOf(one) > one.most);
    if (over.length === 0)
      return plan.map((one) =>
        one.channel === channel ? one : { ...one, tried: full.has(one.channel) ? one.most : cents(partOf(one)) },
      );
    for (const one of over) {
      full.add(one.channel);
      left -= one.most;
    }
  }
}

/** What the address and the question say: channels whose spend is another than now. */
export const setOf = (plan: readonly Planned[]): string[] =>
  plan.filter(({ now, tried }) => tried !== cents(now)).map(({ channel, tried }) => `${channel}=${tried.toFixed(2)}`);
