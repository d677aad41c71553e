/** Which segments a person is in, from what they did. Pure. */
import { countBelow } from '../domain/sorted.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { BehaviouralSegments, Rule } from './settings.ts';

/** What is known of a person. */
export interface PersonFigures {
  orders: number;
  /** Milliseconds; null without an order. */
  first_ms: number | null;
  last_ms: number | null;
  /** Net revenue in the currency of the brand. */
  micros: bigint;
  /** The state on the email list; null for who was never mailed. */
  email_state: string | null;
}

/** From 1 for the lowest fifth of the customers to 5 for the highest. */
export type Score = 1 | 2 | 3 | 4 | 5;
export interface RfmScores {
  recency: Score;
  frequency: Score;
  money: Score;
}

/** The classes, in the order in which they are tried; the last one holds for the rest. Each customer is in one. */
const RFM_CLASSES: ReadonlyArray<readonly [name: string, holds: (scores: RfmScores) => boolean]> = [
  ['champions', ({ recency, frequency, money }) => recency >= 4 && frequency >= 4 && money >= 4],
  ['at_risk', ({ recency, frequency, money }) => recency <= 2 && frequency >= 4 && money >= 4],
  ['loyal', ({ recency, frequency }) => recency >= 3 && frequency >= 4],
  ['recent', ({ recency, frequency }) => recency >= 4 && frequency <= 2],
  ['big_spenders', ({ money }) => money === 5],
  ['lost', ({ recency, frequency, money }) => recency <= 2 && frequency <= 2 && money <= 2],
  ['fading', ({ recency }) => recency <= 2],
  ['regular', () => true],
];

export const rfmClassOf = (scores: RfmScores): string => RFM_CLASSES.find(([, holds]) => holds(scores))![0];

/**
 * Gives each value the fifth of the customers in which it lies, by the share of customers with a lower value: equal values have equal scores. Mean and
 * spread do not matter, so a few very large customers move nobody else.
 */
export class Fifths {
  private readonly sorted: Float64Array;

  constructor(values: Float64Array) {
    this.sorted = values.slice().sort();
  }

  scoreOf(value: number): Score {
    return (1 + Math.min(4, Math.floor((5 * countBelow(this.sorted, value)) / this.sorted.length))) as Score;
  }
}

/** The names of the segments that a person is in, in order. @param rfm null for who never ordered, or without classes. */
export function segmentsOf(
  person: PersonFigures,
  rfm: string | null,
  { email, rules }: Pick<BehaviouralSegments, 'email' | 'rules'>,
  now_ms: number,
): string[] {
  const names = [...rules].flatMap(([name, rule]) => (meets(person, rule, now_ms) ? [name] : []));
  if (rfm !== null) names.push(`rfm_${rfm}`);
  if (email && person.email_state !== null) names.push(`email_${person.email_state}`);
  return names.sort();
}

function meets({ orders, first_ms, last_ms, micros, email_state }: PersonFigures, rule: Rule, now_ms: number): boolean {
  const daysSince = (at_ms: number | null): number | null => (at_ms === null ? null : (now_ms - at_ms) / MS_PER_DAY);
  const [first, last] = [daysSince(first_ms), daysSince(last_ms)];
  const within = (days: number | null, limit: number | undefined): boolean =>
    limit === undefined || (days !== null && days <= limit);
  const before = (days: number | null, limit: number | undefined): boolean =>
    limit === undefined || (days !== null && days > limit);
  return (
    (rule.orders_at_least === undefined || orders >= rule.orders_at_least) &&
    (rule.orders_at_most === undefined || orders <= rule.orders_at_most) &&
    (rule.revenue_at_least_micros === null || micros >= rule.revenue_at_least_micros) &&
    (rule.revenue_at_most_micros === null || micros <= rule.revenue_at_most_micros) &&
    within(last, rule.last_order_within_days) &&
    before(last, rule.last_order_before_days) &&
    within(first, rule.first_order_within_days) &&
    before(first, rule.first_order_before_days) &&
    (rule.email_state === undefined || (email_state !== null && rule.email_state.includes(email_state)))
  );
}
