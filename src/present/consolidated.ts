/** The consolidated report on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns } from './changes.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, number, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showConsolidated(report: ReportJson, limit: number): string {
  const brands = report['brands'] as Row[];
  const names = ['orders', 'net revenue', 'shared', 'counted', 'of email', 'customers', 'spend'];
  const columns = [{ name: 'brand' }, ...names.map((name) => ({ name, right: true })), ...changeColumns(report)];
  const cells = (row: Row): string[] => [
    number(row['counted_conversions']),
    moneyText(row['net_revenue']),
    moneyText(row['shared_revenue']),
    moneyText(row['counted_revenue']),
    percent(row['counted_email_share']),
    number(row['customers']),
    moneyText(row['spend']),
    ...changeCells(report, row, 'counted_revenue'),
  ];
  const shown = brands.slice(0, limit);
  const shared = report['shared_orders'] as Row[];
  return (
    reportTitle('Brands', report) +
    textTable(
      columns,
      shown.map((row) => [String(row['brand_id']), ...cells(row)]),
      [['together', ...cells(report['totals'] as Row)]],
    ) +
    more(brands.length, shown.length) +
    '\nshared: value of orders that count in another brand; counted: net revenue without it\n' +
    shared
      .slice(0, limit)
      .map(
        (row) =>
          line`${number(row['conversions'])} orders of ${String(row['brand_id'])} count in ${String(row['counted_in'])}\n`,
      )
      .join('') +
    reportWarnings(report)
  );
}
