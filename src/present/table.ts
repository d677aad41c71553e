/** Tables for a terminal: numbers align right, and thousands of money are separated. */
import Table from 'cli-table3';
import { MICROS_PER_UNIT } from '../domain/money.ts';
import { clip } from './clip.ts';

export interface TextColumn {
  name: string;
  right?: boolean;
}

/** Shown for a missing value, such as a missing key or a rate without a denominator. */
export const NOTHING = '–';
/** The longest value of {@link pairs}: it may be a sentence, or a list of ids. */
const MAX_PAIR = 400;
/** Two blanks between columns, a line under the header and a line above the totals. */
const CHARS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((name) => [name, '']),
);

/** @param totals rows below a second line. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly string[][],
  totals: readonly string[][] = [],
): string {
  const table = new Table({
    chars: { ...CHARS, middle: '  ' },
    colAligns: columns.map((column) => (column.right ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const head = columns.map((column) => column.name);
  table.push(...[head, ...rows, ...totals].map((row) => row.map((cell) => clip(cell))));
  const lines = table
    .toString()
    .split('\n')
    .map((line) => `  ${line.trimEnd()}`);
  const rule = `  ${'─'.repeat(Math.max(...lines.map((line) => line.length)) - 2)}`;
  lines.splice(1, 0, rule);
  if (totals.length > 0) lines.splice(lines.length - totals.length, 0, rule);
  return lines.join('\n') + '\n';
}

/** Micros with `decimals` decimals, rounded half away from zero, thousands separated. */
export function money(micros: bigint | string, decimals = 2): string {
  const value = BigInt(micros);
  const unit = 10n ** BigInt(6 - decimals);
  const abs = ((value < 0n ? -value : value) * 2n + unit) / (unit * 2n);
  const digits = abs.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0n && abs !== 0n ? '-' : ''}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''}`;
}

/** The fewest decimals, at least two, that show every amount exactly, so that a reader can add up the column. */
export function exactDecimals(amounts: readonly (bigint | string)[]): number {
  let decimals = 2;
  while (decimals < 6 && amounts.some((micros) => BigInt(micros) % 10n ** BigInt(6 - decimals) !== 0n)) decimals++;
  return decimals;
}

/** Decimals of a column of credits: three if they are exact with three, such as half cents, else two, since thirds never end. */
export function readableDecimals(amounts: readonly (bigint | string)[]): number {
  return exactDecimals(amounts) === 3 ? 3 : 2;
}

/** Formats a decimal string in units of the currency, which reports have in addition to micros. */
export function moneyText(amount: unknown): string {
  if (typeof amount !== 'string' || !/^-?\d+(\.\d{1,6})?$/.test(amount)) return NOTHING;
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const micros = BigInt(whole) * BigInt(MICROS_PER_UNIT) + BigInt(fraction.padEnd(6, '0'));
  return money(amount.startsWith('-') ? -micros : micros);
}

/** Formats an interval of amounts; nothing if it is withheld. */
export function intervalText(interval: unknown): string {
  const { low, high } = (interval ?? {}) as { low?: string; high?: string };
  return low === undefined ? NOTHING : `${moneyText(low)} – ${moneyText(high)}`;
}

/** Formats a count, whole or fractional. */
export function number(value: unknown, decimals = 0): string {
  if (typeof value !== 'number') return value === null || value === undefined ? NOTHING : clip(value);
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

export function percent(value: unknown): string {
  return typeof value === 'number' ? `${(value * 100).toFixed(1)} %` : NOTHING;
}

/** Names and values in two columns. */
export function pairs(given: readonly [string, string][]): string {
  const rows = given.map(([name, value]) => [clip(name), clip(value, MAX_PAIR)] as const);
  const width = Math.max(...rows.map(([name]) => name.length));
  const values = Math.max(...rows.map(([, value]) => value.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value.padStart(values)}\n`).join('');
}
