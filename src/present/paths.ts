/** The paths report on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns, withChange } from './changes.ts';
import { clip } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, pairs, percent, type TextColumn, textTable } from './table.ts';

type Row = Record<string, unknown>;

const columns = (names: readonly string[]): TextColumn[] => names.map((name, i) => ({ name, right: i > 0 }));

export function showPaths(report: ReportJson, limit: number): string {
  const currency = String(report['currency']);
  const roles = report['roles'] as Row[];
  return [
    reportTitle('Paths', report),
    summary(report['summary'] as Row, currency),
    '\n' + topPaths(report, limit, currency),
    '\n' + lengths(report, currency),
    '\n' + roleTable(report, roles.slice(0, limit), currency) + more(roles.length, limit),
    roles.length > 0
      ? '\n  assisted and influenced count an order for every channel or group on its path, so they add up to more than all orders\n'
      : '',
    reportWarnings(report),
  ].join('');
}

function summary(row: Row, currency: string): string {
  const counted = (name: string): string => withChange(number(row[name]), row, name);
  return pairs([
    ['orders', counted('orders')],
    ['with a path', counted('orders_with_path')],
    ['people without an order', counted('people_without_order')],
    ['conversion rate of paths', withChange(percent(row['conversion_rate']), row, 'conversion_rate')],
    ['different paths', counted('different_paths')],
    [`net revenue ${currency}`, withChange(moneyText(row['net_revenue']), row, 'net_revenue')],
    ['with a path', withChange(moneyText(row['path_revenue']), row, 'path_revenue')],
  ]);
}

function topPaths(report: ReportJson, limit: number, currency: string): string {
  const rows = report['paths'] as Row[];
  const cells = (row: Row): string[] => [
    clip(row['path_text']),
    number(row['orders']),
    percent(row['share_of_orders']),
    moneyText(row['net_revenue']),
    moneyText(row['average_order_value']),
    number(row['people_without_order']),
    percent(row['conversion_rate']),
    number(row['average_days_to_order'], 1),
  ];
  const names = ['path', 'orders', 'share', `revenue ${currency}`, 'per order', 'no order', 'rate', 'days'];
  const others = (report['other_paths'] as Row[]).map((row) => ({
    ...row,
    path_text: `${number(row['different_paths'])} other paths`,
  }));
  return textTable(columns(names), rows.slice(0, limit).map(cells), others.map(cells)) + more(rows.length, limit);
}

function lengths(report: ReportJson, currency: string): string {
  return textTable(
    [...columns(['touches', 'orders', 'share', `revenue ${currency}`, 'no order', 'rate']), ...changeColumns(report)],
    (report['lengths'] as Row[]).map((row) => [
      String(row['touches']),
      number(row['orders']),
      percent(row['share_of_orders']),
      moneyText(row['net_revenue']),
      number(row['people_without_order']),
      percent(row['conversion_rate']),
      ...changeCells(report, row, 'net_revenue'),
    ]),
  );
}

function roleTable(report: ReportJson, rows: readonly Row[], currency: string): string {
  const key = Object.keys(rows[0] ?? { channel: null })[0]!;
  return textTable(
    [
      ...columns([key.replaceAll('_', ' '), 'first', 'last', 'only', 'assisted', 'influenced', 'credited']),
      { name: `revenue ${currency}`, right: true },
      ...changeColumns(report),
    ],
    rows.map((row) => [
      row[key] === null ? NOTHING : clip(row[key]),
      ...['first', 'last', 'only', 'assisted', 'influenced'].map((role) => number(row[`${role}_orders`])),
      number(row['credited_conversions'], 1),
      moneyText(row['attributed_revenue']),
      ...changeCells(report, row, 'attributed_revenue'),
    ]),
  );
}
