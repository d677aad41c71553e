/** The cost of durability beside receiving and validating, for single events and arrays, and the memory under overload. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { median, save, show, showRatio } from './report.ts';

const ROUNDS = 5;
const SECONDS = 5;
const OVERLOAD_SECONDS = 60;
const ARRAY_ITEMS = 500;

interface Server {
  child: ChildProcess;
  folder: string;
  address: string;
  token: string;
}

const event = (id: string) => ({
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

async function start(mode: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `tributary-bench-${mode}-`));
  const child = fork(new URL('./servers.js', import.meta.url).pathname, [mode, folder], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { address, token } = await message<{ address: string; token: string }>(child);
  return { child, folder, address, token };
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as T));
    child.once('exit', () => reject(new Error('the server under test ended before it answered')));
  });
}

async function stop(server: Server): Promise<void> {
  const gone = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.kill('SIGKILL');
  await gone;
  rmSync(server.folder, { recursive: true, force: true });
}

let next_id = 0;
/** A body with a new id, so that no record is a repeat. */
const single = (): string => JSON.stringify(event(`tp-${next_id++}`));
const array = (): string => JSON.stringify(Array.from({ length: ARRAY_ITEMS }, () => event(`tp-${next_id++}`)));

/** Requests per second and refusals over a few seconds. */
async function load(server: Server, path: string, body: () => string, connections: number, seconds: number) {
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

async function fdatasyncMs(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-fsync-'));
  const file = await open(join(folder, 'file'), 'a');
  const times: number[] = [];
  for (let i = 0; i < 200; i++) {
    await file.write(Buffer.alloc(4_096, i));
    const start = performance.now();
    await file.datasync();
    times.push(performance.now() - start);
  }
  await file.close();
  rmSync(folder, { recursive: true });
  return median(times);
}

async function settle(server: Server): Promise<void> {
  for (;;) {
    const answer = await fetch(`${server.address}/v1/flush`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}` },
    });
    if (answer.ok) return;
  }
}

async function compare(
  floor: Server,
  product: Server,
  paths: [string, string],
  body: () => string,
  connections: number,
) {
  const rates = { floor: [] as number[], product: [] as number[], p99_ms: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const below = await load(floor, paths[0], body, connections, SECONDS);
    const ours = await load(product, paths[1], body, connections, SECONDS);
    // Records that are still in the spool would be loaded while the floor is measured.
    await settle(product);
    if (ours.refused > 0) throw new Error(`${ours.refused} requests were refused`);
    if (round === 0) continue; // warms both up
    rates.floor.push(below.per_second);
    rates.product.push(ours.per_second);
    rates.p99_ms.push(ours.p99_ms);
  }
  return { ...rates, ratio: median(rates.product) / median(rates.floor) };
}

export async function benchIngest(): Promise<void> {
  const fdatasync_ms = await fdatasyncMs();
  const connections = fdatasync_ms > 1 ? 512 : 64;
  console.log(`ingest: fdatasync p50 ${fdatasync_ms.toFixed(2)} ms, ${connections} connections`);
  const [floor, product] = [await start('floor'), await start('product')];
  try {
    const one = await compare(floor, product, ['/v1/touchpoints', '/v1/touchpoints'], single, connections);
    show('one event: floor (validates, does nothing), requests/s', median(one.floor).toFixed(0));
    show(
      'one event: durable, requests/s',
      `${median(one.product).toFixed(0)}  (p99 ${median(one.p99_ms).toFixed(1)} ms)`,
    );
    showRatio('one event: durable / floor', one.ratio, { at_least: 0.75 });
    const many = await compare(floor, product, ['/v1/array', '/v1/touchpoints'], array, 8);
    show(`arrays of ${ARRAY_ITEMS}: parse and validate alone, events/s`, (median(many.floor) * ARRAY_ITEMS).toFixed(0));
    show(`arrays of ${ARRAY_ITEMS}: durable, events/s`, (median(many.product) * ARRAY_ITEMS).toFixed(0));
    showRatio(`arrays of ${ARRAY_ITEMS}: durable / parse and validate alone`, many.ratio, { at_least: 0.6 });
    save(
      'ingest',
      { rounds: ROUNDS, seconds: SECONDS, connections, array_items: ARRAY_ITEMS },
      { fdatasync_ms, one, many },
    );
  } finally {
    await stop(floor);
    await stop(product);
  }
}

/** Sends for a minute more than the loader can take into a spool of 50 MB. It must give 503s, and memory must not grow. */
export async function benchOverload(): Promise<void> {
  console.log(`overload: ${OVERLOAD_SECONDS} s of arrays into a spool of 50 MB`);
  const server = await start('overload');
  try {
    const samples: number[] = [];
    const sampler = setInterval(() => server.child.send('memory'), 1_000);
    server.child.on('message', (value) => samples.push((value as { rss_bytes: number }).rss_bytes));
    const result = await load(server, '/v1/touchpoints', array, 16, OVERLOAD_SECONDS);
    clearInterval(sampler);
    const last = samples.slice(-20);
    show('accepted events', String(result.ok * ARRAY_ITEMS));
    show('refused requests (503)', String(result.refused));
    show(
      'resident memory: after 10 s, peak, at the end',
      `${mib(samples[10])}, ${mib(Math.max(...samples))}, ${mib(last.at(-1))} MiB`,
    );
    save(
      'overload',
      { seconds: OVERLOAD_SECONDS, max_spool_bytes: 50_000_000, connections: 16 },
      { ...result, rss_bytes: samples },
    );
  } finally {
    await stop(server);
  }
}

function mib(bytes: number | undefined): string {
  return ((bytes ?? 0) / 2 ** 20).toFixed(0);
}
