/** The effects of blasts with their intervals, and what the negative controls say. docs/semantics.md 26. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import { intervalOf, type StratifiedDifference, stratifiedDifference } from '../../learning/stratified-difference.ts';
import { ALPHA, LEAST, TOLERANCE } from './asked.ts';
import {
  CONTROLS,
  type ComparisonName,
  type Control,
  cellsOf,
  type Measure,
  type Side,
  type WaveCell,
  waveKey,
} from './compare.ts';

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

/** @param sides by blast, wave, stratum and side, the others first. */
export function compare(sides: readonly Side[], name: ComparisonName): Comparison {
  const by_orders = cellsOf(sides, name, 'orders');
  const sent = { people: 0, orders: 0 };
  for (const { treated } of by_orders) {
    sent.people += treated.units;
    sent.orders += Number(treated.sum);
  }
  const others = largestWaves(by_orders);
  const counts = { people: sent.people, other_people: others.people };
  if (!isEnough(sent, others)) return { ...counts, found: null };
  const orders = stratifiedDifference(by_orders);
  const net = stratifiedDifference(cellsOf(sides, name, 'net'));
  if (orders === null || net === null) return { ...counts, found: null };
  return { ...counts, found: { orders: estimateOf(orders, 'orders'), net: estimateOf(net, 'net') } };
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
function largestWaves(cells: readonly WaveCell[]): Counted {
  const waves = new Map<string, Counted & { blast_no: number }>();
  for (const { blast_no, wave_no, other } of cells) {
    const own = waves.get(waveKey(blast_no, wave_no)) ?? { blast_no, people: 0, orders: 0 };
    own.people += other.units;
    own.orders += Number(other.sum);
    waves.set(waveKey(blast_no, wave_no), own);
  }
  const by_blast = new Map<number, Counted>();
  for (const { blast_no, ...own } of waves.values())
    if (own.people > (by_blast.get(blast_no)?.people ?? 0)) by_blast.set(blast_no, own);
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

export function controlsOf(sides: readonly Side[]): Controlled[] {
  return CONTROLS.map((control) => {
    const compared = compare(sides, control);
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
