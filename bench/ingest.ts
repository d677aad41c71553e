/** The cost of durability beside receiving and validating, for single events and arrays, and the memory under overload. */
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, save, show, showRatio } from './report.ts';
import { eventToReport, sustained } from './sustained.ts';
import { ARRAY_ITEMS, array, load, type Server, settle, single, start, stop, type Used } from './under-test.ts';

const ROUNDS = 5;
const SECONDS = 5;
const OVERLOAD_SECONDS = 60;

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

async function compare(
  floor: Server,
  product: Server,
  paths: [string, string],
  body: () => string,
  { connections, seconds }: { connections: number; seconds: number },
) {
  const rates = { floor: [] as number[], product: [] as number[], p99_ms: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const below = await load(floor, paths[0], body, connections, seconds);
    const ours = await load(product, paths[1], body, connections, seconds);
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

/** @param scale the share of the usual time of each measurement. */
export async function benchIngest(scale = 1): Promise<void> {
  const seconds = Math.max(1, Math.round(SECONDS * scale));
  const fdatasync_ms = await fdatasyncMs();
  const connections = fdatasync_ms > 1 ? 512 : 64;
  console.log(`ingest: fdatasync p50 ${fdatasync_ms.toFixed(2)} ms, ${connections} connections`);
  let results: object = {};
  const [floor, product] = [await start('floor'), await start('product')];
  try {
    const one = await compare(floor, product, ['/v1/touchpoints', '/v1/touchpoints'], single, { connections, seconds });
    show('one event: floor (validates, does nothing), requests/s', median(one.floor).toFixed(0));
    show(
      'one event: durable, requests/s',
      `${median(one.product).toFixed(0)}  (p99 ${median(one.p99_ms).toFixed(1)} ms)`,
    );
    showRatio('one event: durable / floor', one.ratio, { at_least: 0.95 });
    const many = await compare(floor, product, ['/v1/array', '/v1/touchpoints'], array, { connections: 8, seconds });
    show(`arrays of ${ARRAY_ITEMS}: parse and validate alone, events/s`, (median(many.floor) * ARRAY_ITEMS).toFixed(0));
    show(`arrays of ${ARRAY_ITEMS}: durable, events/s`, (median(many.product) * ARRAY_ITEMS).toFixed(0));
    showRatio(`arrays of ${ARRAY_ITEMS}: durable / parse and validate alone`, many.ratio, { at_least: 0.8 });
    results = { one, many };
  } finally {
    await stop(floor);
    await stop(product);
  }
  const loaded = await sustained(2 * seconds);
  const seen = await eventToReport();
  save(
    'ingest',
    { rounds: ROUNDS, seconds, connections, array_items: ARRAY_ITEMS },
    { fdatasync_ms, ...results, sustained: loaded, event_to_report: seen },
  );
}

/** Sends for a minute more than the loader can take into a spool of 50 MB. It must give 503s, and memory must not grow. */
export async function benchOverload(): Promise<void> {
  console.log(`overload: ${OVERLOAD_SECONDS} s of arrays into a spool of 50 MB`);
  const server = await start('overload');
  try {
    const samples: number[] = [];
    const sampler = setInterval(() => server.child.send('used'), 1_000);
    server.child.on('message', (value) => samples.push((value as Used).rss_bytes));
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
