/** The periods that a schedule reports on, and when each is due. Days are numbers since 1970-01-01. */
import { dayOf, formatDate, instantOfWall, MS_PER_DAY, parseDate, weekStart } from '../domain/time.ts';

export const PERIODS = ['daily', 'weekly', 'monthly'] as const;
export type PeriodStep = (typeof PERIODS)[number];

/** When a schedule is due. */
export interface Timing {
  period: PeriodStep;
  /** Milliseconds after midnight. */
  at_ms: number;
  /** Null for the zone of the brand. */
  time_zone: string | null;
  weeks_begin: 'monday' | 'sunday';
  days_after: number;
}

/** A whole day, week or month. */
export interface ReportPeriod {
  /** The first day. */
  start: string;
  /** The day after the last one. */
  end: string;
  /** When it is sent. */
  due_ms: number;
}

type Clocked = Timing & { time_zone: string };

/** The newest period whose time has come. */
export function duePeriod(timing: Clocked, now_ms: number): ReportPeriod {
  let found = newestPeriod(timing, now_ms);
  // Of days that wait for some days, several are over and not yet due.
  while (found.due_ms > now_ms) found = periodEnding(timing, dayNumber(found.start));
  return found;
}

/** The newest period that is over. It may not be due yet. */
export function newestPeriod(timing: Clocked, now_ms: number): ReportPeriod {
  return periodEnding(timing, firstOf(timing, dayOf(timing.time_zone, now_ms)));
}

/** The period after another one. */
export function periodAfter(timing: Clocked, { end }: Pick<ReportPeriod, 'end'>): ReportPeriod {
  const first = dayNumber(end);
  const longest = { daily: 1, weekly: 7, monthly: 31 }[timing.period];
  return periodEnding(timing, firstOf(timing, first + longest));
}

/** The day on which the day, week or month of a day begins. */
function firstOf({ period, weeks_begin }: Timing, day: number): number {
  if (period === 'daily') return day;
  if (period === 'weekly') return weekStart(day, weeks_begin);
  return dayNumber(`${formatDate(day).slice(0, 8)}01`);
}

/** @param end the first day of the period after it. */
function periodEnding(timing: Clocked, end: number): ReportPeriod {
  const { time_zone, at_ms, days_after } = timing;
  return {
    start: formatDate(firstOf(timing, end - 1)),
    end: formatDate(end),
    due_ms: instantOfWall((end + days_after) * MS_PER_DAY + at_ms, time_zone),
  };
}

/** The first day of the days that the chart of a period shows: two weeks, four weeks or two months. */
export function trendStart(
  { period }: Pick<Timing, 'period'>,
  { start, end }: Pick<ReportPeriod, 'start' | 'end'>,
): string {
  if (period === 'daily') return formatDate(dayNumber(end) - 14);
  if (period === 'weekly') return formatDate(dayNumber(end) - 28);
  return `${formatDate(dayNumber(start) - 1).slice(0, 8)}01`;
}

function dayNumber(date: string): number {
  return parseDate(date) as number;
}
