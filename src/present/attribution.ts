/** The attribution report on a terminal: groups, one column of revenue per model, and a reconciliation that adds up. */
import { ratio } from '../domain/money.ts';
import type { ReportJson } from '../reports/context.ts';
import { ORDER_FIELDS } from '../reports/groups.ts';
import { SPENT } from '../reports/results/shapes.ts';
import { changeCells, changeColumns } from './changes.ts';
import { consentLines } from './consent-bounds.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import { SPEND_COLUMNS, spendCells } from './spend-columns.ts';
import {
  exactDecimals,
  intervalText,
  money,
  NOTHING,
  number,
  percent,
  readableDecimals,
  type TextColumn,
  textTable,
} from './table.ts';

type Row = Record<string, unknown>;
interface Part {
  channel_attribution: Row[];
  unattributed: Row[];
  summary: Record<string, unknown>;
  reconciliation: {
    net_revenue_micros: string;
    attributed_micros: string;
    unattributed_micros: Record<string, string>;
    filtered_micros?: string;
  };
}

const MEASURES = new Set([
  'previous',
  'change',
  'change_percent',
  'touched_conversions',
  'credited_conversions',
  'attributed_revenue_micros',
  'attributed_revenue',
  'average_attribution_weight',
  'attributed_revenue_interval',
  'attributed_revenue_support',
  ...Object.keys(SPENT),
]);

export function showAttribution(report: ReportJson, limit: number): string {
  const models = report['models'] as Record<string, Part> | undefined;
  const parts: [string, Part][] = models
    ? Object.entries(models)
    : [[String(report['attribution_model']), report as unknown as Part]];
  const body = parts.length === 1 ? oneModel(report, parts[0]![1], limit) : sideBySide(report, parts, limit);
  const { summary } = parts[0]![1];
  const orders = `${number(summary['attributed_conversions'])} of ${number(summary['total_conversions'])} conversions have a touch that could earn credit`;
  return (
    reportTitle('Attribution', report) +
    body +
    `\n  ${orders}\n` +
    reconciliation(report, parts) +
    consentLines(report) +
    reportWarnings(report)
  );
}

/** The fields by which a report is grouped. A field that is empty in every row is left out, unless all are empty. */
function groupKeys(rows: readonly Row[]): string[] {
  if (rows.length === 0) return ['group'];
  const keys = Object.keys(rows[0]!).filter((name) => !MEASURES.has(name));
  const telling = keys.filter((key) => rows.some((row) => row[key] !== null));
  return telling.length > 0 ? telling : keys.slice(0, 1);
}

function revenueOf(row: Row): string {
  return row['attributed_revenue_micros'] as string;
}

function keyCells(row: Row, keys: readonly string[]): string[] {
  return keys.map((key) => (row[key] === null || row[key] === undefined ? NOTHING : String(row[key])));
}

/** The value of a group that no touch earned, if all keys are about orders and times; else null: it belongs to no group. */
function unattributedBy({ unattributed }: Part, keys: readonly string[]): ((row: Row) => bigint) | null {
  if (!keys.every((key) => ORDER_FIELDS.includes(key))) return null;
  const id = (row: Row): string => JSON.stringify(keys.map((key) => row[key]));
  const sums = new Map<string, bigint>();
  for (const row of unattributed)
    sums.set(id(row), (sums.get(id(row)) ?? 0n) + BigInt(row['unattributed_revenue_micros'] as string));
  return (row) => sums.get(id(row)) ?? 0n;
}

/** The groups, and those that have value without a touch only. */
function allGroups({ channel_attribution, unattributed }: Part): Row[] {
  const keys = Object.keys(channel_attribution[0] ?? unattributed[0] ?? {}).filter((name) =>
    ORDER_FIELDS.includes(name),
  );
  const by_order = channel_attribution.every(
    (row) => Object.keys(row).filter((name) => !MEASURES.has(name)).length === keys.length,
  );
  if (!by_order || keys.length === 0) return channel_attribution;
  const id = (row: Row): string => JSON.stringify(keys.map((key) => row[key]));
  const known = new Set(channel_attribution.map(id));
  const more = new Map(unattributed.filter((row) => !known.has(id(row))).map((row) => [id(row), row]));
  const none = {
    touched_conversions: 0,
    credited_conversions: 0,
    attributed_revenue_micros: '0',
    attributed_revenue: '0',
  };
  return [
    ...channel_attribution,
    ...[...more.values()].map((row) => ({ ...Object.fromEntries(keys.map((key) => [key, row[key]])), ...none })),
  ];
}

