/** The table of campaigns on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns } from './changes.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { SPEND_COLUMNS, spendCells } from './spend-columns.ts';
import { moneyText, NOTHING, number, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showCampaigns(report: ReportJson, limit: number): string {
  const campaigns = report['campaigns'] as Row[];
  const columns = [
    { name: 'campaign' },
    ...['touched', 'credited', `revenue ${report['currency']}`].map((name) => ({ name, right: true })),
    ...SPEND_COLUMNS,
    ...changeColumns(report),
  ];
  const cells = (row: Row): string[] => [
    number(row['credited_conversions'], 2),
    moneyText(row['attributed_revenue']),
    ...spendCells(row),
    ...changeCells(report, row, 'attributed_revenue'),
  ];
  const shown = campaigns.slice(0, limit);
  const lines = shown.map((row) => [
    String(row['campaign_id'] ?? NOTHING),
    number(row['touched_conversions']),
    ...cells(row),
  ]);
  // An order that several campaigns touched is in the rows of all of them, so their counts have no sum.
  const totals = ['all campaigns', '', ...cells(report['totals'] as Row)];
  return (
    reportTitle('Campaigns', report) +
    textTable(columns, lines, [totals]) +
    more(campaigns.length, shown.length) +
    reportWarnings(report)
  );
}
