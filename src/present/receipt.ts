/** A receipt on a terminal: every touchpoint that was considered, why it counted or not, and its credit. */
import type { ReportJson } from '../reports/context.ts';
import { line } from './clip.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { exactDecimals, money, moneyText, NOTHING, pairs, percent, type TextColumn, textTable } from './table.ts';

type Row = Record<string, unknown>;
type Credit = Record<
  string,
  {
    share: number;
    attributed_revenue_micros: string;
    because?: { brought_by?: { touchpoint_id: string; brought: number }[] };
  }
>;
interface Touchpoint extends Row {
  status: string;
  reason: string;
  credit?: Credit;
}

export function showReceipt(report: ReportJson, limit: number): string {
  const models = report['attribution_models'] as string[];
  const touchpoints = report['touchpoints'] as Touchpoint[];
  return [
    reportTitle(`Receipt of ${report['conversion_id']}`, report),
    order(report),
    '\n',
    credited(report, touchpoints, models),
    broughtTouches(touchpoints),
    '\n',
    refused(touchpoints, limit),
    hidden(report),
    rules(report['rules'] as Row),
    reportWarnings(report),
  ].join('');
}

function order(report: ReportJson): string {
  const own = report['order'] as Row & {
    adjustments: Row[];
    exchange: Row | null;
    match: Row | null;
    conversion_ids: string[];
  };
  const person = report['person'] as { ids: string[] };
  const lines: [string, string][] = [
    ['ordered at', String(own['occurred_at'])],
    ['order id', String(own['order_id'] ?? NOTHING)],
    ['by', person.ids.slice(0, 6).join(', ')],
    [`value ${own['currency']}`, moneyText(own['value'])],
  ];
  for (const { reason, amount, applied, occurred_at } of own.adjustments) {
    lines.push([
      `${reason ?? 'adjustment'} of ${String(occurred_at).slice(0, 10)}${applied ? '' : ' (left out)'}`,
      moneyText(amount),
    ]);
  }
  if (own.adjustments.length > 0) lines.push([`net ${own['currency']}`, moneyText(own['net'])]);
  if (own.exchange)
    lines.push([`at ${own.exchange['rate']} ${own.exchange['to']}`, moneyText((own['net_in'] as Row)['net'])]);
  if (own.match) lines.push(['matched by', matched(own.match)]);
  if (own.conversion_ids.length > 1) lines.push(['reported as', own.conversion_ids.join(', ')]);
  return pairs(lines);
}

function matched({ method, confidence, because, campaign_id }: Row): string {
  return `${method} (${confidence}): ${because}${campaign_id === null ? '' : `; campaign ${campaign_id}`}`;
}

/** The path, oldest first: share and money under each model. The sums equal the order's net value. */
function credited(report: ReportJson, touchpoints: readonly Touchpoint[], models: readonly string[]): string {
  const path = touchpoints.filter((touch) => touch.credit !== undefined);
  const { net_revenue_micros } = report['reconciliation'] as { net_revenue_micros: string };
  if (path.length === 0)
    return line`  unattributed: ${report['unattributed_reason']}, ${money(net_revenue_micros)} ${report['currency']}\n`;
  const micros = path.flatMap((touch) => models.map((model) => touch.credit![model]!.attributed_revenue_micros));
  const decimals = exactDecimals([...micros, net_revenue_micros]);
  const one = models.length === 1;
  const columns: TextColumn[] = [
    ...['touch', 'when', 'type', 'channel', 'campaign / email'].map((name) => ({ name })),
    ...models.flatMap((model) => [...(one ? [{ name: 'share', right: true }] : []), { name: model, right: true }]),
  ];
  const rows = path.map((touch, i) => [
    String(i + 1),
    age(touch),
    String(touch['touchpoint_type']),
    String(touch['channel']),
    String(touch['email_id'] ?? touch['campaign_id'] ?? NOTHING),
    ...models.flatMap((model) => {
      const { share, attributed_revenue_micros } = touch.credit![model]!;
      return [...(one ? [percent(share)] : []), money(attributed_revenue_micros, decimals)];
    }),
  ]);
  const organic = organicLine(report, models, decimals);
  const total = [
    `net ${report['currency']}`,
    '',
    '',
    '',
    '',
    ...models.flatMap(() => [...(one ? [''] : []), money(net_revenue_micros, decimals)]),
  ];
  return textTable(columns, rows, [...(organic ? [organic] : []), total]);
}

