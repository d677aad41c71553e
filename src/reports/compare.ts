/**
 * The parameter `compare`: the same report about an earlier period, at the same log position, beside the one that was asked for. A
 * report declares its rows that are compared; this file joins them. docs/semantics.md 14.
 */
import { badRequest } from '../domain/errors.ts';
import { formatMicros, ratio } from '../domain/money.ts';
import type { WeekStart } from '../domain/time.ts';
import type { TSchema } from '../domain/typebox.ts';
import { mapInTurns, WorkTurns } from '../warehouse/work-turns.ts';
import type { ReportContext, ReportJson, Resolved } from './context.ts';
import { type Compare, yearLater } from './earlier-period.ts';
import { readFilters } from './filters.ts';
import { DEFAULT_WEEK_START, groupKey } from './groups.ts';
import { type Compared, TIME_FIELDS } from './results/changes.ts';
import { daysOf, timesOf } from './time-series.ts';

/** The compared parts of an answer, by field. `parts` is a field with such parts by name, if the answer has it. */
export interface ComparedParts {
  fields: Readonly<Record<string, Compared>>;
  parts?: string;
}

export type Ask = (context: ReportContext, asked: Record<string, unknown>) => Promise<ReportJson>;

/** Answers for the period and the earlier one, and joins them. */
export async function answerCompared(
  compared: ComparedParts,
  compare: Compare,
  context: ReportContext,
  asked: Record<string, unknown>,
  ask: Ask,
): Promise<ReportJson> {
  const week_start = (asked['week_start'] as WeekStart | undefined) ?? DEFAULT_WEEK_START;
  const { of_events } = readFilters(asked['filter'] as string[] | undefined, week_start);
  if (of_events.some(({ key }) => key.about === 'time'))
    throw badRequest('compare', 'cannot be used with a filter by day, week or month; give the period as start and end');
  const plans: Resolved[] = [];
  const resolved = (one: Resolved): void => void plans.push(one);
  const now = await ask({ ...context, resolved }, asked);
  const period = now['report_period'] as { start: string; end: string };
  const before = await ask({ ...context, resolved, earlier: compare }, { ...asked, ...period, as_of: now['as_of'] });
  const [own, earlier] = [plans[0]!, plans[1]!];
  const moved = (fields: readonly string[]): Promise<Moved> => timesMoved(own, earlier, fields, compare, week_start);
  return {
    ...now,
    comparison: {
      compare,
      report_period: before['report_period'],
      config_hash: before['config_hash'],
      ...('warnings' in before ? { warnings: before['warnings'] } : {}),
    },
    ...(await joinParts(compared, now, before, moved)),
  };
}

async function joinParts(
  { fields, parts }: ComparedParts,
  now: ReportJson,
  before: ReportJson,
  moved: MovedBy,
): Promise<ReportJson> {
  const joined: ReportJson = {};
  for (const [name, compared] of Object.entries(fields)) {
    const [own, earlier] = [now[name], before[name]];
    if (own === undefined) continue;
    joined[name] = Array.isArray(own)
      ? await joinRows(compared, own, earlier as ReportJson[], moved)
      : joinRow(compared, own as ReportJson, earlier as ReportJson, {});
  }
  if (parts === undefined || !(parts in now)) return joined;
  const by_name: Record<string, ReportJson> = {};
  for (const [name, part] of Object.entries(now[parts] as Record<string, ReportJson>)) {
    const earlier = (before[parts] as Record<string, ReportJson>)[name]!;
    by_name[name] = { ...part, ...(await joinParts({ fields }, part, earlier, moved)) };
  }
  return { ...joined, [parts]: by_name };
}

/** The times of an earlier row in the period that was asked for. */
type Moved = (times: readonly string[]) => readonly string[];
type MovedBy = (fields: readonly string[]) => Promise<Moved>;

/** Joins rows with the same keys. Rows that only the earlier period has follow, or stand in order of time. */
async function joinRows(
  compared: Compared,
  own: ReportJson[],
  earlier: ReportJson[],
  moved: MovedBy,
): Promise<ReportJson[]> {
  const sample = own[0] ?? earlier[0];
  if (sample === undefined) return [];
  const known = Object.keys(compared.keys).filter((name) => name in sample);
  const keys = known.length === 0 && compared.otherwise_by !== undefined ? [compared.otherwise_by] : known;
  const times = Object.keys(sample).filter((name) => (TIME_FIELDS as readonly string[]).includes(name));
  const move = times.length > 0 ? await moved(times) : null;
  const inPeriod = (row: ReportJson): ReportJson => {
    const values = move?.(times.map((name) => row[name] as string)) ?? [];
    return { ...row, ...Object.fromEntries(times.map((name, i) => [name, values[i]])) };
  };
  const id = (row: ReportJson): string => JSON.stringify(keys.map((name) => row[name] ?? null));
  const turns = new WorkTurns();
  const by_id = new Map<string, ReportJson>();
  for (const row of earlier) {
    if (turns.ends()) await turns.next();
    by_id.set(id(inPeriod(row)), row);
  }
  const timesOfRow = (row: ReportJson): ReportJson => Object.fromEntries(times.map((name) => [name, row[name]]));
  const rows: ReportJson[] = [];
  for (const row of own) {
    if (turns.ends()) await turns.next();
    const found = by_id.get(id(row));
    by_id.delete(id(row));
    rows.push(joinRow(compared, row, found ?? zeroRow(compared, row, earlier[0]), found ? timesOfRow(found) : {}));
  }
  for (const row of by_id.values()) {
    if (turns.ends()) await turns.next();
    const kept = inPeriod(row);
    const named = Object.fromEntries(keys.map((name) => [name, kept[name]]));
    rows.push(joinRow(compared, { ...named, ...zeroRow(compared, row, own[0]) }, row, timesOfRow(row)));
  }
  return times.length === 0 ? rows : inTime(rows, times);
}

