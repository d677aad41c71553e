/** A file is sent in many requests, and its equal lines are numbered over the whole file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type OpenOptions, type OpenTributary, openTributary } from '../../src/tributary.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok } from './harness.ts';

const PERIOD = ['--start', '2026-03-01', '--end', '2026-04-01'];

/** `lines` equal lines of spend of 1.00, and after every tenth one of 5.00 on another ad set. */
function bill(folder: string, lines: number, amount = '1'): string {
  const path = join(folder, `bill-${lines}-${amount}.csv`);
  const equal = `2026-03-02,paid_social,spring,${amount},USD,\n`;
  const other = '2026-03-02,paid_social,spring,5,USD,b\n';
  const text = Array.from({ length: lines }, (_, i) => (i % 10 === 9 ? equal + other : equal)).join('');
  writeFileSync(path, `date,channel,campaign_id,amount,currency,ad_set_id\n${text}`);
  return path;
}

async function spent(data: string): Promise<unknown> {
  const report = await json(['report', 'campaign', 'spring', '--data', data, ...PERIOD]);
  return (report['efficiency_metrics'] as unknown as { spend: string }).spend;
}

/** Stops while the second batch is being accepted. */
function stopped() {
  const stop = new AbortController();
  let batches = 0;
  const open: OpenTributary = (async (options: OpenOptions & { role?: 'all' }) => {
    const tributary = await openTributary(options);
    const accept = tributary.collector.accept.bind(tributary.collector);
    tributary.collector.accept = (...args) => {
      if (++batches === 2) stop.abort();
      return accept(...args);
    };
    return tributary;
  }) as OpenTributary;
  return { open: { openTributary: open }, stop: stop.signal };
}

test('each line of a bill counts, also when the import was stopped; the file again, or the next one, replaces it', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const command = ['import', 'spend', bill(folder, 40), '--batch', '7', '--data', data];
  expect((await cli(command, stopped())).code).toBe(130);
  expect((await cli(command)).err).toMatch(/going on after row (7|14)\b/);
  expect(await spent(data)).toBe('60.000000');
  expect(await ok([...command, '--restart'])).toMatch(/equal to an earlier one, counted once\s+44/);
  await ok(['import', 'spend', bill(folder, 40), '--batch', '13', '--data', data, '--restart']);
  expect(await spent(data)).toBe('60.000000');
  await ok(['import', 'spend', bill(folder, 40, '1.5'), '--batch', '9', '--data', data]);
  expect(await spent(data)).toBe('80.000000');
  expect(await ok(['doctor', '--data', data])).toContain('no problems found');
  // What is exported states the same again elsewhere.
  const out = join(folder, 'spend.csv');
  await ok(['export', 'spend', '--format', 'csv', '--out', out, '--data', data]);
  await ok(['import', 'spend', out, '--data', join(folder, 'elsewhere')]);
  expect(await spent(join(folder, 'elsewhere'))).toBe('80.000000');
});

test('equal refunds of a file each count, also written differently, and once however often it is imported', async () => {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  const file = (name: string, rows: object[]): string => {
    const path = join(folder, `${name}.ndjson`);
    writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return path;
  };
  const order = { order_id: 'o1', customer_id: 'ann', conversion_type: 'purchase', conversion_value: '100' };
  await ok([
    'import',
    'conversions',
    file('orders', [{ ...order, currency: 'USD', occurred_at: '2026-03-02T10:00:00Z' }]),
    '--data',
    data,
  ]);
  const refund = {
    order_id: 'o1',
    amount: '-5.00',
    currency: 'USD',
    reason: 'refund',
    occurred_at: '2026-03-03T10:00:00Z',
  };
  const refused = { ...refund, amount: '5.00' };
  const refunds = file('refunds', [
    refund,
    refused,
    { ...refund, amount: '-5', adjustment_id: null },
    { ...refund, adjustment_id: 'own' },
    refund,
  ]);
  for (const batch of ['1', '2', '5']) {
    const { code, out, err } = await cli([
      'import',
      'adjustments',
      refunds,
      '--batch',
      batch,
      '--data',
      data,
      '--restart',
    ]);
    expect([code, out]).toEqual([3, expect.stringMatching(/accepted\s+4/)]);
    expect(err).toContain('line 2: amount: is above zero, and a refund lowers the order; send "-5"');
  }
  const report = await json(['report', 'attribution', '--data', data, ...PERIOD]);
  expect(report['summary']).toMatchObject({ total_revenue: '80.000000' });
});
