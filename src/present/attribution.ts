/** The attribution report on a terminal: groups, one column of revenue per model, and a reconciliation that adds up. */
import { ratio } from '../domain/money.ts';
import type { ReportJson } from '../reports/context.ts';
import { SPEND_MEASURES } from '../reports/group-spend.ts';
import { more, reportTitle, reportWarnings } from './head.ts';
import {
  exactDecimals,
  money,
  moneyText,
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
  summary: Record<string, unknown>;
  reconciliation: {
    net_revenue_micros: string;
    attributed_micros: string;
    unattributed_micros: Record<string, string>;
  };
}

const MEASURES = new Set([
  'touched_conversions',
  'credited_conversions',
  'attributed_revenue_micros',
  'attributed_revenue',
  'average_attribution_weight',
  ...SPEND_MEASURES,
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

function oneModel(report: ReportJson, part: Part, limit: number): string {
  const rows = part.channel_attribution;
  const keys = groupKeys(rows);
  const has_spend = rows.some((row) => typeof row['spend'] === 'string');
  const total = BigInt(part.reconciliation.attributed_micros);
  const columns: TextColumn[] = [
    ...keys.map((name) => ({ name })),
    { name: 'touched', right: true },
    { name: 'credited', right: true },
    { name: `revenue ${report['currency']}`, right: true },
    { name: 'share', right: true },
    ...(has_spend ? SPEND_COLUMNS : []),
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
      ...(has_spend ? spendCells(row) : []),
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
    ...(has_spend ? SPEND_COLUMNS.map(() => '') : []),
  ];
  return textTable(columns, lines, [totals]) + more(rows.length, shown.length);
}

const SPEND_COLUMNS: TextColumn[] = ['spend', 'cost each', 'return'].map((name) => ({ name, right: true }));

/** Spend, cost of a credited conversion, and return on spend of a row. */
function spendCells(row: Row): string[] {
  const amount = (value: unknown): string => (typeof value === 'string' ? moneyText(value) : NOTHING);
  const back = row['return_on_ad_spend'];
  return [
    amount(row['spend']),
    amount(row['cost_per_conversion']),
    typeof back === 'number' ? number(back, 2) : NOTHING,
  ];
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
    ...parts.map(([model]) => ({ name: model, right: true })),
  ];
  const shown = first.slice(0, limit);
  const amounts = (row: Row): string[] => by_model.map((rows) => revenueOf(rows.get(id(row)) ?? row));
  const attributed = parts.map(([, part]) => part.reconciliation.attributed_micros);
  const decimals = readableDecimals([...attributed, ...shown.flatMap(amounts)]);
  const lines = shown.map((row) => [
    ...keyCells(row, keys),
    number(row['touched_conversions']),
    ...amounts(row).map((micros) => money(micros, decimals)),
  ]);
  const sums = attributed.map((micros) => money(micros, decimals));
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
  ];
  return '\n' + textTable(columns, lines, [line('net revenue', (book) => book.net_revenue_micros)]);
}
