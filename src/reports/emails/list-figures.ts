/** What is told of each state of the people on the list. */
import { LIST_STATES, NOT_MAILED } from '../results/list-health.ts';
import type { Warning } from '../warning.ts';

/** The limits of states, in days before the end of the period. */
export type Days = Record<'engaged_days' | 'lapsing_days' | 'dormant_days', number>;

export interface StateFigures {
  people: number;
  sends: number;
  delivered: number;
  orders: number;
  ordering_people: number;
  micros: bigint;
}

/** By state; the people who ordered and were not mailed are one of them. */
export type ListStates = ReadonlyMap<string, StateFigures>;

export interface ListRead {
  states: ListStates;
  warnings: Warning[];
}

export function emptyStates(): Map<string, StateFigures> {
  const none = { people: 0, sends: 0, delivered: 0, orders: 0, ordering_people: 0, micros: 0n };
  return new Map([...LIST_STATES, NOT_MAILED].map((state) => [state, { ...none }]));
}
