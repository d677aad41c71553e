/** The result of an arm in one dated sentence. */
import type { Design, Metric } from '../../domain/experiment.ts';
import { dayText } from '../../domain/time.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { type Conclusion, decidingInterval } from './decide.ts';
import type { Effect } from './effects.ts';

const NAMES: Record<Metric, (currency: string) => { unit: string; what: string; scale: number; digits: number }> = {
  conversion_rate: () => ({ unit: 'percentage points', what: 'of people who order', scale: 100, digits: 2 }),
  orders: () => ({ unit: 'orders', what: 'per 100 people', scale: 100, digits: 2 }),
  net_revenue: (currency) => ({ unit: currency, what: 'net revenue per person', scale: 1, digits: 4 }),
  refunds: (currency) => ({ unit: currency, what: 'refunds per person', scale: 1, digits: 4 }),
  average_order_value: (currency) => ({ unit: currency, what: 'net revenue per order', scale: 1, digits: 2 }),
  refund_rate: () => ({ unit: 'percentage points', what: 'of revenue that is refunded', scale: 100, digits: 2 }),
};

interface PooledSaid {
  design: Design;
  arm: string;
  experiments: number;
  /** False if the metric is about money and an order has no exchange rate. */
  is_priced: boolean;
  /** Null with too few people or orders. */
  found: { difference: number; interval: Interval } | null;
  currency: string;
  /** The zone of the brand. */
  time_zone: string;
  known_ms: number;
}

/** What a pool says of an arm. Experiments come one after the other, so the interval is the one that holds at every look. */
export function pooledSentence(said: PooledSaid): string {
  const { design, arm, experiments, is_priced, found, currency, time_zone, known_ms } = said;
  const over = `As of ${dayText(time_zone, known_ms)}: over ${experiments} experiment${experiments === 1 ? '' : 's'} of the pool ${design.pool}`;
  if (!is_priced) return `${over}, there is no result in money, because orders have no exchange rate.`;
  if (found === null) return `${over}, there are too few people or orders for a result.`;
  const { difference, interval } = found;
  const { unit, what, scale, digits } = NAMES[design.metric](currency);
  const shown = signed(scale, digits);
  const percent = Number(((1 - design.alpha) * 100).toFixed(1));
  return `${over}, ${arm} has ${shown(difference)} ${unit} ${what} over ${design.control}; the interval is ${shown(interval.low)} to ${shown(interval.high)} (${percent} %, at every look together).`;
}

const signed =
  (scale: number, digits: number) =>
  (value: number): string =>
    `${value >= 0 ? '+' : '−'}${Math.abs(value * scale).toFixed(digits)}`;

export function sentenceOf({
  design,
  conclusion,
  is_over,
  was_stopped,
  effect,
  currency,
  time_zone,
  known_ms,
}: {
  design: Design;
  conclusion: Conclusion;
  is_over: boolean;
  was_stopped: boolean;
  effect: Effect | null;
  currency: string;
  time_zone: string;
  known_ms: number;
}): string {
  const day = dayText(time_zone, Math.min(known_ms, design.end_ms));
  if (conclusion === 'sample_ratio_alarm')
    return `As of ${day}: the arms do not have their planned shares, so there is no result.`;
  if (conclusion === 'rate_missing')
    return `As of ${day}: there is no result in money, because orders have no exchange rate.`;
  if (effect === null || conclusion === 'too_early' || conclusion === 'too_few')
    return `As of ${day}: there are too few people or orders for a result.`;
  const { unit, what, scale, digits } = NAMES[design.metric](currency);
  const { low, high } = decidingInterval(effect, { is_over, was_stopped });
  const shown = signed(scale, digits);
  const percent = Number(((1 - design.alpha) * 100).toFixed(1));
  const looks = was_stopped
    ? 'at a stop that was not planned'
    : is_over
      ? 'at the planned end'
      : 'at every look so far';
  // Each arm has its part of the chance of a false alarm.
  const all = design.arms.length > 2 ? ' for all arms together' : '';
  return `As of ${day}: ${effect.arm} has ${shown(effect.fixed.difference)} ${unit} ${what} over ${design.control}; the interval is ${shown(low)} to ${shown(high)} (${percent} %${all}, ${looks}).`;
}
