/** The effects of blasts with their intervals, and what the negative controls say. docs/semantics.md 26. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import {
  type CellPart,
  intervalOf,
  type StratifiedDifference,
  stratifiedDifference,
} from '../../learning/stratified-difference.ts';
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

export interface Estimates {
  orders: Estimate;
  net: Estimate;
}

export interface Comparison {
  /** People who were sent. */
  people: number;
  /** People who were not sent, of the wave of each blast with the most of them. */
  other_people: number;
  /** Null with fewer people or orders than a comparison needs: the intervals rest on the central limit theorem. */
  found: Estimates | null;
}

export const VERDICTS = ['near_zero', 'leaks', 'unclear', 'too_few'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Controlled {
  control: Control;
  verdict: Verdict;
  compared: Comparison;
}

export function compare(sums: readonly Sums[], name: ComparisonName): Comparison {
  const orders = partsOf(sums, name, 'orders');
  const sent = { people: 0, orders: 0 };
  for (const { is_treated, units, sum } of orders)
    if (is_treated) {
      sent.people += units;
      sent.orders += Number(sum);
    }
  const others = largestWaves(orders);
  const counts = { people: sent.people, other_people: others.people };
  const has_enough = isEnough(sent, others);
  const by_orders = stratifiedDifference(orders);
  const by_net = stratifiedDifference(partsOf(sums, name, 'net'));
  if (!has_enough || by_orders === null || by_net === null) return { ...counts, found: null };
  return { ...counts, found: { orders: estimateOf(by_orders, 'orders'), net: estimateOf(by_net, 'net') } };
}

interface Counted {
  people: number;
  orders: number;
}

/**
 * True with enough people on either side, and orders of both: by its share of the people, the smaller side has to have {@link LEAST}
 * orders. Orders that it really has must not decide: an email that works leaves few orders to those who were not sent, so a comparison would
 * show where chance gave them more.
 */
function isEnough(sent: Counted, others: Counted): boolean {
  const smaller = Math.min(sent.people, others.people);
  if (smaller < LEAST.people) return false;
  return ((sent.orders + others.orders) * smaller) / (sent.people + others.people) >= LEAST.orders;
}

/** Those who were not sent are in several waves of a blast; a wave has each of them once. */
function largestWaves(parts: readonly CellPart[]): Counted {
  const by_wave = new Map<string, Counted>();
  for (const { cell, is_treated, units, sum } of parts) {
    if (is_treated) continue;
    const wave = cell.slice(0, cell.lastIndexOf('/'));
    const own = by_wave.get(wave) ?? { people: 0, orders: 0 };
    by_wave.set(wave, { people: own.people + units, orders: own.orders + Number(sum) });
  }
  const by_blast = new Map<string, Counted>();
  for (const [wave, own] of by_wave) {
    const blast = wave.slice(0, wave.indexOf('/'));
    if (own.people > (by_blast.get(blast)?.people ?? 0)) by_blast.set(blast, own);
  }
  const all = { people: 0, orders: 0 };
  for (const { people, orders } of by_blast.values()) {
    all.people += people;
    all.orders += orders;
  }
  return all;
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
function verdictOf({ found }: Comparison): Verdict {
  if (found === null) return 'too_few';
  const { interval, equivalence, not_sent } = found.orders;
  const margin = TOLERANCE * not_sent;
  if (equivalence.low > -margin && equivalence.high < margin) return 'near_zero';
  return interval.low > 0 || interval.high < 0 ? 'leaks' : 'unclear';
}

export function controlsOf(sums: readonly Sums[]): Controlled[] {
  return CONTROLS.map((control) => {
    const compared = compare(sums, control);
    return { control, verdict: verdictOf(compared), compared };
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
export function concludes(basis: Basis, effect: Estimates | null, controls: readonly Controlled[]): Conclusion {
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
