/** Small csv and ndjson files as people, programs and accidents make them: a pure function of the random stream. */
import iconv from 'iconv-lite';
import type { Random } from '../../src/domain/random.ts';
import type { FilePlan } from '../../src/mapping/plan.ts';
import { hostileValue, mutateBytes } from './hostile.ts';

export interface RowFile {
  kind: 'csv' | 'ndjson';
  bytes: Buffer;
  plan: FilePlan;
}

const DELIMITERS = [',', ',', ',', ';', ';', '\t', '\t', '|'];
const PLAIN = [
  'a',
  '1',
  '10.50',
  'x y',
  ' a ',
  '',
  '',
  'é',
  '€5',
  '💥',
  'NULL',
  '--',
  "it's",
  '“q”',
  '2026-03-01',
  '=1+1',
];
const QUOTES = ['"', '"', '"', '""', '"""', '""""', '","', '"\n"', '" ', ' "', '";"'];
const BREAKS = ['\n', '\r', '\r\n', '\n\n', '\r\r\n', '\n\r'];
const STRANGE = [
  '\ufeff',
  '\0',
  '\ud800',
  '\udc00',
  '\u0085',
  '\u2028',
  '\u00a0',
  '\ufffd',
  '\x1a',
  '\\"',
  'sep=;\n',
  ' ',
];

export function csvFile(random: Random): RowFile {
  const delimiter = random.pick(DELIMITERS);
  const line_end = random.pick(['\n', '\n', '\r\n', '\r\n', '\r']);
  const columns = random.integer(1, 5);
  const quotes_all = random.chance(0.15);
  const hostile = random.pick([0, 0.05, 0.3]);
  const cell = (): string => csvCell(random, delimiter, hostile, quotes_all);
  const row = (cells: number): string => Array.from({ length: cells }, cell).join(delimiter);
  const lines = Array.from({ length: random.integer(0, 8) }, () =>
    row(random.chance(0.08) ? random.integer(1, columns + 2) : columns),
  );
  lines.unshift(random.chance(0.9) ? Array.from({ length: columns }, (_, i) => `c${i}`).join(delimiter) : row(columns));
  if (random.chance(0.12)) swallow(random, lines, delimiter);
  const plan: FilePlan = {};
  if (random.chance(0.08)) lines.unshift(`sep=${random.chance(0.9) ? delimiter : random.pick([':', 'x', '"', '💥'])}`);
  const titles = random.chance(0.12) ? random.integer(1, 3) : 0;
  for (let i = 0; i < titles; i++)
    lines.unshift(random.pick(['Report', '"March 1, 2026"', '', '"a" b', '"two\nlines"']));
  if (titles > 0 && random.chance(0.7)) plan.skip = titles;
  else if (random.chance(0.02)) plan.skip = random.integer(0, 30);
  if (random.chance(0.1)) lines.push(random.pick([`Total${delimiter}9`, 'Total: Account', '', ' ']));
  if (random.chance(0.1)) lines.splice(random.integer(0, lines.length), 0, random.pick(['', '', ' ', '\t']));
  if (random.chance(0.25)) plan.quotes = random.pick(['strict', 'guarded'] as const);
  if (random.chance(0.12))
    plan.delimiter = random.chance(0.8) ? delimiter : random.pick([',', ';', ' ', ':', '"', '💥']);
  const text = lines.join(line_end) + (random.chance(0.8) ? line_end : '');
  return encoded(random, 'csv', mutated(random, text, [delimiter]), plan);
}

/** A quote before a cell of one line and one behind a cell of a later line, which would make one cell of all between. */
function swallow(random: Random, lines: string[], delimiter: string): void {
  const from = random.integer(1, Math.max(1, lines.length - 2));
  const to = random.integer(from, lines.length - 1);
  const change = (line: number, put: (cell: string) => string): void => {
    const cells = (lines[line] ?? '').split(delimiter);
    const at = random.integer(0, cells.length - 1);
    cells[at] = put(cells[at]!);
    lines[line] = cells.join(delimiter);
  };
  change(from, (cell) => `"${cell}`);
  change(to, (cell) => `${cell}"`);
}

