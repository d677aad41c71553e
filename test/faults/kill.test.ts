/** kill -9 at random moments: what was acknowledged is in the report, once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';

/** 10 in `npm test`, 50 in `npm run faults`. */
const KILLS = Number(process.env['TRIBUTARY_KILLS'] ?? 10);
const ENTRY = new URL('../../bin/tributary.js', import.meta.url).pathname;
const ITEMS_PER_REQUEST = 25;
const CLIENTS = 4;
const START_TIMEOUT_MS = 20_000;

interface Running {
  process: ChildProcess;
  address: string;
  token: string;
}

const folders: string[] = [];
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(folder: string): Promise<Running> {
  rmSync(join(folder, 'server.json'), { force: true });
  const child = spawn(process.execPath, [ENTRY, 'serve', '--data', folder, '--port', '0'], { stdio: 'ignore' });
  running.add(child);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const path = join(folder, 'server.json');
    if (existsSync(path)) {
      try {
        const { address, token } = JSON.parse(readFileSync(path, 'utf8')) as { address: string; token: string };
        if ((await fetch(`${address}/health`)).ok) return { process: child, address, token };
      } catch {
        // The file is being written, or the server is not listening yet.
      }
    }
    await sleep(20);
  }
  throw new Error('the server did not start');
}

async function kill(server: Running): Promise<void> {
  const gone = new Promise((resolve) => server.process.once('exit', resolve));
  server.process.kill('SIGKILL');
  await gone;
  running.delete(server.process);
}

function post(server: Running, path: string, body: unknown): Promise<Response> {
  return fetch(server.address + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function order(id: string): Record<string, string> {
  return {
    conversion_id: id,
    customer_id: `customer-of-${id}`,
    conversion_type: 'purchase',
    conversion_value: '1.00',
    currency: 'USD',
    occurred_at: '2026-03-01T12:00:00Z',
  };
}

/** Sends orders until the server is gone. A request without an answer is sent again to the next server. */
async function pour(
  server: Running,
  client: string,
  acknowledged: Set<string>,
  unanswered: string[][],
  stopped: () => boolean,
): Promise<void> {
  for (let request = 0; !stopped(); request++) {
    const ids = unanswered.pop() ?? Array.from({ length: ITEMS_PER_REQUEST }, (_, i) => `${client}-${request}-${i}`);
    try {
      const response = await post(server, '/v1/conversions', ids.map(order));
      if (response.status === 202) for (const id of ids) acknowledged.add(id);
      else unanswered.push(ids);
    } catch {
      unanswered.push(ids);
      return;
    }
  }
}

describe('after kill -9', () => {
  test(`every acknowledged order is in the report once (${KILLS} kills)`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tributary-kill-'));
    folders.push(folder);
    const acknowledged = new Set<string>();
    const unanswered: string[][] = [];
    for (let round = 0; round < KILLS; round++) {
      const server = await start(folder);
      let stop = false;
      const clients = Array.from({ length: CLIENTS }, (_, c) =>
        pour(server, `r${round}c${c}`, acknowledged, unanswered, () => stop),
      );
      // Any moment: while writing, while loading, between the two.
      await sleep(50 + ((round * 397) % 900));
      await kill(server);
      stop = true;
      await Promise.all(clients);
    }
    const server = await start(folder);
    while (unanswered.length > 0) {
      const ids = unanswered.pop()!;
      const response = await post(server, '/v1/conversions', ids.map(order));
      expect(response.status).toBe(202);
      for (const id of ids) acknowledged.add(id);
    }
    expect((await post(server, '/v1/flush', {})).status).toBe(200);
    const url = `${server.address}/v1/reports/attribution?start=2026-03-01&end=2026-03-02`;
    const report = (await (await fetch(url, { headers: { authorization: `Bearer ${server.token}` } })).json()) as {
      summary: { total_conversions: number; total_revenue: string };
    };
    expect(acknowledged.size).toBeGreaterThan(KILLS * ITEMS_PER_REQUEST);
    expect(report.summary.total_conversions).toBe(acknowledged.size);
    expect(report.summary.total_revenue).toBe(`${acknowledged.size}.000000`);
    await kill(server);
  }, 600_000);
});