function oneModel(report: ReportJson, part: Part, limit: number): string {
  const rows = allGroups(part);
  const keys = groupKeys(rows);
  const has_spend = rows.some((row) => typeof row['spend'] === 'string');
  const has_intervals = rows.some((row) => 'attributed_revenue_interval' in row);
  const unattributed = rows.length === 0 ? null : unattributedBy(part, keys);
  const total = BigInt(part.reconciliation.attributed_micros);
  const columns: TextColumn[] = [
    ...keys.map((name) => ({ name })),
    { name: 'touched', right: true },
    { name: 'credited', right: true },
    { name: `revenue ${report['currency']}`, right: true },
    { name: 'share', right: true },
    ...(has_intervals ? [{ name: '90 %', right: true }] : []),
    ...(has_spend ? SPEND_COLUMNS : []),
    ...changeColumns(report),
    ...(unattributed ? [{ name: 'unattributed', right: true }] : []),
  ];
  const share = (micros: bigint): string => percent(ratio(micros, total));
  const shown = rows.slice(0, limit);
  const decimals = readableDecimals([total, ...shown.map(revenueOf)]);
  const lines = shown.map((row) => {
    const micros = BigInt(revenueOf(row));
    return [
      ...keyCells(row, keys),
      number(row['touched_conversions']),
      number(row['credited_conversions'], 2),
      money(micros, decimals),
      share(micros),
      ...(has_intervals ? [intervalText(row['attributed_revenue_interval'])] : []),
      ...(has_spend ? spendCells(row) : []),
      ...changeCells(report, row, 'attributed_revenue', decimals),
      ...(unattributed ? [money(unattributed(row), decimals)] : []),
    ];
  });
  const sum = rows.reduce((all, row) => all + Number(row['credited_conversions'] ?? 0), 0);
  const totals = [
    'attributed',
    ...keys.slice(1).map(() => ''),
    number(part.summary['attributed_conversions']),
    number(sum, 2),
    money(total, decimals),
    '',
    ...(has_intervals ? [''] : []),
    ...(has_spend ? SPEND_COLUMNS.map(() => '') : []),
    ...changeCells(report, part.summary, 'total_attributed_revenue', decimals),
    ...(unattributed
      ? [
          money(
            rows.reduce((all, row) => all + unattributed(row), 0n),
            decimals,
          ),
        ]
      : []),
  ];
  return textTable(columns, lines, [totals]) + more(rows.length, shown.length);
}

function sideBySide(report: ReportJson, parts: readonly [string, Part][], limit: number): string {
  const first = parts[0]![1].channel_attribution;
  const keys = groupKeys(first);
  const all_keys = Object.keys(first[0] ?? {}).filter((name) => !MEASURES.has(name));
  const id = (row: Row): string => JSON.stringify(all_keys.map((key) => row[key]));
  const by_model = parts.map(([, part]) => new Map(part.channel_attribution.map((row) => [id(row), row])));
  const columns: TextColumn[] = [
    ...keys.map((name) => ({ name })),
    { name: 'touched', right: true },
    ...parts.flatMap(([model]) => [{ name: model, right: true }, ...changeColumns(report).slice(-1)]),
  ];
  const shown = first.slice(0, limit);
  const amounts = (row: Row): string[] => by_model.map((rows) => revenueOf(rows.get(id(row)) ?? row));
  const attributed = parts.map(([, part]) => part.reconciliation.attributed_micros);
  const decimals = readableDecimals([...attributed, ...shown.flatMap(amounts)]);
  const lines = shown.map((row) => [
    ...keyCells(row, keys),
    number(row['touched_conversions']),
    ...amounts(row).flatMap((micros, i) => [
      money(micros, decimals),
      ...changeCells(report, by_model[i]!.get(id(row)) ?? row, 'attributed_revenue').slice(-1),
    ]),
  ]);
  const sums = parts.flatMap(([, { summary }], i) => [
    money(attributed[i]!, decimals),
    ...changeCells(report, summary, 'total_attributed_revenue').slice(-1),
  ]);
  const touched = number(parts[0]![1].summary['attributed_conversions']);
  const totals = [`attributed ${report['currency']}`, ...keys.slice(1).map(() => ''), touched, ...sums];
  return textTable(columns, lines, [totals]) + more(first.length, shown.length);
}

/** A table that adds up: attributed, plus unattributed by reason, equals net revenue. It shows as many decimals as that needs. */
function reconciliation(report: ReportJson, parts: readonly [string, Part][]): string {
  const books = parts.map(([, part]) => part.reconciliation);
  // Only a model with absolute weights has an organic part.
  const of = (book: Part['reconciliation'], reason: string): string => book.unattributed_micros[reason] ?? '0';
  const reasons = [...new Set(books.flatMap((book) => Object.keys(book.unattributed_micros)))].filter((reason) =>
    books.some((book) => of(book, reason) !== '0'),
  );
  const decimals = exactDecimals(
    books.flatMap((book) => [
      book.net_revenue_micros,
      book.attributed_micros,
      ...Object.values(book.unattributed_micros),
      book.filtered_micros ?? '0',
    ]),
  );
  const line = (name: string, of: (book: Part['reconciliation']) => string): string[] => [
    name,
    ...books.map((book) => money(of(book), decimals)),
  ];
  const several = parts.length > 1;
  const columns: TextColumn[] = [
    { name: `Reconciliation ${report['currency']}` },
    ...parts.map(([model]) => ({ name: several ? model : '', right: true })),
  ];
  const lines = [
    line('attributed', (book) => book.attributed_micros),
    ...reasons.map((reason) => line(`unattributed: ${reason}`, (book) => of(book, reason))),
    ...(books.some(({ filtered_micros = '0' }) => filtered_micros !== '0')
      ? [line('left out by the filters', (book) => book.filtered_micros ?? '0')]
      : []),
  ];
  return '\n' + textTable(columns, lines, [line('net revenue', (book) => book.net_revenue_micros)]);
}
