/** A random order of sending and the exports of experiments, on the command line and over HTTP. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { READ, startServer, WRITE } from '../server/harness.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, ok } from './harness.ts';

test('a list becomes waves on the command line, the same ones each time', async () => {
  const folder = temporaryFolder();
  const list = join(folder, 'list.txt');
  writeFileSync(list, Array.from({ length: 20 }, (_, i) => `customer-${i}`).join('\n'));
  const data = ['--data', join(folder, 'data')];
  await ok(['keys', 'create', '--name', 'one', '--scope', 'read', ...data]);
  const order = ['experiments', 'order', 'spring-order', '--file', list, ...data];
  const first = await ok([...order, '--campaign', 'spring', '--waves', '3']);
  expect(first.trim().split('\n')).toHaveLength(20);
  expect(first).toMatch(/^(customer-\d+,[123]\n){20}$/);
  expect(await ok(order)).toBe(first);
  const other = await cli([...order, '--waves', '4']);
  expect([other.code === 0, other.err]).toEqual([false, expect.stringContaining('has 3 waves, not 4')]);
  expect(await ok(['report', 'send-effects', ...data])).toContain('no blast begins in the period');
  expect(await ok(['experiments', 'export', '--for', 'robyn', '--json', ...data])).toContain('send_order');
});

test('the same calls over HTTP name what is wrong', async () => {
  const server = await startServer();
  const path = '/v1/experiments/spring-order/order';
  const people = [{ customer_id: 'customer-1' }, { customer_id: 'customer-2' }];
  const made = await server.post(path, { campaign_id: 'spring', waves: 2, people }, WRITE);
  expect(made).toMatchObject({ status: 200, body: { experiment_id: 'spring-order' } });
  expect(
    made.body.people.map(({ wave }: { wave: number }) => wave).every((wave: number) => [1, 2].includes(wave)),
  ).toBe(true);
  expect(await server.post(path, { campaign_id: 'spring', waves: 11, people }, WRITE)).toMatchObject({ status: 400 });
  expect((await server.post(path, { campaign_id: 'spring' }, WRITE)).body.error.message).toContain('people');
  await server.flush();
  const calibration = await server.get('/v1/experiments/calibration?for=meridian', READ);
  expect(calibration.body).toMatchObject({ calibration: [], left_out: [{ reason: 'send_order' }] });
  expect((await server.get('/v1/experiments/calibration', READ)).body.error.message).toContain('for');
  expect((await server.get('/v1/reports/send_effects', READ)).body).toMatchObject({ blasts: [], together: [] });
});
