/** One bad row of every kind in one file: the good rows load, and the refused ones load too once they are mended as their reasons say. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { cli } from './harness.ts';

const root = temporaryFolder();

const COLUMNS = ['order_id', 'customer_id', 'conversion_type', 'conversion_value', 'currency', 'occurred_at', 'note'];
type Column = (typeof COLUMNS)[number];
type Cells = Record<Column, string>;

const good = (n: number): Cells => ({
  order_id: `o${n}`,
  customer_id: `c${n}`,
  conversion_type: 'purchase',
  conversion_value: '10.25',
  currency: 'USD',
  occurred_at: '2026-03-01T10:00:00Z',
  note: 'plain',
});

interface Kind {
  /** What the row has instead. */
  bad: Cells;
  /** What the reason says. */
  reason: RegExp;
  /** What a person does who reads it: a new value of the named field. */
  mended: string;
}

/** Rows with one bad cell. */
const CELLS: Kind[] = [
  { bad: { customer_id: '' }, reason: /^customer_id: one of .* is needed/, mended: 'c' },
  { bad: { customer_id: 'undefined' }, reason: /^customer_id: "undefined" is a placeholder/, mended: 'c' },
  { bad: { order_id: '{{order.id}}' }, reason: /^order_id: .* is a placeholder/, mended: 'o' },
  { bad: { customer_id: 'c\u200b1' }, reason: /^customer_id: holds the invisible character U\+200B/, mended: 'c1' },
  { bad: { customer_id: 'c\u00001' }, reason: /^customer_id: holds control characters/, mended: 'c1' },
  { bad: { customer_id: 'y'.repeat(500) }, reason: /^customer_id: is 500 characters long; the limit is/, mended: 'y' },
  { bad: { customer_id: 'c\ufffe' }, reason: /^customer_id: is not valid UTF-8/, mended: 'c' },
  { bad: { conversion_type: '' }, reason: /^conversion_type: is required/, mended: 'purchase' },
  { bad: { conversion_type: 'buy' }, reason: /^conversion_type: "buy" is not one of purchase/, mended: 'purchase' },
  { bad: { conversion_value: 'ten' }, reason: /^conversion_value: "ten" is not a decimal/, mended: '10' },
  {
    bad: { conversion_value: '10.0015' },
    reason: /^conversion_value: .* decimals, USD takes 2; round/,
    mended: '10.00',
  },
  { bad: { conversion_value: '-10' }, reason: /^conversion_value: must not be negative/, mended: '10' },
  { bad: { conversion_value: '99999999999999999999' }, reason: /^conversion_value: .* is too large/, mended: '9.99' },
  { bad: { currency: 'XXX' }, reason: /^currency: "XXX" is not an ISO 4217 currency/, mended: 'USD' },
  { bad: { currency: 'HRK' }, reason: /^currency: HRK was withdrawn .* replaced by EUR/, mended: 'EUR' },
  { bad: { occurred_at: '' }, reason: /^occurred_at: is required/, mended: '2026-03-01T10:00:00Z' },
  {
    bad: { occurred_at: 'yesterday' },
    reason: /^occurred_at: .* known form of a time; write/,
    mended: '2026-03-01T10:00:00Z',
  },
  {
    bad: { occurred_at: '01/03/2026' },
    reason: /^occurred_at: .* the day or the month/,
    mended: '2026-03-01T00:00:00Z',
  },
  {
    bad: { occurred_at: '2026-03-01 10:00:00' },
    reason: /^occurred_at: .* has no zone/,
    mended: '2026-03-01 10:00:00 +0000',
  },
  {
    bad: { occurred_at: '2126-03-01T10:00:00Z' },
    reason: /^occurred_at: .* ahead of this server/,
    mended: '2026-03-01T10:00:00Z',
  },
  {
    bad: { occurred_at: '2026-02-30T10:00:00Z' },
    reason: /^occurred_at: .* calendar date/,
    mended: '2026-02-28T10:00:00Z',
  },
];

const csv = (rows: readonly (readonly string[])[]): string =>
  `${Papa.unparse(rows as string[][], { newline: '\n' })}\n`;
const cellsOf = (row: Cells): string[] => COLUMNS.map((column) => row[column]!);

/** Rows that are no rows of the table: their text, the reason, and what it says to write. */
const LINES = [
  { text: 'LESS,c,purchase,10.25,USD,2026-03-01T10:00:00Z\n', reason: /^has 6 cells where the header has 7/ },
  { text: 'MORE,c,purchase,10,25,USD,2026-03-01T10:00:00Z,plain\n', reason: /^has 8 cells where the header has 7/ },
  { text: 'OPEN,c,purchase,10.25,USD,2026-03-01T10:00:00Z,"5 inch\n', reason: /^opens a quote that is not closed/ },
];
const MENDED_LINES: Record<string, string[]> = Object.fromEntries(
  ['LESS', 'MORE', 'OPEN'].map((id) => [id, cellsOf({ ...good(0), order_id: id })]),
);

test('a file with one bad row of every kind loads all good rows, and the refused file, once it is mended, the rest', async () => {
  const bad_rows = CELLS.map(({ bad }, i) => cellsOf({ ...good(100 + i), ...bad }));
  const lines = [...bad_rows.map((cells) => csv([cells])), ...LINES.map(({ text }) => text)];
  const text =
    csv([COLUMNS]) + lines.map((line, i) => csv([cellsOf(good(i))]) + line).join('') + csv([cellsOf(good(99))]);
  const path = join(root, 'orders.csv');
  // One cell is cut in the middle of a character.
  const [before, after] = text.split('\ufffe');
  writeFileSync(path, Buffer.concat([Buffer.from(before!), Buffer.from([0xff]), Buffer.from(after!)]));
  const words = (file: string) => [
    'import',
    'conversions',
    file,
    '--encoding',
    'utf-8',
    '--json',
    '--data',
    join(root, 'data'),
  ];

  const first = await cli(words(path));
  expect(first.code).toBe(3);
  expect(JSON.parse(first.out)).toMatchObject({
    rows_read: 2 * lines.length + 1,
    accepted: lines.length + 1,
    refused: lines.length,
  });

  const rejected = Papa.parse<string[]>(readFileSync(`${path}.rejected.csv`, 'utf8').slice(1), {
    skipEmptyLines: true,
  }).data;
  const reasons = rejected.slice(1).map((cells) => cells[1]!);
  expect(reasons).toEqual([...CELLS, ...LINES].map(({ reason }) => expect.stringMatching(reason)));
  const mended = rejected.slice(1).map(([line, reason, ...cells], i) => {
    const field = COLUMNS.indexOf(reason!.slice(0, reason!.indexOf(':')));
    if (field < 0) return [line!, reason!, ...MENDED_LINES[cells[0]!]!];
    return [line!, reason!, ...cells.with(field, CELLS[i]!.mended)];
  });
  writeFileSync(join(root, 'mended.csv'), csv([rejected[0]!, ...mended]));

  const second = await cli(words(join(root, 'mended.csv')));
  expect(second.code, second.out + second.err).toBe(0);
  expect(JSON.parse(second.out)).toMatchObject({ rows_read: lines.length, accepted: lines.length, refused: 0 });
});
