/** Weeks of spend, credit and revenue, and whether they can tell how revenue answers to spend. docs/semantics.md 28. */

export interface ChannelWeeks {
  name: string;
  /** Amounts by week, the oldest first. All channels have the same weeks. */
  spend: readonly number[];
  /** What a model credits the channel with. */
  credit: readonly number[];
  /** The parts of what a week of spend brings that come in the same week, one week later and so on. They add up to 1. */
  lag_parts: readonly number[];
}

export interface SpendWeeks {
  channels: readonly ChannelWeeks[];
  /** Net revenue of the shop by week. */
  revenue: readonly number[];
}

/** Why a channel, or all of them, cannot be told; in words, with the numbers. */
export interface Refusal {
  code: 'too_few_weeks' | 'hardly_varied' | 'no_credit' | 'weeks_without_revenue' | 'too_few_channels';
  reason: string;
}

/** With fewer weeks, season and spend cannot be told apart. */
export const LEAST_WEEKS = 26;
/** Spend whose logarithm varies by less (standard deviation) shows no response. */
export const LEAST_VARIATION = 0.05;
/** Weeks that say what is usual now. */
export const NOW_WEEKS = 4;
/** A week counts with at least this part of the mean spend, so that a week without spend is not infinitely far away. */
const LEAST_PART = 0.1;

/** The spend of each week that what comes in the week belongs to: each week is spread over the weeks in which its orders come. */
export function matchedSpend({ spend, lag_parts }: Pick<ChannelWeeks, 'spend' | 'lag_parts'>): number[] {
  return spend.map((_, w) => {
    let [sum, known] = [0, 0];
    for (const [later, part] of lag_parts.entries()) {
      if (later > w) break;
      sum += part * spend[w - later]!;
      known += part;
    }
    return known === 0 ? spend[w]! : sum / known;
  });
}

/** Logarithms of amounts, of which a week has at least a part of the mean. All are 0 where the mean is not above 0. */
export function logAmounts(amounts: readonly number[]): Float64Array {
  const least = (LEAST_PART * sumOf(amounts)) / amounts.length;
  return Float64Array.from(amounts, (amount) => (least > 0 ? Math.log(Math.max(amount, least)) : 0));
}

/** The logarithms of matched spend. */
export const logSpend = (channel: ChannelWeeks): Float64Array => logAmounts(matchedSpend(channel));

/** The logarithm of what no channel with spend is credited with; at least a hundredth of the revenue. */
export function logUnpaid({ channels, revenue }: SpendWeeks): Float64Array {
  return Float64Array.from(revenue, (all, w) => {
    const paid = channels.reduce((sum, { credit }) => sum + credit[w]!, 0);
    return Math.log(Math.max(all - paid, all / 100));
  });
}

/** Why the weeks cannot tell of any channel; null if they can. */
export function weeksRefusal({ revenue }: SpendWeeks): Refusal | null {
  if (revenue.length < LEAST_WEEKS)
    return { code: 'too_few_weeks', reason: `There are ${revenue.length} whole weeks; ${LEAST_WEEKS} are needed.` };
  const empty = revenue.filter((amount) => amount <= 0).length;
  if (empty === 0) return null;
  return {
    code: 'weeks_without_revenue',
    reason: `${empty} of ${revenue.length} weeks have no net revenue above 0; all must have some.`,
  };
}

/** Why the weeks cannot tell of a channel; null if they can. */
export function channelRefusal(channel: ChannelWeeks): Refusal | null {
  const spent = channel.spend.filter((amount) => amount > 0).length;
  if (spent < LEAST_WEEKS)
    return { code: 'too_few_weeks', reason: `There was spend in ${spent} weeks; ${LEAST_WEEKS} are needed.` };
  if (sumOf(channel.spend.slice(-NOW_WEEKS)) <= 0)
    return { code: 'too_few_weeks', reason: `There was no spend in the last ${NOW_WEEKS} weeks.` };
  const variation = deviationOf(logSpend(channel));
  if (variation < LEAST_VARIATION)
    return {
      code: 'hardly_varied',
      reason: `Spend varied by ${percent(variation)} from week to week; ${percent(LEAST_VARIATION)} are needed. Change it on purpose for some weeks.`,
    };
  return null;
}

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

/** What is spent in a usual week now. */
export const usualNow = (values: readonly number[]): number => sumOf(values.slice(-NOW_WEEKS)) / NOW_WEEKS;

export const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
};

/** Values less their mean. */
export function centred(values: Float64Array): Float64Array {
  const mean = sumOf(values) / values.length;
  return values.map((value) => value - mean);
}

function deviationOf(values: Float64Array): number {
  return Math.sqrt(sumOf(centred(values).map((value) => value * value)) / Math.max(1, values.length - 1));
}
