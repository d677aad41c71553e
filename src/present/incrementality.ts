/** Credit beside what was caused, and the models by their distance from experiments, on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, type TextColumn, textTable } from './table.ts';

type Row = Record<string, unknown>;

const columns = (left: readonly string[], right: readonly string[]): TextColumn[] => [
  ...left.map((name) => ({ name })),
  ...right.map((name) => ({ name, right: true })),
];
const name = (value: unknown): string => (value === null || value === undefined ? NOTHING : String(value));

export function showIncrementality(report: ReportJson, limit: number): string {
  const by = String(report['by']);
  const all = report['rows'] as Row[];
  const rows = all.slice(0, limit);
  const interval = (row: Row): string =>
    row['incremental_orders_low'] === null
      ? NOTHING
      : `${number(row['incremental_orders_low'], 1)} … ${number(row['incremental_orders_high'], 1)}`;
  const heads = [
    'credited orders',
    'caused orders',
    'interval',
    'credited',
    'caused',
    'spend',
    'return',
    'caused return',
  ];
  return [
    reportTitle('Credit and what was caused', report),
    textTable(
      columns([by.replace('_id', ''), 'model', 'basis'], heads),
      rows.map((row) => [
        name(row[by]),
        name(row['attribution_model']),
        name(row['basis']),
        number(row['attributed_orders'], 1),
        number(row['incremental_orders'], 1),
        interval(row),
        moneyText(row['attributed_revenue']),
        moneyText(row['incremental_revenue']),
        moneyText(row['spend']),
        number(row['attributed_return'], 2),
        number(row['incremental_return'], 2),
      ]),
    ),
    more(all.length, rows.length),
    ...rows.map((row) => line`\n  ${name(row[by])}, ${name(row['attribution_model'])}: ${row['sentence']}`),
    '\n',
    ...(report['predictions'] as Row[]).map(predictionLine),
    reportWarnings(report),
  ].join('');
}

function predictionLine({ attribution_model, experiments, refused, left_out_error, credit_error }: Row): string {
  if (refused !== null) return line`\n  ${attribution_model}: no predictions. ${refused}.\n`;
  return line`\n  ${attribution_model}: PIE learned from ${experiments} experiments; its error is ${number(left_out_error, 1)} orders per 1,000 people reached, and that of the credit ${number(credit_error, 1)}\n`;
}

export function showClosestModels(report: ReportJson, limit: number): string {
  const models = report['models'] as Row[];
  const compared = report['compared'] as Row[];
  const table =
    models.length === 0
      ? line`  ${report['refused']}\n`
      : textTable(
          columns(['', 'model'], ['error', 'interval', 'bias', 'within', 'chance to be the closest']),
          models.map((row) => [
            number(row['rank']),
            name(row['attribution_model']),
            number(row['error'], 2),
            `${number(row['error_low'], 2)} … ${number(row['error_high'], 2)}`,
            number(row['bias'], 2),
            `${number(row['within'])} of ${number(report['experiments'])}`,
            number(row['chance_closest'], 2),
          ]),
        ) + '\n  errors in orders per 1,000 treated people; the interval is over experiments\n';
  const rows = compared
    .slice(0, limit)
    .map((row) => [
      name(row['experiment_id']),
      name(row['attribution_model']),
      number(row['attributed_orders'], 1),
      number(row['incremental_orders'], 1),
      `${number(row['incremental_orders_low'], 1)} … ${number(row['incremental_orders_high'], 1)}`,
      row['is_within'] === true ? 'yes' : 'no',
    ]);
  return [
    reportTitle('Models by their distance from experiments', report),
    table,
    rows.length === 0
      ? ''
      : '\n' +
        textTable(columns(['experiment', 'model'], ['credited orders', 'caused orders', 'interval', 'within']), rows) +
        more(compared.length, rows.length),
    reportWarnings(report),
  ].join('');
}
