import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FolderLock } from '../../src/files/folder-lock.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok, serving } from './harness.ts';

const root = temporaryFolder();
const data = join(root, 'data');
const MARCH = ['--start', '2026-03-01', '--end', '2026-04-01'];
const at = (time: string): string => `2026-03-10T${time}Z`;

/** An email open, a direct visit and an order of 149.99, a refund, and an order that nothing led to. */
const FILES: Record<string, object[]> = {
  touchpoints: [
    {
      touchpoint_id: 'open',
      customer_id: 'ann',
      touchpoint_type: 'email_open',
      channel: 'email',
      campaign_id: 'spring',
      email_id: 'spring-1',
      occurred_at: at('09:00:00'),
    },
    {
      touchpoint_id: 'visit',
      customer_id: 'ann',
      touchpoint_type: 'direct_visit',
      channel: 'direct',
      occurred_at: at('11:00:00'),
    },
    {
      touchpoint_id: 'machine',
      customer_id: 'ann',
      touchpoint_type: 'email_open',
      channel: 'email',
      campaign_id: 'spring',
      verdict: 'machine',
      occurred_at: at('08:00:00'),
    },
  ],
  conversions: [
    {
      conversion_id: 'order-1',
      customer_id: 'ann',
      conversion_type: 'purchase',
      conversion_value: '149.99',
      currency: 'USD',
      occurred_at: at('12:00:00'),
    },
    {
      conversion_id: 'order-2',
      customer_id: 'bob',
      conversion_type: 'purchase',
      conversion_value: 30,
      currency: 'USD',
      occurred_at: at('12:00:00'),
    },
  ],
  adjustments: [
    {
      adjustment_id: 'r1',
      conversion_id: 'order-2',
      amount: '-10.00',
      currency: 'USD',
      reason: 'refund',
      occurred_at: at('15:00:00'),
    },
  ],
  email_events: [
    {
      event_id: 'e1',
      event_type: 'delivered',
      customer_id: 'ann',
      campaign_id: 'spring',
      email_id: 'spring-1',
      occurred_at: at('08:00:00'),
    },
  ],
};

beforeAll(async () => {
  for (const [record, items] of Object.entries(FILES)) {
    const path = join(root, `${record}.ndjson`);
    writeFileSync(path, items.map((item) => JSON.stringify(item) + '\n').join(''));
    await ok(['import', record, path, '--data', data]);
  }
});