/** Rows in order of time; those of one time stay in their order. */
function inTime(rows: ReportJson[], times: readonly string[]): ReportJson[] {
  return rows.sort((a, b) => {
    for (const name of times) if (a[name] !== b[name]) return String(a[name]) < String(b[name]) ? -1 : 1;
    return 0;
  });
}

function joinRow(compared: Compared, own: ReportJson, earlier: ReportJson, times: ReportJson): ReportJson {
  const { by_name, measures, sometimes } = compared;
  if (by_name === undefined) return { ...own, ...changes({ ...measures, ...sometimes }, own, earlier, times) };
  const all = own[by_name.field] as Record<string, ReportJson>;
  const before = earlier[by_name.field] as Record<string, ReportJson>;
  const joined = Object.entries(all).map(([name, one]) => [
    name,
    { ...one, ...changes(by_name.measures, one, before[name] ?? {}, {}) },
  ]);
  return { ...own, [by_name.field]: Object.fromEntries(joined) };
}

/** The fields `previous`, `change` and `change_percent` of figures. @param times keys of the earlier row that are not compared. */
export function changes(
  measures: Compared['measures'],
  own: ReportJson,
  earlier: ReportJson,
  times: ReportJson,
): ReportJson {
  const previous: ReportJson = { ...times };
  const change: ReportJson = {};
  const percent: ReportJson = {};
  for (const name of Object.keys(measures)) {
    if (!(name in own) && !(name in earlier)) continue;
    const [now, before] = [own[name] ?? null, earlier[name] ?? null];
    previous[name] = before;
    const [a, b] = [exact(name, now), exact(name, before)];
    const difference = a === null || b === null ? null : a - b;
    change[name] = difference === null ? null : written(name, now, difference);
    if (name.endsWith('_micros')) continue;
    percent[name] = difference === null || b === null ? null : ratio(difference * 100n, b < 0n ? -b : b);
  }
  return { previous, change, change_percent: percent };
}

const SCALE = 1_000_000;

/** A figure as an integer: micros as they are, amounts and numbers in millionths. They have at most six decimals. */
function exact(name: string, value: unknown): bigint | null {
  if (value === null) return null;
  if (typeof value === 'number') return BigInt(Math.round(value * SCALE));
  return BigInt(name.endsWith('_micros') ? (value as string) : (value as string).replace('.', ''));
}

/** A difference in the form of the figure. */
function written(name: string, like: unknown, difference: bigint): string | number {
  if (name.endsWith('_micros')) return difference.toString();
  const decimal = formatMicros(difference);
  return typeof like === 'number' ? Number(decimal) : decimal;
}

/**
 * The figures of a group that a period lacks: nothing, and null where a figure would have no denominator.
 * @param like the row of the other period.
 * @param other some row of the period, if it has any: it knows whether there is a whole that a part is 0 of.
 */
function zeroRow(compared: Compared, like: ReportJson, other: ReportJson | undefined): ReportJson {
  const { measures, sometimes = {}, others = {}, by_name, parts_of_whole = [] } = compared;
  const zeros = (fields: Compared['measures'], known: ReportJson | undefined): ReportJson =>
    Object.fromEntries(
      Object.entries(fields).map(([name, schema]) => {
        if (parts_of_whole.includes(name)) return [name, typeof known?.[name] === 'number' ? 0 : null];
        return [name, zeroOf(schema)];
      }),
    );
  const there = Object.fromEntries(Object.entries(sometimes).filter(([name]) => name in like));
  const kept = Object.fromEntries(Object.entries(others).filter(([name]) => name in like));
  if (by_name === undefined) return zeros({ ...measures, ...there, ...kept }, other);
  const { field } = by_name;
  const known = (other?.[field] ?? {}) as Record<string, ReportJson>;
  const named = Object.keys(like[field] as object).map((name) => [
    name,
    zeros({ ...by_name.measures, ...by_name.others }, known[name]),
  ]);
  return { ...zeros(others, other), [field]: Object.fromEntries(named) };
}

function zeroOf(schema: TSchema): number | string | null {
  const { type, pattern } = schema as { type?: string; pattern?: string };
  if (type === 'integer' || type === 'number') return 0;
  if (type === 'string') return pattern?.includes('.') ? '0.000000' : '0';
  return null;
}

/**
 * Finds the time of the period that stands for one of the earlier period: with `previous_year` a day has that of the same date;
 * else the first has the first, the second the second, and so on. A time without a partner stays. If the earlier period has more
 * times, the last has the last: those that stay are then before the period, and none of them stands for a time that has a partner.
 */
async function timesMoved(
  own: Resolved,
  earlier: Resolved,
  fields: readonly string[],
  compare: Compare,
  week_start: WeekStart,
): Promise<Moved> {
  const keys = fields.map((field) => groupKey('group_by', field, week_start));
  const all = async ({ plan }: Resolved): Promise<string[][]> =>
    (await timesOf(daysOf(plan), keys, week_start, () => true)) ?? [];
  const [mine, theirs] = [await all(own), await all(earlier)];
  const more = Math.max(0, theirs.length - mine.length);
  const day = fields.indexOf('day');
  const by_day = new Map(day < 0 ? [] : mine.map((times) => [times[day]!, times]));
  const partners = new Map<string, string[] | undefined>(
    await mapInTurns(theirs.entries(), ([i, times]): [string, string[] | undefined] => [
      times.join(),
      compare === 'previous_year' && day >= 0 ? by_day.get(yearLater(times[day]!) ?? '') : mine[i - more],
    ]),
  );
  return (times) => partners.get(times.join()) ?? times;
}
