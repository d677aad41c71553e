import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RECORD_NAMES } from '../../src/domain/index.ts';
import { simulate } from '../../src/simulation/world.ts';
import { type WriteProgress, writeWorld } from '../../src/simulation/write.ts';
import { temporaryFolder } from '../support/folder.ts';

const options = { customers: 250, days: 40, seed: 3, end_ms: Date.UTC(2026, 5, 1) };
const dir = temporaryFolder();

const read = (name: string, file: string) => readFileSync(join(dir, name, file), 'utf8');
const lines = (name: string, file: string) => read(name, file).split('\n').slice(0, -1);

it('writes one file per kind of record and the truth, whose counts are those of the files', async () => {
  const heard: WriteProgress[] = [];
  const truth = await writeWorld(options, join(dir, 'first'), (progress) => heard.push(progress));
  expect(readdirSync(join(dir, 'first')).sort()).toEqual(
    [...RECORD_NAMES.map((n) => `${n}.ndjson`), 'truth.json'].sort(),
  );
  expect(JSON.parse(read('first', 'truth.json'))).toEqual(truth);
  for (const name of RECORD_NAMES) {
    const written = lines('first', `${name}.ndjson`);
    expect(written.length).toBe(truth.lines[name]);
    expect(new Set(written).size).toBe(truth.distinct[name]);
  }
  const events = Object.values(truth.lines).reduce((sum, count) => sum + count, 0);
  expect(heard.at(-1)).toEqual({ customers: options.customers, events });
});

it('writes the same bytes again, also when memory is short', async () => {
  await writeWorld(options, join(dir, 'again'), undefined, 10_000);
  for (const file of readdirSync(join(dir, 'first'))) expect(read('again', file)).toBe(read('first', file));
  expect(readdirSync(join(dir, 'again'))).toEqual(readdirSync(join(dir, 'first')));
});

it('writes another world for another seed', async () => {
  await writeWorld({ ...options, seed: 4 }, join(dir, 'other'));
  expect(read('other', 'touchpoints.ndjson')).not.toBe(read('first', 'touchpoints.ndjson'));
});

it('keeps the order of arrival, not that of the customers', () => {
  const touchpoints = [...simulate(options)].filter(({ record }) => record === 'touchpoints');
  const expected = touchpoints.map(({ event, arrives_at_ms }) => ({ arrives_at_ms, line: JSON.stringify(event) }));
  expected.sort((a, b) => a.arrives_at_ms - b.arrives_at_ms || (a.line < b.line ? -1 : 1));
  expect(lines('first', 'touchpoints.ndjson')).toEqual(expected.map(({ line }) => line));
});

it('writes an empty world', async () => {
  const truth = await writeWorld({ ...options, customers: 0 }, join(dir, 'empty'));
  expect(truth.lines.touchpoints).toBe(0);
  expect(lines('empty', 'fx_rates.ndjson').length).toBe(options.days + 8);
});
