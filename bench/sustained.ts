/** Collection together with loading: records a second, and how soon a report shows an event. */
import { setTimeout as sleep } from 'node:timers/promises';
import { show, showRatio } from './report.ts';
import { ARRAY_ITEMS, array, event, load, type Server, settle, start, stop, used } from './under-test.ts';

/** Arrays in flight, so that the server always has work. */
const CONNECTIONS = 4;

export interface Sustained {
  records: number;
  /** From the first request until the last record is loaded. */
  per_second: number;
  /** By the processor time of the server, all threads. */
  per_processor_second: number;
}

/** Sends arrays for some seconds and waits until all is loaded. */
async function sustain(server: Server, seconds: number): Promise<Sustained> {
  const before = await used(server);
  const started = performance.now();
  const { ok, refused } = await load(server, '/v1/touchpoints', array, CONNECTIONS, seconds);
  if (refused > 0) throw new Error(`${refused} requests were refused`);
  await settle(server);
  const elapsed_ms = performance.now() - started;
  const records = ok * ARRAY_ITEMS;
  const processor_ms = (await used(server)).processor_ms - before.processor_ms;
  return {
    records,
    per_second: (1_000 * records) / elapsed_ms,
    per_processor_second: (1_000 * records) / processor_ms,
  };
}

/** Collection and loading on one core and on two. The generator of the load shares these cores. */
export async function sustained(seconds: number): Promise<{ one: Sustained; two: Sustained }> {
  const measured: Sustained[] = [];
  for (const cores of ['0', '0,1']) {
    const server = await start('product', cores);
    try {
      await sustain(server, 2); // warms it up
      measured.push(await sustain(server, seconds));
    } finally {
      await stop(server);
    }
  }
  const [one, two] = measured as [Sustained, Sustained];
  const perCore = ({ per_processor_second }: Sustained): string =>
    `${per_processor_second.toFixed(0)} of one core's time`;
  show('collected and loaded on one core, records/s', `${one.per_second.toFixed(0)}  (${perCore(one)})`);
  show('collected and loaded on two cores, records/s', `${two.per_second.toFixed(0)}  (${perCore(two)})`);
  showRatio('collected and loaded, records/s of one core / 35,000', one.per_processor_second / 35_000, { at_least: 1 });
  showRatio('collected and loaded, two cores / one core', two.per_second / one.per_second, { at_least: 1.6 });
  return { one, two };
}

const EVENTS = 100;
/** Other events that come in meanwhile, in arrays of 100. */
const OTHERS_PER_SECOND = 1_000;

/** From the 202 of one event until the first report that shows it has arrived, while other events come in. Milliseconds. */
export async function eventToReport(): Promise<{ p50_ms: number; p99_ms: number }> {
  const server = await start('product');
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${server.token}` };
  const send = (events: object | object[]): Promise<Response> =>
    fetch(`${server.address}/v1/touchpoints`, { method: 'POST', headers, body: JSON.stringify(events) });
  let others = 0;
  const background = setInterval(() => {
    send(Array.from({ length: 100 }, () => event(`other-${others++}`))).catch(() => undefined);
  }, 100_000 / OTHERS_PER_SECOND);
  try {
    await sleep(2_000);
    const times: number[] = [];
    for (let i = 0; i < EVENTS; i++) {
      // Each begins at another moment of the loader's rest.
      await sleep(Math.random() * 100);
      await send({ ...event(`seen-${i}`), customer_id: `seen-${i}` });
      const accepted = performance.now();
      for (;;) {
        const report = await fetch(`${server.address}/v1/customers/seen-${i}`, { headers });
        await report.arrayBuffer();
        if (report.ok) break;
      }
      times.push(performance.now() - accepted);
    }
    times.sort((a, b) => a - b);
    const [p50_ms, p99_ms] = [times[Math.floor(EVENTS / 2)]!, times[Math.floor(EVENTS * 0.99)]!];
    show('event to report, ms: p50', p50_ms.toFixed(0));
    showRatio('event to report, ms: p99', p99_ms, { at_most: 500 });
    return { p50_ms, p99_ms };
  } finally {
    clearInterval(background);
    await stop(server);
  }
}
