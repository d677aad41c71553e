/** The tables of a scheduled report: at most five columns and ten rows, since a mail is read on a telephone. */

import { ratio } from '../../domain/money.ts';
import { clip } from '../../domain/text.ts';
import type { ReportJson } from '../../reports/context.ts';
import { mainTableOf, type Report } from '../../reports/declare.ts';
import { GROUP_FIELDS } from '../../reports/groups.ts';
import { cell, usedColumns, words } from '../any.ts';
import { changeOf } from '../changes.ts';
import { leaves } from '../csv.ts';
import { moneyText, NOTHING, number, percent, type TextColumn } from '../table.ts';

type Row = Record<string, unknown>;

export interface DigestTable {
  title: string;
  columns: readonly TextColumn[];
  rows: ReadonlyArray<readonly string[]>;
  /** The part of the whole that a row has, from 0 to 1, for a bar below its name; null in tables without parts. */
  parts: readonly number[] | null;
  totals: readonly string[] | null;
  /** Rows that are not shown. */
  left_out: number;
}

/** Said in place of a table without rows. */
export const NO_ROWS = 'Nothing in this period.';

/** Titles of reports that have no table of their own here. */
const TITLES: Readonly<Record<string, string>> = {
  changes: 'What changed',
  claims: 'What providers claim',
  cohorts: 'Cohorts',
  fatigue: 'Weeks with many emails',
  lags: 'Time from touch to order',
  lifetime_value: 'Lifetime value',
  list_health: 'The email list',
  models: 'Models side by side',
  paths: 'Paths to orders',
  send_times: 'Times of sending',
  synergies: 'Channels together',
};

const MAX_ROWS = 10;
const MAX_COLUMNS = 5;
const MAX_NAME = 60;

/** The table of one report of a mail. */
export function digestTable(report: Report, answer: ReportJson): DigestTable {
  if (report.name === 'attribution') return attributionTable(answer);
  if (report.name === 'campaigns') return campaignsTable(answer);
  return anyTable(report, answer);
}

const revenueOf = (row: Row): bigint => BigInt(row['attributed_revenue_micros'] as string);
const nameOf = (value: unknown): string => (value === null || value === undefined ? NOTHING : clip(value, MAX_NAME));

function attributionTable(answer: ReportJson): DigestTable {
  const rows = answer['channel_attribution'] as Row[];
  const summary = answer['summary'] as Row;
  const compares = answer['comparison'] !== undefined;
  // Without rows, nothing says how they would be grouped.
  const keys = Object.keys(rows[0] ?? { group: null })
    .filter((name) => GROUP_FIELDS.includes(name) || rows.length === 0)
    .slice(0, 2);
  const total = BigInt((answer['reconciliation'] as Row)['attributed_micros'] as string);
  const shown = rows.slice(0, MAX_ROWS);
  const change = (row: Row, name: string): string[] => (compares ? [changeOf(row, name) ?? NOTHING] : []);
  return {
    title: `Revenue by ${keys.map(words).join(' and ')}`,
    columns: [
      ...keys.map((name) => ({ name: words(name) })),
      { name: 'orders', right: true },
      { name: `revenue ${answer['currency']}`, right: true },
      { name: 'share', right: true },
      ...(compares ? [{ name: 'change', right: true }] : []),
    ],
    rows: shown.map((row) => [
      ...keys.map((name) => nameOf(row[name])),
      number(row['credited_conversions'], 1),
      moneyText(row['attributed_revenue']),
      percent(ratio(revenueOf(row), total)),
      ...change(row, 'attributed_revenue'),
    ]),
    parts: shown.map((row) => Math.min(1, Math.max(0, ratio(revenueOf(row), total) ?? 0))),
    totals:
      rows.length === 0
        ? null
        : [
            'all',
            ...keys.slice(1).map(() => ''),
            number(
              rows.reduce((sum, row) => sum + Number(row['credited_conversions']), 0),
              1,
            ),
            moneyText(summary['total_attributed_revenue']),
            '',
            ...change(summary, 'total_attributed_revenue'),
          ],
    left_out: rows.length - shown.length,
  };
}

function campaignsTable(answer: ReportJson): DigestTable {
  const rows = answer['campaigns'] as Row[];
  const key = rows.some((row) => 'email_id' in row) ? 'email_id' : 'campaign_id';
  const cells = (row: Row): string[] => [
    number(row['delivered']),
    percent(row['recipient_open_rate']),
    percent(row['recipient_click_rate']),
    moneyText(row['attributed_revenue']),
  ];
  const shown = rows.slice(0, MAX_ROWS);
  return {
    title: key === 'email_id' ? 'Emails' : 'Campaigns',
    columns: [
      { name: key === 'email_id' ? 'email' : 'campaign' },
      ...['delivered', 'opened', 'clicked', `revenue ${answer['currency']}`].map((name) => ({ name, right: true })),
    ],
    rows: shown.map((row) => [nameOf(row[key]), ...cells(row)]),
    parts: null,
    totals: rows.length === 0 ? null : ['all', ...cells(answer['totals'] as Row)],
    left_out: rows.length - shown.length,
  };
}

/** The name of a value within others has the two innermost names. */
const columnName = (key: string): string => words(key.split('.').slice(-2).join(' '));

/** The first columns of the main table, names before figures. */
function anyTable(report: Report, answer: ReportJson): DigestTable {
  const table = mainTableOf(report, answer);
  const named = table?.parts === undefined ? undefined : (answer[table.parts.field] as Record<string, ReportJson>);
  const first = named === undefined ? answer : (Object.values(named)[0] ?? {});
  const rows = (table === null ? [] : (first[table.rows] ?? [])) as Row[];
  const shown = rows.slice(0, MAX_ROWS).map((row): Row => Object.fromEntries(leaves(row)));
  const columns = usedColumns(shown);
  const names = columns.filter(({ right }) => !right).slice(0, 2);
  const used = [...names, ...columns.filter(({ right }) => right).slice(0, MAX_COLUMNS - names.length)];
  return {
    title: TITLES[report.name] ?? clip(report.summary, MAX_NAME),
    columns: used.map(({ key, right }) => ({ name: columnName(key), right })),
    rows: shown.map((row) => used.map(({ key }) => clip(cell(key, row[key]), MAX_NAME))),
    parts: null,
    totals: null,
    left_out: rows.length - shown.length,
  };
}