function csvCell(random: Random, delimiter: string, hostile: number, quotes_all: boolean): string {
  let text = random.pick(PLAIN);
  const mark = random.unit();
  if (mark < 0.2) text += random.pick([delimiter, '"', ...BREAKS]) + random.pick(PLAIN);
  if (random.chance(hostile)) text = strange(random, delimiter) + text;
  if (random.chance(hostile))
    return random.pick([`"${text}`, `${text}"`, `"${text}" x`, `"${text}"y"`, ` "${text}"`, text]);
  return quotes_all || mark < 0.3
    ? `"${text.replaceAll('"', '""')}"`
    : text.replace(/["\r\n]/g, '_').replaceAll(delimiter, '_');
}

function strange(random: Random, delimiter: string): string {
  return random.pick(random.pick([QUOTES, QUOTES, BREAKS, STRANGE, [delimiter]]));
}

export function ndjsonFile(random: Random): RowFile {
  const line_end = random.pick(['\n', '\n', '\r\n', '\r']);
  const line = (): string => {
    const kind = random.unit();
    if (kind < 0.1)
      return random.pick(['', ' ', '\t', '\u00a0', '[]', 'null', '1', '"a"', '{', '{}', '{"a":1}{"b":2}', '\ufeff{}']);
    const keys = Array.from({ length: random.integer(0, 3) }, () => random.pick(['a', 'id', '__proto__', 'é', '']));
    const object = keys.map((key) => `${JSON.stringify(key)}:${ndjsonValue(random)}`);
    return `{${object.join(random.pick([',', ', ', ',']))}}`;
  };
  const lines = Array.from({ length: random.integer(0, 8) }, line);
  const text = lines.join(line_end) + (random.chance(0.8) ? line_end : '');
  return encoded(random, 'ndjson', mutated(random, text, ['{', '}', '{}\n', ',']), {});
}

function ndjsonValue(random: Random): string {
  if (random.chance(0.1))
    return random.pick(['123456789012345678', '1e400', '0.1000000000000000055', '-0', '01', 'NaN']);
  if (random.chance(0.6)) return JSON.stringify(random.pick(PLAIN));
  const text = JSON.stringify(hostileValue(random, 2));
  return text.length > 200 ? '""' : text;
}

/** A text with a few accidents; rarely one that is much longer. */
export function mutated(random: Random, given: string, own: readonly string[]): string {
  let text = given;
  for (let left = random.pick([0, 0, 1, 1, 2, 4]); left > 0; left--) {
    const at = random.integer(0, text.length);
    const span = random.pick([1, 1, 2, 5, 20]);
    const [before, after] = [text.slice(0, at), text.slice(at)];
    const kind = random.integer(0, 5);
    if (kind === 0) text = before + after.slice(span);
    else if (kind === 1) text = before + after.slice(0, span) + after;
    else if (kind === 2) text = before + random.pick(own) + after;
    else text = before + strange(random, own[0]!) + after;
  }
  if (!random.chance(0.001)) return text;
  // Work that grows with the square of the length shows here.
  const at = random.integer(0, text.length);
  const part = text.slice(at, at + random.integer(1, 30));
  return text.slice(0, at) + part.repeat(Math.ceil(30_000 / Math.max(1, part.length))) + text.slice(at);
}

function encoded(random: Random, kind: RowFile['kind'], text: string, given: FilePlan): RowFile {
  const name = random.pick(['utf-8', 'utf-8', 'utf-8', 'utf-8', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252']);
  const can_have_mark = name.startsWith('utf');
  const mark = can_have_mark && random.chance(name === 'utf-8' ? 0.2 : 0.7) ? '\ufeff' : '';
  const bytes = bytesIn(name, mark + text);
  const plan = random.chance(0.2) ? { ...given, encoding: name } : given;
  return { kind, bytes: random.chance(0.12) ? mutateBytes(random, bytes) : bytes, plan };
}

function bytesIn(name: string, text: string): Buffer {
  if (name === 'utf-8') return Buffer.from(text);
  if (name === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (name === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return iconv.encode(text, name);
}