describe('a report', () => {
  it('gives 74.995 to each of two touches of an order of 149.99, as JSON', async () => {
    const report = await json([
      'report',
      'attribution',
      ...MARCH,
      '--model',
      'linear',
      '--group-by',
      'channel',
      '--data',
      data,
    ]);
    expect(report['channel_attribution']).toMatchObject([
      { channel: 'direct', attributed_revenue: '74.995000', credited_conversions: 0.5 },
      { channel: 'email', attributed_revenue: '74.995000', credited_conversions: 0.5 },
    ]);
    expect(report['reconciliation']).toMatchObject({
      net_revenue_micros: '169990000',
      unattributed_micros: { no_touch: '20000000' },
    });
  });

  it('is a table that adds up', async () => {
    const out = await ok([
      'report',
      'attribution',
      ...MARCH,
      '--model',
      'linear',
      '--group-by',
      'channel',
      '--data',
      data,
    ]);
    expect(out).toContain('Attribution · linear · 2026-03-01 until before 2026-04-01 · USD');
    expect(out).toMatch(/email\s+1\s+0\.50\s+74\.995\s+50\.0 %\n/);
    expect(out).toMatch(/channel\s+touched\s+credited\s+revenue USD\s+share\n/);
    expect(out).toMatch(/attributed\s+149\.99\n\s+unattributed: no_touch\s+20\.00\n\s+─+\n\s+net revenue\s+169\.99\n/);
  });

  it('sets several models side by side, and as CSV under each other', async () => {
    const command = [
      'report',
      'attribution',
      ...MARCH,
      '--models',
      'first_touch,last_touch',
      '--group-by',
      'channel',
      '--data',
      data,
    ];
    const table = await ok(command);
    expect(table).toMatch(/email\s+1\s+149\.99\s+0\.00\n/);
    expect(table).toMatch(/direct\s+1\s+0\.00\s+149\.99\n/);
    const csv = (await ok([...command, '--csv'])).split('\r\n');
    expect(csv[0]).toMatch(/^attribution_model,channel,touched_conversions,/);
    expect(csv[1]).toMatch(/^first_touch,email,1,1,149990000,149\.990000,/);
    // After the groups of each model comes what no touch earned.
    expect(csv[3]).toMatch(/^first_touch,,,,,,,,,,,no_touch,20000000,20\.000000$/);
    expect(csv).toHaveLength(8);
  });

  it('takes every flag of the HTTP API', async () => {
    const flags = [
      '--collapse',
      'none',
      '--adjustments',
      'own_day',
      '--lookback',
      'since_previous_conversion',
      '--exclude-direct',
      '--include-machine',
    ];
    const more = [
      '--brand',
      'default',
      '--currency',
      'USD',
      '--conversion-type',
      'purchase',
      '--as-of',
      '2030-01-01T00:00:00Z',
    ];
    const report = await json([
      'report',
      'attribution',
      ...MARCH,
      ...flags,
      ...more,
      '--group-by',
      'channel',
      '--data',
      data,
    ]);
    expect(report['channel_attribution']).toMatchObject([{ channel: 'email', attributed_revenue: '149.990000' }]);
  });

  it('says what is wrong in one line, without a trace', async () => {
    const failing = async (...argv: string[]) => cli([...argv, '--data', data]);
    expect(await failing('report', 'attribution', '--model', 'magic')).toMatchObject({ code: 1, out: '' });
    expect((await failing('report', 'attribution', '--group-by', 'weather')).err).toMatch(
      /^error: group_by: "weather" is unknown; known keys are [^\n]+\n$/,
    );
    expect((await failing('report', 'attribution', '--json', '--csv')).err).toBe(
      'error: --csv: give either --json or --csv, not both\n',
    );
    expect((await failing('receipt', 'order-9')).err).toMatch(/^error: conversion_id: [^\n]+\n$/);
    expect(await cli(['report', 'attribution', '--data', join(root, 'nowhere')])).toMatchObject({ code: 1 });
    expect(await failing('report', 'weather')).toMatchObject({ code: 2 });
    expect(await failing('report', 'attribution', '--weather')).toMatchObject({ code: 2 });
    expect((await failing('report', 'attribution', '--help')).code).toBe(0);
  });

  it('shows journeys, a campaign, a customer and a receipt', async () => {
    expect(await ok(['report', 'journeys', ...MARCH, '--data', data])).toMatch(/Same Day\s+2\s+2\s+169\.99/);
    const campaign = await ok(['report', 'campaign', 'spring', ...MARCH, '--data', data]);
    expect(campaign).toMatch(/human opens\s+1\n/);
    expect(campaign).toMatch(/attributed revenue\s+75\.00\n/);
    expect(await ok(['report', 'customer', 'ann', '--data', data])).toMatch(/purchase\s+ORDER\s+order-1\s+149\.99/);
    const receipt = await ok(['receipt', 'order-1', '--model', 'linear', '--data', data]);
    expect(receipt).toMatch(/1\s+3\.0 h before\s+email_open\s+email\s+spring-1\s+50\.0 %\s+74\.995\n/);
    expect(receipt).toMatch(/4\.0 h before\s+email_open\s+email\s+machine\s+was a machine/);
    expect(await ok(['receipt', 'order-2', '--data', data])).toMatch(
      /refund of 2026-03-10\s+-10\.00\n\s+net USD\s+20\.00[\s\S]*unattributed: no_touch, 20\.00 USD/,
    );
    expect(await ok(['receipt', 'order-1', '--csv', '--data', data])).toContain('credit.linear.attributed_revenue');
  });
});

describe('a frozen run', () => {
  it('is compared with today, and the causes add up to the difference', async () => {
    await ok(['runs', 'freeze', 'march', ...MARCH, '--models', 'linear', '--data', data]);
    expect(await ok(['runs', 'list', '--data', data])).toContain('march');
    expect((await cli(['runs', 'freeze', 'march', '--data', data])).err).toContain(
      'error: run_id: march is frozen already',
    );
    const late = join(root, 'late.ndjson');
    writeFileSync(
      late,
      JSON.stringify({
        ...FILES['adjustments']![0],
        adjustment_id: 'r2',
        amount: '-5.00',
        occurred_at: at('16:00:00'),
      }),
    );
    await ok(['import', 'adjustments', late, '--data', data]);
    const out = await ok(['runs', 'compare', 'march', '--data', data]);
    expect(out).toMatch(/channel\s+frozen\s+± refunds\s+today\n/);
    expect(out).toMatch(/net revenue\s+169\.990\s+-5\.000\s+164\.990\n/);
  });
});

