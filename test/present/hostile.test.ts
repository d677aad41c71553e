/** Nothing that a sender or a file chose can move the cursor, forge a line or turn the text around: in tables, cards, CSV, logs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RejectedFile } from '../../src/cli/import/rejected.ts';
import { CLEAR_LINE } from '../../src/cli/io.ts';
import { Progress } from '../../src/cli/progress.ts';
import { clip } from '../../src/present/clip.ts';
import { toCsv } from '../../src/present/csv.ts';
import { showFit } from '../../src/present/fit.ts';
import { OWN_TABLES, showReport } from '../../src/present/tables.ts';
import { REPORTS } from '../../src/reports/index.ts';
import { logTo } from '../../src/server/log.ts';
import { cli } from '../cli/harness.ts';
import { temporaryFolder } from '../support/folder.ts';

const HOSTILE = 'a\u001b[2J\u009b31m\u202eb\ufeff\u200b\u2028\u2066\nFORGED';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must not be found
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\ufeff]/;
const isSafe = (text: string): void => {
  expect(text).not.toMatch(RAW);
  expect(text.split('\n').filter((one) => one.trimStart().startsWith('FORGED'))).toEqual([]);
};

type Schema = Record<string, unknown>;
const PATTERNS: Array<[RegExp, string]> = [
  [/\{6\}/, '1.500000'],
  [/T\\d/, '2026-03-01T00:00:00.000Z'],
  [/^\^-\?/, '1500000'],
  [/\\d\{4\}-/, '2026-03-01'],
];

/** A value of a schema in which every text that may be anything is hostile, and so is every name that is data. */
function hostile(schema: Schema): unknown {
  if (schema['const'] !== undefined) return schema['const'];
  if (schema['enum']) return (schema['enum'] as unknown[])[0];
  const union = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (union) return hostile(union[0]!);
  switch (schema['type']) {
    case 'object': {
      const own = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
      const rest = schema['additionalProperties'];
      const named = own.map(([name, inner]) => [name, hostile(inner)]);
      if (typeof rest === 'object') named.push([HOSTILE, hostile(rest as Schema)]);
      return Object.fromEntries(named);
    }
    case 'array':
      return [1, 2].map(() => hostile(schema['items'] as Schema));
    case 'integer':
      return 2;
    case 'number':
      return 0.5;
    case 'boolean':
      return false;
    case 'null':
      return null;
    default: {
      const pattern = schema['pattern'] as string | undefined;
      return pattern === undefined ? HOSTILE : (PATTERNS.find(([form]) => form.test(pattern))?.[1] ?? HOSTILE);
    }
  }
}

describe.each(REPORTS.map((report) => [report.name, report] as const))('%s', (name, report) => {
  const answer = hostile(report.result as unknown as Schema) as Record<string, unknown>;

  test('shows hostile text on one line, without what it hides', () => {
    const shown = showReport(report, answer, 25);
    expect(shown).toContain('FORGED');
    isSafe(shown);
  });

  test('writes it into CSV without what it hides', () => {
    const csv = toCsv(answer, report.main_table);
    expect(csv.replaceAll('\r\n', '')).not.toMatch(RAW);
  });

  test('is shown by its own table also without a limit', () => {
    const own = OWN_TABLES[name];
    if (own) isSafe(own(answer, Number.POSITIVE_INFINITY));
  });
});

test('a fit on a file', () => {
  const channel = {
    channel: HOSTILE,
    conversions: 1,
    value: 1,
    removal_effect_conversions: 1,
    removal_effect_value: 1,
  };
  const answer = { model: 'markov', order: 1, journeys: 1, conversions: 1, value: 1, conversion_probability: 1 };
  isSafe(showFit({ ...answer, channels: [channel], warnings: [HOSTILE], ordered: true } as never));
});

test('a value is cut without cutting a character in half', () => {
  expect(clip('👩'.repeat(50), 10)).toBe('👩👩👩👩…');
  expect(clip('x'.repeat(1e7)).length).toBe(80);
});

test('a log line', () => {
  const lines: string[] = [];
  logTo((text) => {
    lines.push(String(text));
    return undefined;
  }).write(`${JSON.stringify({ key: HOSTILE })}\n`);
  isSafe(lines.join());
  expect(JSON.parse(lines[0]!)).toEqual({ key: HOSTILE });
});

test('a progress line, and the refusals of an import', () => {
  let printed = '';
  const err = (text: string): void => {
    printed += text;
  };
  const io = { err, err_columns: 60, clock: () => 1_000 } as never;
  new Progress(io, HOSTILE).update(0.5, HOSTILE);
  expect(printed.startsWith(CLEAR_LINE)).toBe(true);
  isSafe(printed.slice(CLEAR_LINE.length));
  printed = '';
  const form = { kind: 'csv' as const, delimiter: ',', preamble: '', mark: false };
  const source = { columns: [HOSTILE], form };
  const rejected = new RejectedFile(io, source, join(temporaryFolder(), 'x.csv'), temporaryFolder(), 0);
  rejected.add([{ line: 1, field: HOSTILE, reason: HOSTILE, rows: [{ line: 1, cells: [HOSTILE] }] }]);
  rejected.close();
  isSafe(printed);
});

test('what commands print about files, columns, flags and settings', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'orders.csv');
  const column = 'x\u001b[2J\u009b\u202ey';
  writeFileSync(
    file,
    `customer_id,touchpoint_type,occurred_at,${column}\na,email_click,2026-03-01T10:00:00Z,1\n\ufeffb,no\u001b,2026,2\n`,
  );
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ [HOSTILE]: 1 }));
  const data = join(folder, 'data');
  const commands = [
    ['import', 'touchpoints', file, '--data', data],
    ['import', 'touchpoints', file, '--data', data],
    ['import', HOSTILE, file, '--data', data],
    ['import', 'touchpoints', file, '--map', `${HOSTILE}=a`, '--data', data],
    ['import', 'touchpoints', `${HOSTILE}.csv`, '--data', data],
    ['report', 'attribution', '--model', HOSTILE, '--data', data],
    ['report', 'customer', HOSTILE, '--data', data],
    ['keys', 'create', '--name', HOSTILE, '--data', data],
    ['keys', 'revoke', HOSTILE, '--data', data],
    ['keys', 'list', '--json', '--data', data],
    ['doctor', '--data', HOSTILE],
    ['doctor', '--config', config, '--data', data],
    ['fit', 'markov', '--paths', HOSTILE],
    [HOSTILE],
    ['serve', '--port', HOSTILE],
  ];
  for (const argv of commands) {
    const { out, err } = await cli(argv);
    expect(out + err).not.toBe('');
    expect(out + err).not.toMatch(RAW);
  }
});
