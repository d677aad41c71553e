/** The health of the list on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { words } from './any.ts';
import { changeCells, changeColumns } from './changes.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showListHealth(report: ReportJson, limit: number): string {
  const states = (report['states'] as Row[]).slice(0, limit);
  const figures = [
    'people',
    'share',
    'sends',
    'share',
    'orders',
    'share',
    `revenue ${report['currency']}`,
    'share',
    'per person',
  ];
  const columns = [{ name: 'state' }, ...figures.map((name) => ({ name, right: true })), ...changeColumns(report)];
  const bought = (row: Row): string[] => [
    number(row['orders']),
    percent(row['share_of_orders']),
    moneyText(row['revenue']),
    percent(row['share_of_revenue']),
  ];
  const lines = states.map((row) => [
    words(String(row['state'])),
    number(row['people']),
    percent(row['share_of_people']),
    number(row['sends']),
    percent(row['share_of_sends']),
    ...bought(row),
    moneyText(row['revenue_per_person']),
    ...changeCells(report, row, 'people'),
  ]);
  const rest = report['not_mailed'] as Row;
  const totals = report['totals'] as Row;
  const others = [
    ['not mailed', NOTHING, NOTHING, NOTHING, NOTHING, ...bought(rest), NOTHING],
    [
      'all',
      number(totals['people']),
      '',
      number(totals['sends']),
      '',
      number(totals['orders']),
      '',
      moneyText(totals['revenue']),
      '',
      '',
    ],
  ].map((row) => [...row, ...changeColumns(report).map(() => '')]);
  return (
    reportTitle('List health', report) +
    textTable(columns, lines, others) +
    `\nengaged: a human open or click in ${report['engaged_days']} days before the end; lapsing: ${report['lapsing_days']}; dormant: ${report['dormant_days']}; inactive: longer ago\n` +
    reportWarnings(report)
  );
}
