/** Commands through a server that does only a part of the work: each does what it can there, and says what it cannot. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { order } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { at } from '../support/time.ts';
import { cli, ok, serving } from './harness.ts';

const root = temporaryFolder();
const data = join(root, 'data');
const orders = join(root, 'orders.ndjson');
const more_orders = join(root, 'more-orders.ndjson');

beforeAll(async () => {
  const items = ['order-1', 'order-2'].map((id) => order(id, '10.00', at(10)));
  writeFileSync(orders, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  await ok(['import', 'conversions', orders, '--data', data]);
  writeFileSync(more_orders, `${JSON.stringify(order('order-3', '10.00', at(10)))}\n`);
});

describe('through a server that only reports', () => {
  let server: Awaited<ReturnType<typeof serving>>;
  beforeAll(async () => {
    server = await serving(data, ['--role', 'report']);
  });
  afterAll(() => server.stop());

  test('doctor shows what there is, and that nothing is collected here', async () => {
    const out = await ok(['doctor', '--data', data]);
    expect(out).toMatch(/conversions +2/);
    expect(out).toMatch(/collector +none: this server accepts no events/);
    expect(out).toContain('no problems found');
    expect(JSON.parse(await ok(['doctor', '--data', data, '--json']))).toMatchObject({ problems: [], collector: null });
  });

  test('doctor --backup writes every table', async () => {
    const folder = join(root, 'backup');
    await ok(['doctor', '--backup', folder, '--data', data]);
    expect(existsSync(join(folder, 'conversions.parquet'))).toBe(true);
  });

  test('export writes the rows', async () => {
    const out = join(root, 'export', 'conversions.ndjson');
    expect(await ok(['export', 'conversions', '--out', out, '--data', data])).toMatch(/conversions\.ndjson +2/);
    expect(readFileSync(out, 'utf8')).toContain('order-2');
  });

  test('reports are answered', async () => {
    expect(await ok(['report', 'attribution', '--start', '2026-03-01', '--end', '2026-04-01', '--data', data])).toMatch(
      /net revenue +20\.00/,
    );
  });

  test.each([['import', 'conversions', more_orders], ['doctor', '--replay-dead-letters'], ['reclassify']])(
    '%s says that this server takes no events in',
    async (...argv) => {
      const { code, err } = await cli([...argv, '--data', data]);
      expect(code).toBe(1);
      expect(err).toMatch(/this server only reports \(--role report\)/);
    },
  );
});

describe('through a server that only collects', () => {
  let server: Awaited<ReturnType<typeof serving>>;
  beforeAll(async () => {
    server = await serving(data, ['--role', 'collect']);
  });
  afterAll(() => server.stop());

  test.each([
    ['report', 'attribution'],
    ['receipt', 'order-1'],
    ['runs', 'list'],
    ['models', 'list'],
    ['fit', 'markov'],
  ])('%s %s says that this server does not report', async (...argv) => {
    const { code, err } = await cli([...argv, '--data', data]);
    expect(code).toBe(1);
    expect(err).toMatch(/this server only collects \(--role collect\)/);
  });

  test('doctor and export work as elsewhere', async () => {
    expect(await ok(['doctor', '--data', data])).toMatch(/records not loaded yet +0/);
    const out = join(root, 'collected.ndjson');
    expect(await ok(['export', 'conversions', '--out', out, '--data', data])).toMatch(/collected\.ndjson +2/);
  });
});
