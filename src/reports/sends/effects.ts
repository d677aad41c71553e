/** The effects of blasts with their intervals, and what the negative controls say. docs/semantics.md 26. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { intervalOf, type StratifiedDifference, stratifiedDifference } from '../../learning/stratified-difference.ts';
import { ALPHA, LEAST, TOLERANCE } from './asked.ts';
import { CONTROLS, type ComparisonName, type Control, type Measure, partsOf, type Sums } from './compare.ts';

/** A difference per person: of orders, or of units of the currency. */
export interface Estimate {
  sent: number;
  not_sent: number;
  difference: number;
  interval: Interval;
  /** The interval for a test of equivalence at 5 %: the level is 90 %. */
  equivalence: Interval;
}

export interface Comparison {
  /** People of the wave of the largest comparison who were not sent, and all who were sent. */
  people: number;
  other_people: number;
  orders: Estimate;
  net: Estimate;
}

export const VERDICTS = ['near_zero', 'leaks', 'unclear', 'too_few'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Controlled {
  control: Control;
  verdict: Verdict;
  found: Comparison | null;
}

/** Null with fewer people or orders than a comparison needs: the intervals rest on the central limit theorem. */
export function compare(sums: readonly Sums[], name: ComparisonName): Comparison | null {
  const orders = partsOf(sums, name, 'orders');
  const by_orders = stratifiedDifference(orders);
  const by_net = stratifiedDifference(partsOf(sums, name, 'net'));
  if (by_orders === null || by_net === null) return null;
  const people = orders.reduce((sum, { is_treated, units }) => sum + (is_treated ? units : 0), 0);
  const other_people = largestWave(sums);
  const ordered = orders.reduce((sum, own) => sum + own.sum, 0);
  if (Math.min(people, other_people) < LEAST.people || ordered < LEAST.orders) return null;
  return { people, other_people, orders: estimateOf(by_orders, 'orders'), net: estimateOf(by_net, 'net') };
}

/** Those who were not sent are in several waves; a wave has each of them once. */
function largestWave(sums: readonly Sums[]): number {
  const by_wave = new Map<string, number>();
  for (const { blast_no, wave_no, is_treated, people } of sums) {
    const key = `${blast_no}/${wave_no}`;
    if (is_treated === 0) by_wave.set(key, (by_wave.get(key) ?? 0) + people);
  }
  return Math.max(0, ...by_wave.values());
}

function estimateOf(found: StratifiedDifference, measure: Measure): Estimate {
  const scale = measure === 'net' ? MICROS_PER_UNIT : 1;
  const scaled = ({ low, high }: Interval): Interval => ({ low: low / scale, high: high / scale });
  return {
    sent: found.treated / scale,
    not_sent: found.other / scale,
    difference: found.difference / scale,
    interval: scaled(intervalOf(found, ALPHA)),
    equivalence: scaled(intervalOf(found, 2 * ALPHA)),
  };
}

/**
 * A control is near zero where two one-sided tests say so: its 90 % interval lies within a part of what people do who were not sent
 * (Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987). Else it leaks if its 95 % interval leaves out 0.
 */
export function verdictOf(found: Comparison | null): Verdict {
  if (found === null) return 'too_few';
  const { interval, equivalence, not_sent } = found.orders;
  const margin = TOLERANCE * not_sent;
  if (equivalence.low > -margin && equivalence.high < margin) return 'near_zero';
  return interval.low > 0 || interval.high < 0 ? 'leaks' : 'unclear';
}

export function controlsOf(sums: readonly Sums[]): Controlled[] {
  return CONTROLS.map((control) => {
    const found = compare(sums, control);
    return { control, verdict: verdictOf(found), found };
  });
}

export const BASES = ['random_order', 'unlike_people'] as const;
export type Basis = (typeof BASES)[number];

export const CONCLUSIONS = [
  'too_few',
  'more_orders',
  'fewer_orders',
  'no_difference_seen',
  'intent_leaks',
  'controls_near_zero',
  'not_proven',
] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

/**
 * True for controls in which the email cannot have done anything. A message that only machines touched may have been read: a proxy of a
 * mail program opens for people, too.
 */
const isCertain = (control: Control): boolean => control !== 'machine_only';

/** What may be concluded. Only a random order shows what the email caused. */
export function concludes(basis: Basis, effect: Comparison | null, controls: readonly Controlled[]): Conclusion {
  if (effect === null) return 'too_few';
  if (basis === 'random_order') {
    const { low, high } = effect.orders.interval;
    return low > 0 ? 'more_orders' : high < 0 ? 'fewer_orders' : 'no_difference_seen';
  }
  if (controls.some(({ control, verdict }) => verdict === 'leaks' && isCertain(control))) return 'intent_leaks';
  const known = controls.filter(({ verdict }) => verdict !== 'too_few');
  return known.length > 0 && known.every(({ verdict }) => verdict === 'near_zero')
    ? 'controls_near_zero'
    : 'not_proven';
}
