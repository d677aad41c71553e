/** Rows of the report on changes, made from those of the attribution report with `compare`. */
import { MICRO_CONVERSIONS } from '../../attribution/plan.ts';
import { money, ratio } from '../../domain/money.ts';
import { changes } from '../compare.ts';
import type { ReportJson } from '../context.ts';
import { FILTERED_MEASURES, GROUP_MEASURES, REASON_MEASURES, TOTAL_MEASURES } from '../results/what-changed.ts';
import { CAUSES, type Earned, splitChange, splitTotal, TOTAL_CAUSES } from './causes.ts';
import type { NamedGroup } from './words.ts';

/** A row of the attribution report with `compare`, or its summary. */
export interface ComparedRow extends ReportJson {
  previous: ReportJson;
}

interface Group extends NamedGroup {
  row: ComparedRow;
}

/** @param fields those of `group_by`. */
export function groupOf(row: ComparedRow, fields: readonly string[]): Group {
  const [before, now] = [earnedOf(row.previous), earnedOf(row)];
  const keys = Object.fromEntries(fields.map((field) => [field, row[field] as string | null]));
  return { keys, row, before, now, causes: splitChange(before, now) };
}

function earnedOf(row: ReportJson): Earned {
  return {
    orders: BigInt(row['touched_conversions'] as number),
    // A number with at most six decimals.
    credited: BigInt(Math.round((row['credited_conversions'] as number) * MICRO_CONVERSIONS)),
    micros: BigInt(row['attributed_revenue_micros'] as string),
  };
}

const causesOf = <C extends string>(names: readonly C[], causes: Record<C, bigint>): ReportJson =>
  Object.assign({}, ...names.map((name) => money(name, causes[name])));

export function rowOf({ keys, row, causes }: Group): ReportJson {
  const measures = Object.fromEntries(Object.keys(GROUP_MEASURES).map((name) => [name, row[name]]));
  // The earlier row of a group about the time has another time.
  const times = Object.fromEntries(Object.entries(row.previous).filter(([name]) => name in keys));
  return {
    ...keys,
    ...measures,
    ...changes(GROUP_MEASURES, row, row.previous, times),
    causes: causesOf(CAUSES, causes),
  };
}

/** Revenue that no touch earned, by reason alone, in order of the reasons. */
export function reasonRows(rows: readonly ComparedRow[]): ReportJson[] {
  const sums = new Map<string, { now: bigint; before: bigint }>();
  for (const row of rows) {
    const reason = row['reason'] as string;
    const { now, before } = sums.get(reason) ?? { now: 0n, before: 0n };
    sums.set(reason, { now: now + unattributedOf(row), before: before + unattributedOf(row.previous) });
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, { now, before }]) => {
      const [own, earlier] = [money('unattributed_revenue', now), money('unattributed_revenue', before)];
      return { reason, ...own, ...changes(REASON_MEASURES, own, earlier, {}) };
    });
}

/** All groups together, beside net revenue and what is in no group. @param answer the attribution report with `compare`. */
export function totalsOf(answer: ReportJson, groups: readonly Group[]): ReportJson {
  const summary = answer['summary'] as ComparedRow;
  const unattributed = answer['unattributed'] as ComparedRow[];
  const filtered = answer['filtered'] as ComparedRow[] | undefined;
  const figures = (period: 'now' | 'before', all: ReportJson): ReportJson => {
    const rowsOf = (rows: readonly ComparedRow[]): readonly ReportJson[] =>
      period === 'now' ? rows : rows.map(({ previous }) => previous);
    const credited = sum(groups, (group) => group[period].credited);
    return {
      total_conversions: all['total_conversions'],
      credited_conversions: ratio(credited, MICRO_CONVERSIONS),
      ...money('net_revenue', BigInt(all['total_revenue_micros'] as string)),
      ...money(
        'attributed_revenue',
        sum(groups, (group) => group[period].micros),
      ),
      ...money('unattributed_revenue', sum(rowsOf(unattributed), unattributedOf)),
      ...(filtered === undefined
        ? {}
        : money(
            'filtered_revenue',
            sum(rowsOf(filtered), (row) => BigInt(row['filtered_revenue_micros'] as string)),
          )),
    };
  };
  const [now, before] = [figures('now', summary), figures('before', summary.previous)];
  const orders = {
    now: BigInt(now['total_conversions'] as number),
    before: BigInt(before['total_conversions'] as number),
  };
  return {
    ...now,
    ...changes({ ...TOTAL_MEASURES, ...FILTERED_MEASURES }, now, before, {}),
    causes: causesOf(TOTAL_CAUSES, splitTotal(groups, orders)),
  };
}

const unattributedOf = (row: ReportJson): bigint => BigInt(row['unattributed_revenue_micros'] as string);

function sum<R>(rows: readonly R[], of: (row: R) => bigint): bigint {
  return rows.reduce((all, row) => all + of(row), 0n);
}
