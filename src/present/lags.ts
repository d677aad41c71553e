/** The lags report on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns, withChange } from './changes.ts';
import { clip } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, pairs, percent, type TextColumn, textTable } from './table.ts';

type Row = Record<string, unknown>;

const DAYS = ['average_days', 'p10_days', 'p25_days', 'p50_days', 'p75_days', 'p90_days'];
const DAY_NAMES = ['average days', '10 %', '25 %', '50 %', '75 %', '90 %'];
const NAMES: Readonly<Record<string, string>> = { first_touch: 'first touch', last_touch: 'last touch' };

const columns = (names: readonly string[]): TextColumn[] => names.map((name, i) => ({ name, right: i > 0 }));
const days = (row: Row): string[] => DAYS.map((name) => number(row[name], 2));

export function showLags(report: ReportJson, limit: number): string {
  const currency = String(report['currency']);
  const groups = report['groups'] as Row[];
  const touches = report['touches'] as Row;
  return [
    reportTitle('Time to the order', report),
    summary(report['summary'] as Row, touches, currency),
    '\n' +
      textTable(
        columns(['from the', 'orders', ...DAY_NAMES]),
        (report['lags'] as Row[]).map((row) => [NAMES[String(row['measure'])]!, number(row['orders']), ...days(row)]),
      ),
    '\n' + distribution(report, currency),
    groups.length === 0 ? '' : '\n' + groupTable(groups.slice(0, limit)) + more(groups.length, limit),
    reportWarnings(report),
  ].join('');
}

function summary(row: Row, touches: Row, currency: string): string {
  return pairs([
    ['orders', withChange(number(row['orders']), row, 'orders')],
    ['with a path', withChange(number(row['orders_with_path']), row, 'orders_with_path')],
    [`net revenue ${currency}`, withChange(moneyText(row['net_revenue']), row, 'net_revenue')],
    ['touches per order', withChange(number(touches['average_touches'], 2), touches, 'average_touches')],
    ['half of the orders have at most', `${number(touches['p50_touches'])} touches`],
    ['nine of ten orders have at most', `${number(touches['p90_touches'])} touches`],
  ]);
}

function distribution(report: ReportJson, currency: string): string {
  return textTable(
    [
      ...columns(['from the', 'time to the order', 'orders', 'share', `revenue ${currency}`]).map((column, i) => ({
        ...column,
        right: i > 1,
      })),
      ...changeColumns(report),
    ],
    (report['distribution'] as Row[]).map((row) => [
      NAMES[String(row['measure'])]!,
      String(row['bucket']),
      number(row['orders']),
      percent(row['share_of_orders']),
      moneyText(row['net_revenue']),
      ...changeCells(report, row, 'net_revenue'),
    ]),
  );
}

function groupTable(rows: readonly Row[]): string {
  const key = Object.keys(rows[0]!)[0]!;
  return textTable(
    columns([`first touch of ${key.replaceAll('_', ' ')}`, 'orders', ...DAY_NAMES]),
    rows.map((row) => [row[key] === null ? NOTHING : clip(row[key]), number(row['orders']), ...days(row)]),
  );
}
