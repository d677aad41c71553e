/** The report on journeys across brands on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns } from './changes.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, number, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

const right = (names: readonly string[]) => names.map((name) => ({ name, right: true }));

export function showCrossBrand(report: ReportJson, limit: number): string {
  const brands = report['brands'] as Row[];
  return [
    reportTitle('Journeys across brands', report),
    textTable(
      [
        { name: 'orders of' },
        ...right([
          'orders',
          'net revenue',
          'own report',
          'with other brands',
          'by own touches',
          'by other brands',
          'share',
          'helped',
        ]),
        ...changeColumns(report),
      ],
      brands
        .slice(0, limit)
        .map((row) => [
          String(row['brand_id']),
          number(row['conversions']),
          moneyText(row['net_revenue']),
          moneyText(row['own_report_revenue']),
          moneyText(row['attributed_revenue']),
          moneyText(row['own_touches_revenue']),
          moneyText(row['other_brands_revenue']),
          percent(row['other_brands_share']),
          number(row['helped_conversions']),
          ...changeCells(report, row, 'other_brands_revenue'),
        ]),
    ),
    more(brands.length, limit),
    '\n' + creditTable(report, report['channels'] as Row[], limit),
    leftOut(brands, limit),
    reportWarnings(report),
  ].join('');
}

function creditTable(report: ReportJson, rows: readonly Row[], limit: number): string {
  const names = ['orders', 'revenue', 'share', 'own report'];
  return (
    textTable(
      [{ name: 'orders of' }, { name: 'touches of' }, { name: 'channel' }, ...right(names), ...changeColumns(report)],
      rows
        .slice(0, limit)
        .map((row) => [
          String(row['order_brand_id']),
          String(row['touch_brand_id']),
          String(row['channel']),
          number(row['touched_conversions']),
          moneyText(row['attributed_revenue']),
          percent(row['share_of_revenue']),
          moneyText(row['own_report_revenue']),
          ...changeCells(report, row, 'attributed_revenue'),
        ]),
    ) + more(rows.length, limit)
  );
}

/** What is left out for lack of consent. */
function leftOut(brands: readonly Row[], limit: number): string {
  return brands
    .slice(0, limit)
    .filter((row) => row['left_out_conversions'] !== 0)
    .map(
      (row) =>
        line`\n${String(row['brand_id'])}: ${number(row['left_out_conversions'])} orders of ${number(row['left_out_people'])} people have touches of other brands that no consent in both brands covers\n`,
    )
    .join('');
}
