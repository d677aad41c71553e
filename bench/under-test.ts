/** The servers that bench/ingest.ts and bench/sustained.ts measure, each in a process of its own, and what is sent to them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

export const ARRAY_ITEMS = 500;

export interface Server {
  child: ChildProcess;
  folder: string;
  address: string;
  token: string;
}

export const event = (id: string) => ({
  touchpoint_id: id,
  customer_id: 'customer_12345',
  session_id: 'session-2f6d1c',
  touchpoint_type: 'email_click',
  channel: 'email',
  campaign_id: 'summer_sale_2024',
  email_id: 'newsletter_001',
  message_id: 'message-77ab12',
  occurred_at: '2026-03-01T12:00:00Z',
  url: 'https://shop.example/products?utm_source=newsletter&utm_medium=email&utm_campaign=summer_sale',
  user_agent:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  custom_attributes: { product: 'PROD_001', price: 149.99 },
});

/** Starts a server of bench/servers.js. @param cores the processors that it may use, such as `0` or `0,1`; all when left out. */
export async function start(mode: string, cores?: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `tributary-bench-${mode}-`));
  const program = [process.execPath, new URL('./servers.js', import.meta.url).pathname, mode, folder];
  const [file, ...args] = cores === undefined ? program : ['taskset', '-c', cores, ...program];
  // As bin/tributary.js does.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
  const child = spawn(file!, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { address, token } = await message<{ address: string; token: string }>(child);
  return { child, folder, address, token };
}

export function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as T));
    child.once('exit', () => reject(new Error('the server under test ended before it answered')));
  });
}

export async function stop(server: Server): Promise<void> {
  const gone = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.kill('SIGKILL');
  await gone;
  rmSync(server.folder, { recursive: true, force: true });
}

let next_id = 0;
/** A body with a new id, so that no record is a repeat. */
export const single = (): string => JSON.stringify(event(`tp-${next_id++}`));
export const array = (): string => JSON.stringify(Array.from({ length: ARRAY_ITEMS }, () => event(`tp-${next_id++}`)));

/** Requests per second and refusals over a few seconds. */
export async function load(server: Server, path: string, body: () => string, connections: number, seconds: number) {
  const result = await autocannon({
    url: server.address + path,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
    requests: [{ setupRequest: (request) => ({ ...request, body: body() }) }],
  });
  return {
    per_second: result['2xx'] / result.duration,
    ok: result['2xx'],
    refused: result.non2xx,
    p99_ms: result.latency.p99,
  };
}

/** Waits until all that was accepted is loaded. */
export async function settle(server: Server): Promise<void> {
  for (;;) {
    const answer = await fetch(`${server.address}/v1/flush`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}` },
    });
    if (answer.ok) return;
  }
}

/** What a server has used so far. */
export interface Used {
  processor_ms: number;
  rss_bytes: number;
}

export function used(server: Server): Promise<Used> {
  const answer = message<Used>(server.child);
  server.child.send('used');
  return answer;
}
