/** The main table of a report as CSV (RFC 4180), safe to open in a spreadsheet. */
import type { ReportJson } from '../reports/context.ts';

interface FlatTable {
  columns: string[];
  rows: unknown[][];
}

/** Where a report keeps the rows that are its answer; the first of these that it has. */
const MAIN_TABLES = [
  'channel_attribution',
  'journey_lengths',
  'touchpoints',
  'by_email',
  'journeys',
  'groups',
  'models',
  'channels',
  'runs',
  'keys',
] as const;

/** The main table of any report as CSV, with a header row and CRLF line ends. */
export function toCsv(report: ReportJson): string {
  const { columns, rows } = mainTable(report);
  return [columns, ...rows].map((row) => row.map(csvCell).join(',') + '\r\n').join('');
}

/**
 * Finds the table: the rows that the report is about; with several models all of their rows, told apart by
 * `attribution_model`; a report without rows becomes one of names and values.
 */
function mainTable(report: ReportJson): FlatTable {
  const models = report['models'];
  if (isObject(models)) {
    return flatten(
      Object.entries(models).flatMap(([attribution_model, part]) =>
        rowsOf(part as ReportJson).map((row) => ({ attribution_model, ...row })),
      ),
    );
  }
  const name = MAIN_TABLES.find((table) => Array.isArray(report[table]));
  if (name === undefined) return { columns: ['name', 'value'], rows: leaves(report) };
  return flatten(rowsOf(report));
}

function rowsOf(report: ReportJson): Record<string, unknown>[] {
  const name = MAIN_TABLES.find((table) => Array.isArray(report[table]));
  return name === undefined ? [] : (report[name] as unknown[]).filter(isObject);
}

/** Nested values become columns of their own, `credit.linear.share`; lists stay JSON. */
function flatten(nested: readonly Record<string, unknown>[]): FlatTable {
  const rows = nested.map((row) => Object.fromEntries(leaves(row)));
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, rows: rows.map((row) => columns.map((column) => row[column] ?? null)) };
}

function leaves(value: Record<string, unknown>, prefix = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, inner]) =>
    isObject(inner) ? leaves(inner, `${prefix}${name}.`) : [[prefix + name, inner] as [string, unknown]],
  );
}

const PLAIN_NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** One cell. Text that a spreadsheet would run as a formula gets an apostrophe in front; plain numbers stay numbers. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  let text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (/^[=+\-@\t\r]/.test(text) && !PLAIN_NUMBER.test(text)) text = `'${text}`;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