/** A line for each touch of the path that an earlier touch brought in part, as far as a fitted model says so. */
function broughtTouches(touchpoints: readonly Touchpoint[]): string {
  const path = touchpoints.filter((touch) => touch.credit !== undefined);
  const places = new Map(path.map((touch, i) => [touch['touchpoint_id'], i + 1]));
  const lines = path.flatMap((touch) => {
    // All fitted models of one artifact say the same.
    const fitted = Object.values(touch.credit!).find(({ because }) => because?.brought_by !== undefined);
    return (fitted?.because?.brought_by ?? []).map(
      ({ touchpoint_id, brought }) =>
        `  ${percent(brought)} of touch ${places.get(touch['touchpoint_id'])} came from touch ${places.get(touchpoint_id)}, which has half of that part's credit\n`,
    );
  });
  return lines.join('');
}

/** The organic value, under the models that have it; null if none has. */
function organicLine(report: ReportJson, models: readonly string[], decimals: number): string[] | null {
  const { attributed } = report['reconciliation'] as { attributed: Record<string, Record<string, unknown>> };
  if (models.every((model) => attributed[model]!['organic_revenue_micros'] === undefined)) return null;
  const one = models.length === 1;
  const cells = models.flatMap((model) => {
    const { organic_revenue_micros: micros, credited_conversions } = attributed[model]!;
    const share = micros === undefined ? '' : percent(1 - Number(credited_conversions));
    return [...(one ? [share] : []), micros === undefined ? '' : money(String(micros), decimals)];
  });
  return ['organic', '', '', '', '', ...cells];
}

/** The touchpoints without credit before the order, newest first, and the number of those after it. */
function refused(touchpoints: readonly Touchpoint[], limit: number): string {
  const after = touchpoints.filter((touch) => touch.status === 'after_conversion').length;
  const before = touchpoints
    .filter((touch) => touch.credit === undefined && touch.status !== 'after_conversion')
    .reverse();
  const shown = before.slice(0, limit);
  const rows = shown.map((touch) => [
    age(touch),
    String(touch['touchpoint_type']),
    String(touch['channel']),
    touch.status,
    touch.reason,
  ]);
  const columns = ['when', 'type', 'channel', 'no credit', 'because'].map((name) => ({ name }));
  const rest = before.length - shown.length;
  return [
    rows.length > 0 ? textTable(columns, rows) : '',
    rest > 0 ? `  … and ${rest} earlier ones: --limit 0 shows all\n` : '',
    after > 0 ? `  ${after} later ${after === 1 ? 'touchpoint' : 'touchpoints'}, after the order, cannot count\n` : '',
  ].join('');
}

function hidden(report: ReportJson): string {
  const count = Number(report['touchpoints_hidden_by_consent'] ?? 0);
  if (count === 0) return '';
  return `  ${count} ${count === 1 ? 'touchpoint is' : 'touchpoints are'} left out: the person had not consented to measurement, or has withdrawn the consent\n`;
}

function age(touch: Touchpoint): string {
  const hours = Number(touch['age_days']) * 24;
  if (hours < 1) return `${Math.round(hours * 60)} min before`;
  return hours < 48 ? `${hours.toFixed(1)} h before` : `${(hours / 24).toFixed(1)} days before`;
}

function rules(rules_of: Row): string {
  const windows = rules_of['windows'] as Record<string, number>;
  const parts = [
    `windows: views ${windows['view_days']} d, email ${windows['email_days']} d, clicks ${windows['click_days']} d`,
    `half-life ${rules_of['half_life_days']} d`,
    `collapse ${rules_of['collapse']}`,
    `lookback ${rules_of['lookback']}`,
    ...(rules_of['exclude_direct'] ? ['without direct'] : []),
    ...(rules_of['include_machine'] ? ['machines included'] : []),
  ];
  return line`\n  ${parts.join(' · ')}\n`;
}
