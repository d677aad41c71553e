/** Several collector processes by one command: one port, a name and a spool each, and nothing lost when one ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { ServerFile } from '../../src/server/serve.ts';
import { clickHouseUrl } from '../support/clickhouse.ts';
import { bearer, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli } from './harness.ts';

const KEY = 'admin-key-of-the-collectors';
const BIN = join(import.meta.dirname, '../../bin/tributary.js');
const headers = { ...bearer(KEY), 'content-type': 'application/json', connection: 'close' };

interface Together {
  child: ChildProcess;
  address: string;
  out: () => string;
}

async function serveTogether(data: string, warehouse: string): Promise<Together> {
  const argv = ['serve', '--data', data, '--port', '0', '--collectors', '2', '--warehouse', warehouse];
  const env = { ...process.env, TRIBUTARY_ADMIN_KEY: KEY, TRIBUTARY_LOG_LEVEL: 'error' };
  const child = spawn(process.execPath, [BIN, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (out += part));
  await expect.poll(() => out, { timeout: 60_000 }).toMatch(/Tributary listens on .* with 2 collectors/);
  const [address] = /http:\/\/127[^ ]+(?= with 2)/.exec(out)!;
  return { child, address, out: () => out };
}

const serverOf = (data: string, number: number): ServerFile =>
  JSON.parse(readFileSync(join(data, 'collectors', String(number), 'server.json'), 'utf8')) as ServerFile;

const healthOf = async (data: string, number: number): Promise<Record<string, unknown>> =>
  (await (await fetch(`${serverOf(data, number).address}/health`)).json()) as Record<string, unknown>;

test.each([
  [[], /--collectors: needs a ClickHouse that several processes share/],
  [['--role', 'report'], /--collectors: a server of the role report has no collector/],
])('%j cannot be served by several collectors, and nothing is made', async (flags, message) => {
  const data = join(temporaryFolder(), 'data');
  const argv = ['serve', '--collectors', '2', '--data', data, ...flags];
  const { code, err } = await cli(argv, { env: { TRIBUTARY_WAREHOUSE: '' } });
  expect(code).toBe(1);
  expect(err).toMatch(message);
  expect(existsSync(data)).toBe(false);
});

describe.skipIf(inject('clickhouse_url') === '')('two collectors on one port', () => {
  test('share the events, keep them when one is killed, and load them when they are stopped', async () => {
    const data = temporaryFolder();
    const { child, address, out } = await serveTogether(data, clickHouseUrl('together'));
    const send = (id: string, patience_ms = 60_000): Promise<Response> =>
      fetch(`${address}/v1/touchpoints`, {
        method: 'POST',
        headers,
        signal: AbortSignal.timeout(patience_ms),
        body: JSON.stringify({ ...TOUCH, touchpoint_id: id }),
      });
    const ids = Array.from({ length: 40 }, (_, i) => `t${i}`);
    for (const id of ids.slice(0, 20)) expect((await send(id)).status).toBe(202);
    const before = await Promise.all([healthOf(data, 1), healthOf(data, 2)]);
    expect(before[0]!['collector']).not.toBe(before[1]!['collector']);
    for (const number of [1, 2]) {
      const metrics = await (await fetch(`${serverOf(data, number).address}/metrics`, { headers })).text();
      expect(metrics).toMatch(/records_accepted_total\{record="touchpoints"\} 10/);
    }
    // One of them ends as in a crash: the other goes on, and it comes back with its name and its spool.
    const killed = serverOf(data, 2).pid;
    process.kill(killed, 'SIGKILL');
    const accepted: string[] = [];
    // A connection that was on its way to it may get no answer.
    for (const id of ids.slice(20))
      if ((await send(id, 2_000).catch(() => undefined))?.status === 202) accepted.push(id);
    await expect
      .poll(async () => serverOf(data, 2).pid !== killed && (await healthOf(data, 2))['collector'], { timeout: 60_000 })
      .toBe(before[1]!['collector']);
    expect(out()).toContain('collector 2 ended (SIGKILL) and is started again');
    expect(accepted.length).toBeGreaterThan(10);
    for (const number of [1, 2]) await fetch(`${serverOf(data, number).address}/v1/flush`, { method: 'POST', headers });
    const { warehouse } = (await (await fetch(`${address}/v1/doctor`, { headers })).json()) as {
      warehouse: { tables: Array<{ table: string; rows: number }> };
    };
    const rows = warehouse.tables.find(({ table }) => table === 'touchpoints')!.rows;
    // What got no answer may have been accepted.
    expect(rows).toBeGreaterThanOrEqual(20 + accepted.length);
    expect(rows).toBeLessThanOrEqual(ids.length);
    // The folder is in use, as that of any server.
    const other = await cli(['doctor', '--data', data, '--warehouse', clickHouseUrl('together')]);
    expect(other.err).toMatch(/another process/);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await ended)[0]).toBe(0);
    for (const number of ['1', '2']) {
      expect(existsSync(join(data, 'collectors', number, 'server.json'))).toBe(false);
      expect(readdirSync(join(data, 'collectors', number, 'spool'))).toHaveLength(1);
    }
  });
});
