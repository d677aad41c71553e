/** What was spent on each group of the attribution report. docs/semantics.md 10. */

import type { Plan } from '../attribution/plan.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { readAll } from '../warehouse/read-row.ts';
import { mapInTurns } from '../warehouse/work-turns.ts';
import { costAndReturn, spendMoney } from './campaign-metrics.ts';
import type { ReportJson } from './context.ts';
import { type Filters, filteredFields } from './filters.ts';
import { type GroupKey, joinMonths, keysOf } from './groups.ts';
import { type MissingRate, makeSpend, makeSpendLines } from './spend.ts';
import { chosenLines, type ReadCredited, withCampaigns } from './spend-campaigns.ts';
import type { Warning } from './warning.ts';

/** The fields of a group that spend has, too. If a report groups by another one, spend cannot be told to its groups. */
const SPEND_FIELDS: readonly string[] = ['brand_id', 'channel', 'campaign_id', 'day', 'week', 'month'];

export interface SpentGroup {
  keys: Array<string | null>;
  /** Null if the rate of some amount is missing. */
  micros: bigint | null;
}

export interface GroupSpend {
  /** Null if spend does not have all fields by which the report groups and filters. */
  groups: readonly SpentGroup[] | null;
  warnings: Warning[];
}

/** By what a report groups and filters. */
interface Grouped {
  keys: readonly GroupKey[];
  filters: Filters;
}

/** The answer where spend does not have all fields by which a report groups and filters; else null. */
export function spendWithoutFields({ keys, filters }: Grouped): GroupSpend | null {
  if (!keys.every(({ field }) => SPEND_FIELDS.includes(field))) return { groups: null, warnings: [] };
  const unknown = filteredFields(filters).filter((field) => !SPEND_FIELDS.includes(field));
  return unknown.length > 0 ? { groups: null, warnings: [notFiltered(unknown)] } : null;
}

/** Reads the spend of each group that the filters let pass, at most `limit` groups. */
export async function readGroupSpend(
  snapshot: Snapshot,
  plan: Plan,
  readCredited: ReadCredited,
  { keys, filters }: Grouped,
  limit: number,
): Promise<GroupSpend> {
  const without = spendWithoutFields({ keys, filters });
  if (without !== null) return without;
  const warnings: Warning[] = [];
  let lines = await makeSpendLines(snapshot, plan);
  if ([...filteredFields(filters), ...keys.map(({ field }) => field)].includes('campaign_id')) {
    const named = await withCampaigns(snapshot, lines, readCredited);
    if (named === null) warnings.push(NOT_COMPARED);
    lines = named ?? lines;
  }
  lines = await chosenLines(snapshot, lines, filters);
  const spend = await makeSpend(snapshot, plan, lines, filters.passesDay);
  if (spend === null) return { groups: [], warnings };
  const joined = await joinMonths(snapshot, spend, keys);
  // The keys are SQL over credits `c` and touchpoints `t`. A line of spend stands for both.
  const rows = await snapshot.query(
    `select ${keys.map((key, i) => `${key.sql} as g${i}`).join(', ')}, text128(sum128(c.micros)) as micros, count_where(c.is_known = 0) as unknown_ones
     from ${spend.amounts.name} c join ${spend.amounts.name} t on t.brand_id = c.brand_id and t.id = c.id ${joined}
     group by ${keys.map((key) => key.sql).join(', ')} limit ${limit}`,
  );
  const sums = readAll(rows, { micros: 'bigint', unknown_ones: 'number' });
  const groups = await mapInTurns(rows.entries(), ([r, row]) => ({
    keys: keysOf(row, keys),
    micros: sums[r]!.unknown_ones > 0 ? null : sums[r]!.micros,
  }));
  return { groups, warnings: [...warnings, ...withoutRates(plan, spend.missing)] };
}

/** The warning of days of spend without a rate, in order of days. */
export function withoutRates(plan: Plan, missing: readonly MissingRate[]): Warning[] {
  const [first] = missing;
  if (first === undefined) return [];
  return [
    {
      code: SPEND_WITHOUT_RATE,
      count: missing.length,
      message: `days of spend have no rate to ${plan.currency}, the first one from ${first.currency} on ${first.date}; the spend of their groups is not shown. Send the rates to /v1/fx_rates`,
    },
  ];
}

/** The warning of spend that is not in the sums, because a rate is missing. */
export const SPEND_WITHOUT_RATE = 'spend_without_rate';

export const NOT_COMPARED: Warning = {
  code: 'spend_labels_not_compared',
  count: 1,
  message: 'period has too many campaigns to compare their labels, so spend is beside campaigns of exactly its name',
};

function notFiltered(fields: readonly string[]): Warning {
  return {
    code: 'spend_not_filtered',
    count: fields.length,
    message: `filtered fields are not known of spend (${fields.join(', ')}), so spend is not shown`,
  };
}

/** The rows, each with its spend; spend without a row gets the row that `empty` makes. */
export async function withSpend<R extends { keys: ReadonlyArray<string | null> }>(
  rows: readonly R[],
  { groups }: GroupSpend,
  empty: (keys: Array<string | null>) => R,
): Promise<Array<R & { spend_micros: bigint | null }>> {
  const name = (keys: ReadonlyArray<string | null>): string => JSON.stringify(keys);
  const left = new Map(await mapInTurns(groups ?? [], (group): [string, SpentGroup] => [name(group.keys), group]));
  const found = await mapInTurns(rows, (row) => {
    const own = name(row.keys);
    const spent = left.get(own);
    left.delete(own);
    return { ...row, spend_micros: spent?.micros ?? null };
  });
  const others = [...left.values()].map(({ keys, micros }) => ({ ...empty(keys), spend_micros: micros }));
  return [...found, ...others];
}

/** The fields of a row about its spend. */
export function spendOf(row: { micros: bigint; millionths: bigint; spend_micros: bigint | null }): ReportJson {
  const earned = { revenue_micros: row.micros, credited_millionths: row.millionths };
  return { ...spendMoney(row.spend_micros), ...costAndReturn(earned, row.spend_micros) };
}
