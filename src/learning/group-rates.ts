/** Rates of counts over random groups of people, with intervals, and null where there is too little to say. */
import type { Interval } from './bootstrap.ts';
import { type GroupDraws, ratioInterval } from './group-bootstrap.ts';

/** Counts by group of people. */
export type ByGroup = ReadonlyMap<number, number>;

/** What a rate needs: of that many cases, and of that many events among them. With fewer, an interval would promise too much. */
export interface Least {
  cases: number;
  events: number;
}

export interface Rate {
  events: number;
  /** Null where `withheld` says why. */
  rate: number | null;
  interval: Interval | null;
  withheld: string | null;
}

export const total = (counts: ByGroup): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

/** The rate events / cases. @param what names the cases and the events in the reason, such as ["people-weeks", "clicks"]. */
export function groupRate(
  draws: GroupDraws,
  events: ByGroup,
  cases: ByGroup,
  level: number,
  least: Least,
  [cases_name, events_name]: readonly [string, string],
): Rate {
  const [found, all] = [total(events), total(cases)];
  if (all < least.cases)
    return { events: found, rate: null, interval: null, withheld: `needs ${least.cases} ${cases_name}, has ${all}` };
  const rate = found / all;
  if (found < least.events)
    return {
      events: found,
      rate,
      interval: null,
      withheld: `the interval needs ${least.events} ${events_name}, has ${found}`,
    };
  return { events: found, rate, interval: ratioInterval(draws, events, cases, level), withheld: null };
}
