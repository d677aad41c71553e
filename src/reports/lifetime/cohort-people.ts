/** Puts the people whom a report chooses into cohorts, by what their first order has. */
import { formatDate, type WeekStart, weekStart } from '../../domain/time.ts';
import { ExactSums } from '../../histories/exact.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { byRevenue, formatMonth, monthOf } from '../groups.ts';
import { addEvent, type Lifetimes } from './lifetimes.ts';
import type { CohortsBy } from './parameters.ts';

/** More cohorts are left out, those with the least revenue first. */
export const MAX_COHORTS = 500;

export interface Cohort {
  /** Its month, week, channel, campaign or segments; null where the first order has none. */
  name: string | null;
  people: number[];
  micros: bigint;
}

export interface Cohorts {
  /** In order of time, or most revenue first. */
  cohorts: Cohort[];
  /** How many cohorts are left out, with their people. */
  left_out: { cohorts: number; people: number };
}

/** By person the net value of all orders in micros. */
export async function valuesOf(lifetimes: Lifetimes): Promise<ExactSums> {
  const sums = new ExactSums();
  sums.reserve(lifetimes.people);
  const turns = new WorkTurns();
  const { starts, event_starts } = lifetimes;
  for (let person = 0; person < lifetimes.people; person++) {
    if (turns.ends(1_024)) await turns.next();
    for (let e = event_starts[starts[person]!]!; e < event_starts[starts[person + 1]!]!; e++)
      addEvent(sums, person, lifetimes, e);
  }
  return sums;
}

export async function cohortsOf(
  lifetimes: Lifetimes,
  values: ExactSums,
  by: CohortsBy,
  week_start: WeekStart,
): Promise<Cohorts> {
  const nameOf = namesOf(lifetimes, by, week_start);
  const by_name = new Map<string | null, Cohort>();
  const turns = new WorkTurns();
  const { by_key, chosen } = lifetimes;
  for (let i = 0; i < by_key.length; i++) {
    if (turns.ends(1_024)) await turns.next();
    const person = by_key[i]!;
    if (chosen[person] !== 1) continue;
    const name = nameOf(person);
    const cohort = by_name.get(name) ?? { name, people: [], micros: 0n };
    by_name.set(name, cohort);
    cohort.people.push(person);
    cohort.micros += values.total(person);
  }
  const in_time = by === 'month' || by === 'week';
  const ranked = [...by_name.values()].sort((a, b) => byRevenue(sorted(a), sorted(b)));
  const [kept, others] = [ranked.slice(0, MAX_COHORTS), ranked.slice(MAX_COHORTS)];
  if (in_time) kept.sort((a, b) => (a.name! < b.name! ? -1 : 1));
  return {
    cohorts: kept,
    left_out: { cohorts: others.length, people: others.reduce((sum, { people }) => sum + people.length, 0) },
  };
}

const sorted = ({ name, micros }: Cohort) => ({ micros, keys: [name] });

function namesOf(lifetimes: Lifetimes, by: CohortsBy, week_start: WeekStart): (person: number) => string | null {
  const dayOf = (person: number): number => lifetimes.day[lifetimes.starts[person]!]!;
  const byDay = (nameOf: (day: number) => string): ((person: number) => string) => {
    const known = new Map<number, string>();
    return (person) => {
      const day = dayOf(person);
      const name = known.get(day) ?? nameOf(day);
      known.set(day, name);
      return name;
    };
  };
  if (by === 'month') return byDay((day) => formatMonth(monthOf(day)));
  if (by === 'week') return byDay((day) => formatDate(weekStart(day, week_start)));
  if (by === 'segment') return (person) => lifetimes.segment![person]!;
  if (by === 'first_channel') return (person) => lifetimes.channel![person]!;
  if (by === 'campaign') return (person) => lifetimes.campaign_id![person]!;
  return () => 'all';
}
