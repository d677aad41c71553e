/** The synergies report on a terminal: combinations of channels, then the pairs in words. */
import type { ReportJson } from '../reports/context.ts';
import { withChange } from './changes.ts';
import { line } from './clip.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { moneyText, NOTHING, pairs as nameAndValue, number, percent, textTable } from './table.ts';

type Row = Record<string, unknown>;
interface Bounds {
  low: number | string;
  high: number | string;
}
interface Effect {
  interaction: number | string | null;
  interval: Bounds | null;
  adjusted_p_value: number | null;
  finding: string;
  reason: string | null;
}
interface Pair extends Record<string, unknown> {
  a: string | null;
  b: string | null;
  both: { conversion_rate: number; revenue_per_path: string };
  conversion_rate: Effect;
  revenue_per_path: Effect;
  conversion_rate_by_length: Effect;
}

export function showSynergies(report: ReportJson, limit: number): string {
  const currency = String(report['currency']);
  const combinations = report['combinations'] as Row[];
  const pairs = report['pairs'] as Pair[];
  const compared = pairs.filter(({ conversion_rate }) => conversion_rate.interaction !== null);
  return [
    reportTitle('Synergies', report),
    summary(report['summary'] as Row, currency),
    '\n' + combinationTable(report, combinations.slice(0, limit), currency) + more(combinations.length, limit),
    topLine(report['top'] as { conversion_rate: Row | null; reason: string | null }),
    ...compared.slice(0, limit).map((pair) => pairLines(pair, currency)),
    compared.length > limit
      ? `\n  … and ${compared.length - limit} more pairs: --limit 0 shows all, and --json has all\n`
      : '',
    tooLittle(pairs.length - compared.length, pairs),
    overlapTable((report['overlap'] as { channels: Row[] }).channels, limit),
    '\n  "together" compares paths with both channels with what the channels add up to apart. It describes these paths; only an\n  experiment shows what a channel causes.\n',
    reportWarnings(report),
  ].join('');
}

const nameOf = (channel: unknown): string => (channel === null ? NOTHING : String(channel));

function summary(row: Row, currency: string): string {
  const shown = (name: string, as: (value: unknown) => string): string => withChange(as(row[name]), row, name);
  return nameAndValue([
    ['paths', shown('paths', number)],
    ['people', shown('people', number)],
    ['orders', shown('orders', number)],
    ['orders / paths', shown('conversion_rate', percent)],
    [`net revenue ${currency}`, shown('net_revenue', moneyText)],
    ['paths with several channels', shown('multichannel_paths', number)],
    ['their orders / paths', shown('multichannel_conversion_rate', percent)],
    ['all orders', shown('total_orders', number)],
    [`all net revenue ${currency}`, shown('total_net_revenue', moneyText)],
  ]);
}

function combinationTable(report: ReportJson, rows: readonly Row[], currency: string): string {
  const names = ['channels', 'paths', 'people', 'orders', 'orders / paths', '90 %', `revenue ${currency}`, 'per path'];
  const cells = (name: string, row: Row): string[] => {
    const bounds = row['conversion_rate_interval'] as Bounds | null;
    return [
      name,
      number(row['paths']),
      number(row['people']),
      number(row['orders']),
      percent(row['conversion_rate']),
      bounds === null ? NOTHING : `${percent(bounds.low)} … ${percent(bounds.high)}`,
      moneyText(row['net_revenue']),
      moneyText(row['revenue_per_path']),
    ];
  };
  const others = report['other_combinations'] as Row[];
  return textTable(
    names.map((name, i) => ({ name, right: i > 0 })),
    rows.map((row) => cells((row['channels'] as unknown[]).map(nameOf).join(' + '), row)),
    [
      ...others.map((row) => cells(`${number(row['combinations'])} other combinations`, row)),
      cells('all paths', { ...(report['summary'] as Row), conversion_rate_interval: null }),
      ...(report['apart'] as Row[]).flatMap(apartCells),
    ],
  );
}

/** What each part of the orders that are in no combination is called. */
const APART: Readonly<Record<string, string>> = {
  orders_without_path: 'orders without a touch',
  filtered: 'left out by the filters',
  refunds_of_other_orders: 'refunds of other orders',
};

function apartCells(row: Row): string[][] {
  if (row['orders'] === 0 && row['paths'] === 0 && row['net_revenue_micros'] === '0') return [];
  const [paths, orders] = [number(row['paths']), number(row['orders'])];
  return [
    [APART[String(row['part'])]!, paths, NOTHING, orders, NOTHING, NOTHING, moneyText(row['net_revenue']), NOTHING],
  ];
}

function topLine({ conversion_rate, reason }: { conversion_rate: Row | null; reason: string | null }): string {
  if (conversion_rate === null) return line`\n  no top combination: ${reason ?? ''}\n`;
  const { low } = conversion_rate['interval'] as Bounds;
  const channels = (conversion_rate['channels'] as unknown[]).map(nameOf).join(' + ');
  return line`\n  top combination of several channels: ${channels}, ${percent(conversion_rate['conversion_rate'])} of ${number(conversion_rate['paths'])} paths ordered (at least ${percent(low)} by the interval)\n`;
}

/** Percentage points with their sign. */
const points = (value: unknown): string => `${Number(value) > 0 ? '+' : ''}${(Number(value) * 100).toFixed(1)}`;

function pairLines(pair: Pair, currency: string): string {
  const { a, b, both, conversion_rate: rate, revenue_per_path: revenue, conversion_rate_by_length: alike } = pair;
  const expected = both.conversion_rate - Number(rate.interaction);
  const of_rate = `${percent(both.conversion_rate)} of paths with both ordered, ${expected < 0 ? 'less than none' : percent(expected)} if they added up: ${effectText(rate, points)} points`;
  const of_revenue = `revenue per path: ${revenue.finding}, ${effectText(revenue, moneyText)} ${currency}`;
  const of_length =
    alike.interaction === null
      ? `like length: ${alike.finding} (${alike.reason})`
      : `like length: ${alike.finding}, ${effectText(alike, points)} points`;
  return [
    line`\n  ${nameOf(a)} and ${nameOf(b)}: ${rate.finding}\n`,
    line`    ${of_rate}\n`,
    line`    ${of_revenue}\n`,
    line`    ${of_length}\n`,
  ].join('');
}

function effectText({ interaction, interval, adjusted_p_value: p }: Effect, shown: (value: unknown) => string): string {
  const chance = p === null ? NOTHING : p < 0.001 ? '< 0.001' : p.toFixed(3);
  return `${shown(interaction)} (${shown(interval!.low)} … ${shown(interval!.high)}; adjusted p ${chance})`;
}

function tooLittle(count: number, pairs: readonly Pair[]): string {
  if (count === 0) return '';
  const [first] = pairs.filter(({ conversion_rate }) => conversion_rate.interaction === null);
  return line`\n  ${number(count)} more pairs: too little data. ${nameOf(first!.a)} and ${nameOf(first!.b)}, for example: ${first!.conversion_rate.reason ?? ''}\n`;
}

function overlapTable(rows: readonly Row[], limit: number): string {
  const table = textTable(
    ['channel', 'people', 'of all', 'by it alone', 'of its people'].map((name, i) => ({ name, right: i > 0 })),
    rows
      .slice(0, limit)
      .map((row) => [
        nameOf(row['channel']),
        number(row['people']),
        percent(row['share_of_people']),
        number(row['people_only_here']),
        percent(row['share_only_here']),
      ]),
  );
  return `\n${table}${more(rows.length, limit)}`;
}
