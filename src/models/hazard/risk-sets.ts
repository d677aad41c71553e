/**
 * Nested case-control sampling: for each order, a few people who could have ordered at that moment and did not. All people of a
 * set are measured at the same moment. So a longer history is no sign of not ordering, and season and mailings to everybody
 * cancel.
 * Source: Goldstein and Langholz, Annals of Statistics 20 (1992).
 */
import { Random } from '../../domain/random.ts';
import { type Histories, peopleOf, upperBound } from './histories.ts';

export interface SamplingOptions {
  readonly seed: number;
  /** People at risk drawn for each order. */
  readonly controls: number;
  /** More orders than this are sampled down to it. */
  readonly most_cases: number;
  /** People are split into this many folds. All people of a set belong to one fold. */
  readonly folds: number;
  /** A person is at risk once known for this long, and is not drawn as a control within this time of an own order. */
  readonly guard_ms: number;
}

/** Set s is rows `sets[s]` to `sets[s + 1]`: first the person who ordered, then the controls. */
export interface RiskSets {
  readonly sets: Uint32Array;
  readonly person: Uint32Array;
  /** The moment, one per set. */
  readonly at_ms: Float64Array;
  readonly fold: Uint8Array;
  /** Orders of the period that could be cases. The sets are a sample of them. */
  readonly eligible_orders: number;
  /** True if people leave at their first order, because hardly anybody orders again. */
  readonly people_leave: boolean;
}

/** Failed draws, per wanted control, after which a set goes on with fewer controls. */
const MOST_MISSES = 50;

/** People leave when repeat orders are below this part of what an unchanged hazard would bring. */
const LEAVING_BELOW = 0.2;

export function sampleRiskSets(histories: Histories, options: SamplingOptions): RiskSets {
  const people_leave = peopleLeave(histories);
  const cases = eligibleCases(histories, options, people_leave);
  const chosen = new Random(options.seed, 'hazard cases').sample(cases, options.most_cases);
  const folds = foldsOf(histories, options);
  const sets = [0];
  const person: number[] = [];
  const at: number[] = [];
  const fold: number[] = [];
  for (const { who, order } of chosen) {
    const T = histories.order_ms[order]!;
    const part = folds.of[who]!;
    const controls = drawControls(histories, folds.people[part]!, who, T, people_leave, options, order);
    // A set without controls has no information.
    if (controls.length === 0) continue;
    person.push(who, ...controls);
    sets.push(person.length);
    at.push(T);
    fold.push(part);
  }
  return {
    sets: Uint32Array.from(sets),
    person: Uint32Array.from(person),
    at_ms: Float64Array.from(at),
    fold: Uint8Array.from(fold),
    eligible_orders: cases.length,
    people_leave,
  };
}

/** True if hardly anybody orders again: compares repeat orders with those that an unchanged hazard would bring. */
export function peopleLeave(histories: Histories): boolean {
  const { start_ms, end_ms } = histories;
  let first_time = 0;
  let firsts = 0;
  let later_time = 0;
  let repeats = 0;
  for (let p = 0; p < peopleOf(histories); p++) {
    const from = Math.max(start_ms, histories.first_ms[p]!);
    if (from >= end_ms) continue;
    const order = histories.order_offsets[p]!;
    const ordered = order < histories.order_offsets[p + 1]! ? histories.order_ms[order]! : Infinity;
    if (ordered >= from && ordered < end_ms) firsts++;
    first_time += Math.max(0, Math.min(ordered, end_ms) - from);
    later_time += Math.max(0, end_ms - Math.max(ordered, from));
    for (let o = order + 1; o < histories.order_offsets[p + 1]!; o++)
      if (histories.order_ms[o]! >= start_ms && histories.order_ms[o]! < end_ms) repeats++;
  }
  return repeats < (LEAVING_BELOW * firsts * later_time) / Math.max(first_time, 1);
}

interface Case {
  readonly who: number;
  readonly order: number;
}

/** Orders in the period by people at risk: known for at least the guard, and with `people_leave` only first orders. */
function eligibleCases(histories: Histories, options: SamplingOptions, people_leave: boolean): Case[] {
  const cases: Case[] = [];
  for (let who = 0; who < peopleOf(histories); who++) {
    const first = histories.order_offsets[who]!;
    const last = people_leave
      ? Math.min(first + 1, histories.order_offsets[who + 1]!)
      : histories.order_offsets[who + 1]!;
    for (let order = first; order < last; order++) {
      const T = histories.order_ms[order]!;
      if (T < histories.start_ms || T >= histories.end_ms) continue;
      if (histories.first_ms[who]! <= T - options.guard_ms) cases.push({ who, order });
    }
  }
  return cases;
}

interface Folds {
  readonly of: Uint8Array;
  /** The people of each fold, by when they were first seen. */
  readonly people: { readonly who: Uint32Array; readonly first_ms: Float64Array }[];
}

function foldsOf(histories: Histories, options: SamplingOptions): Folds {
  const of = Uint8Array.from({ length: peopleOf(histories) }, (_, p) =>
    new Random(options.seed, 'hazard fold', p).integer(0, options.folds - 1),
  );
  const people = Array.from({ length: options.folds }, (_, fold) => {
    const members: number[] = [];
    for (let p = 0; p < of.length; p++) if (of[p] === fold) members.push(p);
    const who = Uint32Array.from(members).sort((a, b) => histories.first_ms[a]! - histories.first_ms[b]! || a - b);
    return { who, first_ms: Float64Array.from(who, (p) => histories.first_ms[p]!) };
  });
  return { of, people };
}

function drawControls(
  histories: Histories,
  pool: Folds['people'][number],
  who: number,
  T: number,
  people_leave: boolean,
  options: SamplingOptions,
  order: number,
): number[] {
  const known = upperBound(pool.first_ms, T - options.guard_ms);
  const random = new Random(options.seed, 'hazard controls', order);
  const drawn: number[] = [];
  for (let tries = 0; known > 1 && drawn.length < options.controls && tries < MOST_MISSES * options.controls; tries++) {
    const p = pool.who[Math.floor(random.unit() * known)]!;
    if (p !== who && !drawn.includes(p) && atRisk(histories, p, T, people_leave, options.guard_ms)) drawn.push(p);
  }
  return drawn;
}

function atRisk(histories: Histories, p: number, T: number, people_leave: boolean, guard_ms: number): boolean {
  if (histories.last_ms !== undefined && histories.last_ms[p]! < T) return false;
  for (let o = histories.order_offsets[p]!; o < histories.order_offsets[p + 1]!; o++) {
    const ordered = histories.order_ms[o]!;
    if (people_leave && ordered <= T) return false;
    if (Math.abs(ordered - T) < guard_ms) return false;
  }
  return true;
}
