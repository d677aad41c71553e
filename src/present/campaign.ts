/** The campaign report on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { cell, isObject, tableOf, words } from './any.ts';
import { withChange } from './changes.ts';
import { line } from './clip.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { pairs } from './table.ts';

type Row = Record<string, unknown>;

const FIGURES = [
  'delivered',
  'unique_human_opens',
  'human_open_rate',
  'unique_human_clicks',
  'human_click_through_rate',
  'touched_conversions',
  'credited_conversions',
  'attributed_revenue',
  'revenue_per_recipient',
];

export function showCampaign(report: ReportJson, limit: number): string {
  const timing = report['conversion_timing'] as { median_hours: number | null; buckets: Row[] };
  const emails = report['by_email'] as Row[];
  const kinds = report['by_campaign_kind'] as Row[];
  return [
    reportTitle(`Campaign ${report['campaign_id']}`, report),
    'Engagement\n' + values(report['basic_metrics'] as Row),
    '\nConversions\n' + values(report['conversion_metrics'] as Row),
    '\nEfficiency\n' + values(report['efficiency_metrics'] as Row),
    `\nHours from the last touch to the order, median ${cell('', timing.median_hours)}\n` +
      tableOf(timing.buckets, limit),
    emails.length > 0 ? '\nBy email\n' + tableOf(emails, limit, ['email_id', ...FIGURES]) : '',
    kinds.some(({ campaign_kind }) => campaign_kind !== null)
      ? '\nBy kind of campaign\n' + tableOf(kinds, limit, ['campaign_kind', ...FIGURES])
      : '',
    '\n' + definitions(report['definitions'] as Record<string, string>),
    reportWarnings(report),
  ].join('');
}

function values(metrics: Row): string {
  const shown = Object.entries(metrics).filter(([name, value]) => !name.endsWith('_micros') && !isObject(value));
  return pairs(shown.map(([name, value]) => [words(name), withChange(cell(name, value), metrics, name)]));
}

function definitions(formulas: Record<string, string>): string {
  return Object.entries(formulas)
    .map(([name, formula]) => line`  ${words(name)} = ${words(formula)}\n`)
    .join('');
}
