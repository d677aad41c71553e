/** The customer report on a terminal: the person, and each journey with its events and their credit. */
import type { ReportJson } from '../reports/context.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, number, pairs, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;
interface Journey extends Row {
  touchpoints: Row[];
  conversions: Row[];
}

export function showCustomer(report: ReportJson, limit: number): string {
  const person = report['person'] as { ids: string[] };
  const segments = report['segments'] as Row[];
  const summary = report['summary'] as Row;
  const journeys = report['journeys'] as Journey[];
  return [
    reportTitle(`Customer ${report['customer_id']}`, report),
    pairs([
      ['ids', person.ids.slice(0, 8).join(', ')],
      [
        'segments now',
        segments
          .filter((one) => one['is_current'])
          .map((one) => one['segment_name'])
          .join(', ') || NOTHING,
      ],
      ['touchpoints', number(summary['total_touchpoint_count'])],
      ['of which email', number(summary['email_touchpoint_count'])],
      ['machine traffic, not counted', number(summary['machine_touchpoint_count'])],
      ['conversions', number(summary['conversion_count'])],
      [`net value ${report['currency']}`, moneyText(summary['total_conversion_value'])],
    ]),
    profile(report),
    ...journeys.slice(0, limit).map((journey) => oneJourney(journey, limit)),
    more(journeys.length, limit),
    reportWarnings(report),
  ].join('');
}

/** What the person bought, whom it is credited to, and how emails are answered. */
function profile(report: ReportJson): string {
  const lifecycle = report['lifecycle'] as Row;
  const credit = report['credit_summary'] as { channels: Row[]; unattributed: Row[] };
  const emails = report['email_engagement'] as Row;
  const hour = emails['preferred_hour'] as Row;
  const trend = emails['trend'] as Row;
  const earned = [
    ...credit.channels.map((row) => `${row['channel']} ${moneyText(row['attributed_revenue'])}`),
    ...credit.unattributed.map((row) => `nobody (${row['reason']}) ${moneyText(row['revenue'])}`),
  ];
  const between = lifecycle['median_days_between_orders'];
  return pairs([
    [
      'average order',
      lifecycle['average_order_value'] === null ? NOTHING : moneyText(lifecycle['average_order_value']),
    ],
    ['days between orders', between === null ? NOTHING : `${number(between)} or less, for half of them`],
    ['credited to', earned.join(', ') || NOTHING],
    ['emails delivered', number(emails['delivered'])],
    ['opened, clicked', `${percent(emails['open_rate'])}, ${percent(emails['click_rate'])}`],
    [
      'answers mostly at',
      hour['hour'] === null
        ? `unknown: ${hour['withheld']}`
        : `${hour['hour']} o'clock, ${hour['in_hour']} of ${hour['answers']}`,
    ],
    [
      'trend of answers',
      trend['direction'] === null ? `unknown: ${trend['withheld']}` : String(trend['direction']).replace('_', ' '),
    ],
  ]);
}

/** Touchpoints and orders of a journey in one list, in order of time. */
function oneJourney(journey: Journey, limit: number): string {
  const touches = journey.touchpoints.map((touch) => ({
    at: String(touch['occurred_at']),
    cells: [
      String(touch['touchpoint_type']),
      String(touch['channel']),
      String(touch['email_id'] ?? touch['campaign_id'] ?? NOTHING),
      moneyText(touch['attributed_revenue']),
      '',
    ],
  }));
  const orders = journey.conversions.map((order) => ({
    at: String(order['occurred_at']),
    cells: [
      String(order['conversion_type']),
      'ORDER',
      String(order['conversion_id']),
      '',
      moneyText(order['net_value']),
    ],
  }));
  const events = [...touches, ...orders].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const columns = ['when', 'what', 'channel', 'campaign / email', 'earned', 'order value'].map((name, i) => ({
    name,
    right: i > 3,
  }));
  const shown = events.slice(-limit);
  const table = textTable(
    columns,
    shown.map(({ at, cells }) => [at.slice(0, 19).replace('T', ' '), ...cells]),
  );
  return line`\nJourney of ${journey['journey_duration_days']} days\n` + table + more(events.length, shown.length);
}
