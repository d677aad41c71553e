/** Folders may have any name: what goes through one comes back as it was, and nothing is taken from the folder beside it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { cli, ok } from './harness.ts';

const root = temporaryFolder();
const data = join(root, 'data');
const SPEND = { channel: 'email', amount: '12.5', currency: 'USD' };

beforeAll(async () => {
  const file = join(root, 'spend.ndjson');
  const days = ['2026-03-01', '2026-03-02'].map((date) => `${JSON.stringify({ ...SPEND, spend_id: date, date })}\n`);
  writeFileSync(file, days.join(''));
  await ok(['import', 'spend', file, '--data', data]);
});

/** The spend of a data folder: brand, channel and date of each row. */
async function spend(folder: string, out: string): Promise<string[]> {
  await ok(['export', 'spend', '--out', out, '--data', folder]);
  const lines = readFileSync(out, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const { brand_id, channel, date } = JSON.parse(line) as Record<string, string>;
    return `${brand_id} ${channel} ${date}`;
  });
}

/** Pairs of a strange name, and a name beside it that the first would match as a pattern. */
const NAMES = [
  ...[['date=2020-01-01'], ['brand_id=zzz'], ['channel=sms'], ['a*b', 'aXb'], ['[x]', 'x'], ['{a,b}', 'a'], ['?', 'q']],
  ...[['back\\slash'], ["it's"], ['s3:'], ['http:']],
];

test.each(NAMES)('%s', async (...names) => {
  const expected = ['default email 2026-03-01', 'default email 2026-03-02'];
  for (const name of names) {
    const folder = join(root, name);
    mkdirSync(folder);
    await ok(['doctor', '--backup', join(folder, 'backup'), '--data', data]);
    await ok(['export', 'spend', '--format', 'parquet', '--out', join(folder, 'spend.parquet'), '--data', data]);
  }
  const folder = join(root, names[0]!);
  // The embedded engine refuses a file of its own in a folder with a question mark.
  const place = names[0] === '?' ? root : folder;
  const [restored, imported] = [join(place, 'restored'), join(place, 'imported')];
  await ok(['doctor', '--restore', join(folder, 'backup'), '--data', restored]);
  expect(await spend(restored, join(folder, 'restored.ndjson'))).toEqual(expected);
  await ok(['import', 'spend', join(folder, 'spend.parquet'), '--data', imported]);
  expect(await spend(imported, join(folder, 'imported.ndjson'))).toEqual(expected);
});

test.each([
  ['a?b', /holds a \?, which DuckDB does not support; rename the file or its folder/],
  ['a\\b*', /holds both a backslash and one of \* \? \[; rename the file or its folder/],
])('a folder %j cannot hold the file of the embedded engine, and is refused by name', async (name, reason) => {
  const warehouse = `duckdb:${join(root, name, 'w.duckdb')}`;
  const { code, err } = await cli(['doctor', '--data', data, '--warehouse', warehouse]);
  expect([code, err]).toEqual([1, expect.stringMatching(reason)]);
});
