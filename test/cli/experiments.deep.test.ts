/** `tributary experiments` from the question how many people to an early stop, on a data folder. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { AFTER_MARCH_MS } from '../support/time.ts';
import { cli, ok } from './harness.ts';

const data = temporaryFolder();
const on = (...argv: string[]): string[] => ['experiments', ...argv, '--data', data];

test('plans are sized in words, and wrong sizes are refused by their option', async () => {
  const asked = ['experiments', 'plan', '--rate', '3%', '--lift', '10%', '--holdout', '20%'];
  expect(await ok([...asked, '--people-a-week', '20000'])).toMatch(/^You need 168,088 people: 33,618 in the control/);
  expect(JSON.parse(await ok([...asked, '--json']))).toMatchObject({ people: 168_088, weeks: null });
  const wrong = await cli(['experiments', 'plan', '--rate', '60%', '--lift', '90%']);
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('--lift')]);
  expect((await cli(['experiments', 'plan', '--rate', 'much', '--lift', '10%'])).err).toContain('0.1 or 10%');
});

test('an experiment is planned, assigns, is read, is final, and stops', async () => {
  const days = (n: number): string => new Date(AFTER_MARCH_MS + n * 86_400_000).toISOString();
  const create = (...rest: string[]): string[] =>
    on('create', 'spring', '--name', 'Spring', '--starts-at', days(-1), '--ends-at', days(7), ...rest);
  await ok(create('--planned-people', '300', '--arms', 'holdout=0.5,treated=0.5'));
  const arm = (await ok(on('assign', 'spring', '--customer', 'c-0'))).trim().split(',')[1];
  const file = join(data, 'list.txt');
  writeFileSync(file, Array.from({ length: 200 }, (_, i) => `c-${i}\n`).join(''));
  const told = (await ok(on('assign', 'spring', '--file', file))).trim().split('\n');
  expect(told).toHaveLength(200);
  expect(told[0]).toBe(`c-0,${arm}`);
  expect((await ok(on('assign', 'spring', '--file', file, '--trial'))).trim().split('\n')).toEqual(told);
  const changed = await cli(create('--planned-people', '300', '--arms', 'holdout=0.2,treated=0.8'));
  expect([changed.code, changed.err]).toEqual([1, expect.stringMatching(/arms.*frozen/s)]);
  expect(await ok(on('list'))).toMatch(/spring/);
  const shown = await ok(on('show', 'spring'));
  expect(shown).toMatch(/there are too few people or orders for a result/);
  expect(shown).toMatch(/holdout/);
  const stopped = await cli(on('stop', 'spring'));
  expect([stopped.code, stopped.err]).toEqual([2, expect.stringContaining('--reason')]);
  expect(await ok(on('stop', 'spring', '--reason', 'Sold out'))).toMatch(/^spring was stopped at .*: Sold out\n$/);
  expect((await cli(on('assign', 'spring', '--customer', 'late'))).err).toContain('was stopped at');
  expect((await cli(on('show', 'nobody'))).err).toContain('nobody');
}, 120_000);

test('an import changes no plan that is final, moves nobody, and says nothing that is for the product to say', async () => {
  const days = (n: number): string => new Date(AFTER_MARCH_MS + n * 86_400_000).toISOString();
  const plan = {
    ...{ experiment_id: 'files', name: 'Files', scope: 'campaign', planned_people: 100, control: 'holdout' },
    ...{ arms: { holdout: 0.5, treated: 0.5 }, starts_at: days(-9), ends_at: days(9) },
  };
  const load = (record: string, ...items: object[]) => {
    const file = join(data, `${record}.ndjson`);
    writeFileSync(file, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    return cli(['import', record, file, '--data', data, '--restart', '--workers', '4']);
  };
  expect((await load('experiments', { ...plan, frozen_at: days(-8) })).err).toContain('is said by the product');
  expect((await load('experiments', plan)).code).toBe(0);
  const arm = (await ok(on('assign', 'files', '--customer', 'f-0'))).trim().split(',')[1];
  const changed = await load('experiments', { ...plan, metric: 'orders' });
  expect([changed.code, changed.out + changed.err]).toEqual([1, expect.stringMatching(/metric.*frozen/s)]);
  const moved = { experiment_id: 'files', arm: arm === 'holdout' ? 'treated' : 'holdout', customer_id: 'f-0' };
  const earlier = await load('assignments', { ...moved, occurred_at: days(-5) });
  expect([earlier.code, earlier.out + earlier.err]).toEqual([1, expect.stringContaining('by itself since')]);
  const { arms } = JSON.parse(await ok(on('show', 'files', '--json')));
  expect(arms.find((row: { people: number }) => row.people === 1).arm).toBe(arm);
}, 120_000);

test('after a restore what is final stays final, what was stopped stays stopped, and people keep their arms', async () => {
  const [backup, restored] = [join(temporaryFolder(), 'backup'), temporaryFolder()];
  const list = join(data, 'list.txt');
  const told = await ok(on('assign', 'files', '--file', list));
  await ok(['doctor', '--backup', backup, '--data', data]);
  await ok(['doctor', '--restore', backup, '--data', restored]);
  const there = (...argv: string[]): string[] => ['experiments', ...argv, '--data', restored];
  const changed = await cli(
    there('create', 'files', '--name', 'Files', '--planned-people', '100', '--arms', 'holdout=0.1,treated=0.9').concat(
      ...[
        ['--starts-at', '2026-03-20T00:00:00Z'],
        ['--ends-at', '2026-04-20T00:00:00Z'],
      ],
    ),
  );
  expect([changed.code, changed.err]).toEqual([1, expect.stringContaining('frozen')]);
  expect(await ok(there('assign', 'files', '--file', list))).toBe(told);
  expect((await cli(there('assign', 'spring', '--customer', 'late'))).err).toContain('was stopped at');
}, 120_000);

test('false alarms are measured, and the same seed measures the same', async () => {
  const asked = ['experiments', 'simulate', '--runs', '20', '--people', '200', '--looks', '5', '--json'];
  const first = JSON.parse(await ok(asked));
  expect(JSON.parse(await ok(asked))).toEqual(first);
  expect(Object.keys(first.alarms)).toContain('always_valid_net_revenue');
});