describe('with a server running on the data', () => {
  it('commands go through it and answer the same', async () => {
    const questions = [
      ['report', 'attribution', ...MARCH, '--models', 'linear,time_decay'],
      ['report', 'journeys', ...MARCH],
      ['report', 'campaign', 'spring', ...MARCH],
      ['receipt', 'order-1'],
    ];
    const alone: Record<string, unknown>[] = [];
    for (const question of questions) alone.push(await json([...question, '--data', data]));
    const server = await serving(data);
    try {
      expect(server.out()).toContain(`${server.address}/docs`);
      expect(server.out()).toMatch(/setup token.*\n {2}trb_setup_[\w-]{32}\n/);
      expect(statSync(join(data, 'server.json')).mode & 0o777).toBe(0o600);
      for (const [i, question] of questions.entries())
        expect(await json([...question, '--data', data])).toEqual(alone[i]);
      expect((await cli(['serve', '--data', data, '--port', '0'])).err).toContain(
        `a server is running on ${data} already, at ${server.address}`,
      );
      const path = join(root, 'through.csv');
      writeFileSync(
        path,
        'customer_id,touchpoint_type,occurred_at\n' +
          'c,email_click,2026-03-20T10:00:00Z\nd,nonsense,2026-03-20T10:00:00Z\n'.repeat(3),
      );
      const imported = await cli(['import', 'touchpoints', path, '--batch', '2', '--data', data]);
      expect(imported).toMatchObject({ code: 3 });
      expect(imported.err).toContain('line 3: touchpoint_type: "nonsense" is not one of');
      expect(await ok(['doctor', '--data', data])).toContain('no problems found');
      await ok(['keys', 'create', '--name', 'shop', '--data', data]);
      expect((await json(['keys', 'list', '--data', data]))['keys']).toHaveLength(5);
    } finally {
      expect(await server.stop()).toBe(0);
    }
    expect((await json(['report', 'attribution', ...MARCH, '--data', data]))['as_of']).not.toBe(alone[0]!['as_of']);
  });

  it('a server.json that a dead server left is ignored, also when other programs have its pid and its port', async () => {
    const asked: string[] = [];
    const other = createServer(({ url }, response) => {
      asked.push(url!);
      response.end('{}');
    });
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const leave = (pid: number): void =>
      writeFileSync(join(data, 'server.json'), JSON.stringify({ address, token: 'secret', pid }));
    for (const pid of [2 ** 22 + 1, process.ppid, process.pid]) {
      leave(pid);
      expect(await ok(['doctor', '--data', data])).toContain('no problems found');
    }
    // Another command has the folder open.
    leave(process.ppid);
    const lock = FolderLock.take(data);
    expect((await cli(['doctor', '--data', data])).err).toContain('is in use by another process');
    lock.release();
    other.close();
    rmSync(join(data, 'server.json'));
    expect(asked).toEqual([]);
  });
});

describe('keys, backup and export', () => {
  it('makes, lists and revokes keys', async () => {
    const folder = join(root, 'keys');
    const made = await json([
      'keys',
      'create',
      '--name',
      'shop',
      '--scope',
      'write',
      '--brand',
      'acme',
      '--data',
      folder,
    ]);
    expect(made).toMatchObject({ name: 'shop', scopes: ['write'], brand_id: 'acme' });
    expect(readFileSync(join(folder, 'state.db')).includes(made['key'] as unknown as string)).toBe(false);
    expect(await ok(['keys', 'list', '--data', folder])).toContain('shop');
    expect((await json(['keys', 'list', '--data', folder]))['keys']).toHaveLength(1);
    await ok(['keys', 'revoke', made['key_id'] as unknown as string, '--data', folder]);
    expect(await ok(['keys', 'list', '--data', folder])).toContain('no keys yet');
    expect((await cli(['keys', 'create', '--name', 'x', '--scope', 'all', '--data', folder])).code).toBe(2);
  });

  it('backs up, restores into a new folder, and the reports are the same', async () => {
    const question = ['report', 'attribution', ...MARCH, '--models', 'linear,first_touch'];
    const before = await json([...question, '--data', data]);
    const [backup, restored] = [join(root, 'backup'), join(root, 'restored')];
    await ok(['doctor', '--backup', backup, '--data', data]);
    await ok(['doctor', '--restore', backup, '--data', restored]);
    expect(await json([...question, '--data', restored])).toEqual(before);
    const again = await ok(['import', 'conversions', join(root, 'conversions.ndjson'), '--data', restored]);
    expect(again).toMatch(/equal to an earlier one, counted once\s+2/);
    expect((await cli(['doctor', '--restore', backup, '--data', restored])).err).toMatch(
      /^error: .*restore into a new data folder\n$/,
    );
    expect((await cli(['doctor', '--backup', backup, '--data', data])).err).toContain('not empty');
    expect(await ok(['doctor', '--compact', '--data', data])).toBe('compacted\n');
    expect(await ok(['doctor', '--replay-dead-letters', '--data', data])).toBe(
      '0 dead letters were put into the spool again\n',
    );
    expect((await json(['reclassify', '--data', data]))['changed']).toBe(0);
  });

  it('exports what import takes back: the same orders in another folder', async () => {
    const [out, copy] = [join(root, 'export'), join(root, 'copy')];
    for (const format of ['ndjson', 'csv', 'parquet']) {
      await ok(['export', 'all', '--format', format, '--out', join(out, format), '--data', data]);
      for (const record of ['touchpoints', 'conversions', 'adjustments']) {
        await ok(['import', record, join(out, format, `${record}.${format}`), '--data', `${copy}-${format}`]);
      }
      const report = await json(['report', 'attribution', ...MARCH, '--data', `${copy}-${format}`]);
      expect(report['reconciliation']).toMatchObject({
        net_revenue_micros: '164990000',
        unattributed_micros: { no_touch: '15000000' },
      });
    }
    expect((await cli(['export', 'all', '--format', 'csv', '--out', join(out, 'csv'), '--data', data])).err).toContain(
      'exists already',
    );
  });
});
