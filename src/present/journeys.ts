/** The journeys report on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { changeCells, changeColumns, withChange } from './changes.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, number, pairs, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;

export function showJourneys(report: ReportJson, limit: number): string {
  const currency = String(report['currency']);
  const summary = report['summary'] as Row;
  const mix = report['channel_mix'] as Row[];
  return [
    reportTitle('Journeys', report),
    pairs([
      ['journeys', withChange(number(summary['journey_count']), summary, 'journey_count')],
      ['with an email', withChange(number(summary['journeys_with_email']), summary, 'journeys_with_email')],
      ['conversions', withChange(number(summary['conversions']), summary, 'conversions')],
      [`net revenue ${currency}`, withChange(moneyText(summary['total_revenue']), summary, 'total_revenue')],
      [
        `revenue per journey ${currency}`,
        withChange(moneyText(summary['revenue_per_journey']), summary, 'revenue_per_journey'),
      ],
      [
        'touchpoints per journey',
        withChange(number(summary['average_touchpoints'], 2), summary, 'average_touchpoints'),
      ],
      [
        'emails per journey',
        withChange(number(summary['average_email_touchpoints'], 2), summary, 'average_email_touchpoints'),
      ],
      ['length in days', withChange(number(summary['average_length_days'], 1), summary, 'average_length_days')],
    ]),
    '\n' + lengths(report, report['journey_lengths'] as Row[], currency),
    '\n' + touches(report['touchpoints_per_journey'] as Row[], currency),
    '\n' + channels(mix.slice(0, limit)) + more(mix.length, limit),
    reportWarnings(report),
  ].join('');
}

function lengths(report: ReportJson, rows: readonly Row[], currency: string): string {
  const names = ['length', 'journeys', 'conversions', `revenue ${currency}`, 'per journey', 'touchpoints', 'emails'];
  return textTable(
    [...names.map((name, i) => ({ name, right: i > 0 })), ...changeColumns(report)],
    rows.map((row) => [
      String(row['journey_length']),
      number(row['journey_count']),
      number(row['conversions']),
      moneyText(row['total_revenue']),
      moneyText(row['revenue_per_journey']),
      number(row['average_touchpoints'], 2),
      number(row['average_email_touchpoints'], 2),
      ...changeCells(report, row, 'total_revenue'),
    ]),
  );
}

function touches(rows: readonly Row[], currency: string): string {
  const names = ['touchpoints', 'journeys', `revenue ${currency}`];
  return textTable(
    names.map((name) => ({ name, right: true })),
    rows.map((row) => [String(row['touchpoints']), number(row['journey_count']), moneyText(row['total_revenue'])]),
  );
}

function channels(rows: readonly Row[]): string {
  return textTable(
    ['channel', 'touchpoints', 'share', 'journeys'].map((name, i) => ({ name, right: i > 0 })),
    rows.map((row) => [
      String(row['channel']),
      number(row['touchpoints']),
      percent(row['share_of_touchpoints']),
      number(row['journeys']),
    ]),
  );
}
