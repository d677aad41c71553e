/** Periods with a name. The server knows them by their codes, and moves the days of links and saved views. */
import { addDays, today } from '../days.ts';
import type { View } from '../view.ts';

export interface Period {
  name: string;
  /** The name that the server has for it. */
  code: string;
  /** Days [start, end). */
  start: string;
  end: string;
}

export function periods(): readonly Period[] {
  const end = addDays(today(), 1);
  const [year, month] = today().split('-') as [string, string];
  const before = new Date(Date.UTC(Number(year), Number(month) - 2, 1)).toISOString().slice(0, 10);
  return [
    { name: 'Last 7 days', start: addDays(end, -7), end },
    { name: 'Last 30 days', start: addDays(end, -30), end },
    { name: 'Last 90 days', start: addDays(end, -90), end },
    { name: 'This month', start: `${year}-${month}-01`, end },
    { name: 'Last month', start: before, end: `${year}-${month}-01` },
    { name: 'Last 365 days', start: addDays(end, -365), end },
  ].map((period) => ({ ...period, code: period.name.toLowerCase().replaceAll(' ', '_') }));
}

/** The named period of a view; undefined for days that somebody chose. */
export function periodOf({ start, end }: Pick<View, 'start' | 'end'>): Period | undefined {
  return periods().find((period) => period.start === start && period.end === end);
}

export function periodNamed(code: string): Period | undefined {
  return periods().find((period) => period.code === code);
}
