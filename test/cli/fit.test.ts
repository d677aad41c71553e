import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { cli, ok } from './harness.ts';

interface Answer {
  channels: { channel: string; value: number; removal_effect_conversions: number; positions: unknown }[];
  warnings: string[];
  [name: string]: unknown;
}

async function json(argv: readonly string[]): Promise<Answer> {
  return JSON.parse(await ok([...argv, '--json']));
}

const folder = temporaryFolder();
const FILE = join(folder, 'paths.csv');
writeFileSync(
  FILE,
  'path,total_conversions,total_conversion_value,total_null\nA > B,1,10,1\nA > C,1,90,1\nB,1,20,2\nA > A > direct,0,0,0\n',
);

test('a Markov fit is printed with every number in full', async () => {
  const answer = await json(['fit', 'markov', '--paths', FILE]);
  expect(answer).toMatchObject({
    model: 'markov',
    order: 1,
    journeys: 7,
    conversions: 3,
    value: 120,
    nulls: 4,
    warnings: [],
  });
  expect(answer['conversion_probability']).toBe(3 / 7);
  expect(answer['value_per_journey']).toBe(120 / 7);
  const { channels } = answer;
  expect(channels.map((row) => row.channel)).toEqual(['B', 'A', 'C', 'direct']);
  expect(Object.keys(channels[0]!)).toEqual([
    'channel',
    'conversions',
    'value',
    'removal_effect_conversions',
    'removal_effect_value',
    'touch_weighted_conversions',
    'touch_weighted_value',
  ]);
  expect(channels[1]!.removal_effect_conversions).toBeCloseTo(0.6, 14);
  expect(channels[1]!.value).toBeCloseTo((0.85 / 1.85) * 120, 12);
});

test('the order can be left to held-out journeys', async () => {
  const answer = await json(['fit', 'markov', '--paths', FILE, '--order', 'auto', '--seed', '3']);
  expect(answer['orders']).toHaveLength(4);
  expect(await ok(['fit', 'markov', '--paths', FILE, '--order', 'auto'])).toMatch(/held-out log-loss of order/);
});

test('Shapley values come by channel, and by position when asked for', async () => {
  const answer = await json(['fit', 'shapley', '--paths', FILE]);
  expect(answer.channels).toEqual([
    { channel: 'B', conversions: 1.5, value: 25 },
    { channel: 'A', conversions: 1, value: 50 },
    { channel: 'C', conversions: 0.5, value: 45 },
    { channel: 'direct', conversions: 0, value: 0 },
  ]);
  const ordered = await json(['fit', 'shapley', '--paths', FILE, '--ordered']);
  expect(ordered.channels[0]!.positions).toEqual([
    { position: 1, conversions: 1, value: 20 },
    { position: 2, conversions: 0.5, value: 5 },
  ]);
});

test('transforms change what a path is; frequency is gone from the names again', async () => {
  const file = join(folder, 'often.csv');
  writeFileSync(file, 'path,total_conversions\nA > A > B,2\nA > B,4\n');
  const answer = await json(['fit', 'markov', '--paths', file, '--transform', 'frequency,remove_if_not_all(X)']);
  expect(answer.channels.map((row) => row.channel)).toEqual(['A', 'B']);
  expect(answer.channels).toMatchObject([{ removal_effect_conversions: null }, { removal_effect_conversions: 1 }]);
  expect(answer.warnings.join(' ')).toMatch(/no column total_null.*no path has the channel X/);
});

test('a table says what the two totals are', async () => {
  const out = await ok(['fit', 'markov', '--paths', FILE, '--order', '2']);
  expect(out).toMatch(/Markov chain of order 2: 7 journeys, 3 conversions worth 120\.00, 42\.9 % convert/);
  expect(out).toMatch(/answer different questions/);
  expect(await ok(['fit', 'shapley', '--paths', FILE, '--ordered'])).toMatch(/conversions by position +1 +2/);
});

test.each([
  [['fit', 'markov', '--data', join(folder, 'nowhere')], /--data: .*nowhere does not exist/],
  [['fit', 'markov', '--paths', FILE, '--grain', 'campaign'], /--grain: is for a fit on the log/],
  [['fit', 'shapley', '--paths', join(folder, 'none.csv')], /--paths: .*none\.csv cannot be read \(ENOENT\)/],
  [['fit', 'shapley', '--paths', folder], /--paths: .* is a folder/],
  [['fit', 'markov', '--paths', FILE, '--order', '5'], /Send 1, 2, 3, 4 or auto/],
  [['fit', 'markov', '--paths', FILE, '--transform', 'shuffle'], /--transform: "shuffle" is not one of/],
] as const)('%s is refused with what to do', async (argv, reason) => {
  const { code, err } = await cli(argv);
  expect(code).toBeGreaterThan(0);
  expect(err).toMatch(reason);
});
