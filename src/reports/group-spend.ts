/** What was spent on each group of the attribution report. docs/semantics.md 10. */

import type { Plan } from '../attribution/plan.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { readAll } from '../warehouse/read-row.ts';
import { costAndReturn, spendMoney } from './campaign-metrics.ts';
import type { ReportJson } from './context.ts';
import { formatKey, type GroupKey, joinMonths } from './groups.ts';
import { makeSpend } from './spend.ts';
import type { Warning } from './warning.ts';

/** The fields of a group that spend has, too. If a report groups by another one, spend cannot be told to its groups. */
const SPEND_FIELDS: readonly string[] = ['brand_id', 'channel', 'campaign_id', 'day', 'week', 'month'];

/** The fields of a row that are about its spend. */
export const SPEND_MEASURES = ['spend_micros', 'spend', 'cost_per_conversion', 'return_on_ad_spend'] as const;

interface SpentGroup {
  keys: Array<string | null>;
  /** Null if the rate of some amount is missing. */
  micros: bigint | null;
}

export interface GroupSpend {
  groups: readonly SpentGroup[];
  warnings: Warning[];
}

/** Reads the spend of each group, at most `limit` groups. Null if spend has not all of the keys. */
export async function readGroupSpend(
  snapshot: Snapshot,
  plan: Plan,
  keys: readonly GroupKey[],
  limit: number,
): Promise<GroupSpend | null> {
  if (!keys.every(({ field }) => SPEND_FIELDS.includes(field))) return null;
  const spend = await makeSpend(snapshot, plan);
  if (spend === null) return { groups: [], warnings: [] };
  const months = await joinMonths(snapshot, keys, spend);
  // The keys are SQL over credits `c` and touchpoints `t`. A line of spend stands for both.
  const rows = await snapshot.query(
    `select ${keys.map((key, i) => `${key.sql} as g${i}`).join(', ')}, text128(sum128(c.micros)) as micros, count_where(c.is_known = 0) as unknown_ones
     from ${spend.amounts.name} c join ${spend.amounts.name} t on t.brand_id = c.brand_id and t.id = c.id ${months}
     group by ${keys.map((key) => key.sql).join(', ')} limit ${limit}`,
  );
  const sums = readAll(rows, { micros: 'bigint', unknown_ones: 'number' });
  const groups = rows.map((row, r) => ({
    keys: keys.map((key, g) => formatKey(row[`g${g}`]!, key)),
    micros: sums[r]!.unknown_ones > 0 ? null : sums[r]!.micros,
  }));
  const warnings: Warning[] = [];
  const [first] = spend.missing;
  if (first)
    warnings.push({
      code: 'spend_without_rate',
      count: spend.missing.length,
      message: `days of spend have no rate to ${plan.currency}, the first one from ${first.currency} on ${first.date}; the spend of their groups is not shown. Send the rates to /v1/fx_rates`,
    });
  return { groups, warnings };
}

/** The rows, each with its spend; spend without a row gets the row that `empty` makes. */
export function withSpend<R extends { keys: ReadonlyArray<string | null> }>(
  rows: readonly R[],
  spend: GroupSpend | null,
  empty: (keys: Array<string | null>) => R,
): Array<R & { spend_micros: bigint | null }> {
  const name = (keys: ReadonlyArray<string | null>): string => JSON.stringify(keys);
  const left = new Map((spend?.groups ?? []).map((group) => [name(group.keys), group]));
  const found = rows.map((row) => {
    const spent = left.get(name(row.keys));
    left.delete(name(row.keys));
    return { ...row, spend_micros: spent?.micros ?? null };
  });
  return [...found, ...[...left.values()].map(({ keys, micros }) => ({ ...empty(keys), spend_micros: micros }))];
}

/** The fields of a row about its spend; none if the groups of the report have no spend. */
export function spendOf(
  row: { micros: bigint; millionths: bigint; spend_micros: bigint | null },
  spend: GroupSpend | null,
): ReportJson {
  if (spend === null) return {};
  const earned = { revenue_micros: row.micros, credited_millionths: row.millionths };
  return { ...spendMoney(row.spend_micros), ...costAndReturn(earned, row.spend_micros) };
}
