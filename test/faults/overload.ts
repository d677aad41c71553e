/** Four times the load that can be loaded: refused in time, nothing taken and lost, and memory that stays bounded. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario, Size } from './harness.ts';
import type { Server } from './server.ts';
import type { Stage } from './stage.ts';

const ITEMS = 250;
/** Requests that wait for their answer at most; what comes on top counts as sent by clients that have to wait too. */
const MOST_IN_FLIGHT = 200;
const TICK_MS = 20;
const TIMES = 4;
const SPOOL_BYTES: Record<Size, number> = { small: 1_000_000, deep: 10_000_000, full: 20_000_000 };
const MEASURED_REQUESTS: Record<Size, number> = { small: 16, deep: 200, full: 400 };
const OFFERED_MS: Record<Size, number> = { small: 3_000, deep: 12_000, full: 60_000 };
/** What DuckDB may take, and four times that for the whole process: heap, requests in flight, filter of known ids. */
const DUCKDB_BYTES = 300_000_000;
const MOST_RSS_BYTES = 4 * DUCKDB_BYTES;

/** Records a second that are accepted and loaded when there are no more of them than that. */
async function sustainable(stage: Stage, server: Server, requests: number): Promise<number> {
  const started = performance.now();
  for (let sent = 0; sent < requests; sent += 4) {
    const four = [0, 1, 2, 3].map((i) => stage.clients.next(`measured-${sent + i}`, ITEMS, i % 2 === 0));
    await Promise.all(four.map((request) => stage.clients.send(server, request)));
  }
  await stage.recovered(server, started);
  return (requests * ITEMS * 1_000) / (performance.now() - started);
}

/** Sends at a rate, whatever is answered. Returns the records a second that were really sent. */
async function offer(stage: Stage, server: Server, per_second: number, ms: number): Promise<number> {
  const started = performance.now();
  const in_flight = new Set<Promise<unknown>>();
  let sent = 0;
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - started) {
    for (; sent * ITEMS < (per_second * elapsed) / 1_000 && in_flight.size < MOST_IN_FLIGHT; sent++) {
      const request = stage.clients.next(`offered-${sent}`, ITEMS, sent % 2 === 0);
      const answer = stage.clients.send(server, request).finally(() => in_flight.delete(answer));
      in_flight.add(answer);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(in_flight);
  return (sent * ITEMS * 1_000) / (performance.now() - started);
}

const overload: Scenario = {
  fault: `${TIMES} times the load that can be sustained`,
  run: async (stage, size) => {
    const max_spool_bytes = SPOOL_BYTES[size];
    stage.configure({
      memory_limit_bytes: DUCKDB_BYTES,
      limits: { max_spool_bytes, segment_bytes: max_spool_bytes / 10 },
    });
    const server = await stage.start();
    const per_second = await sustainable(stage, server, MEASURED_REQUESTS[size]);
    const rate = await offer(stage, server, TIMES * per_second, OFFERED_MS[size]);
    const recovery_ms = await stage.recovered(server, performance.now());
    const refused = stage.clients.refused_records;
    // Room again: an event is taken at once.
    const answer = await stage.clients.send(server, stage.clients.next('after-0', ITEMS, true));
    await stage.recovered(server, performance.now());
    const problems = answer === 'acknowledged' ? [] : [`an event after it was ${answer}`];
    if (refused === 0) problems.push('nothing was refused, so it was no overload');
    if (server.peak_rss_bytes > MOST_RSS_BYTES) problems.push(`it took ${server.peak_rss_bytes} bytes of memory`);
    const note = `${Math.round(per_second)} records/s sustained, ${Math.round(rate)} offered (${(rate / per_second).toFixed(1)} times); peak memory ${Math.round(server.peak_rss_bytes / 2 ** 20)} MiB of at most ${Math.round(MOST_RSS_BYTES / 2 ** 20)}`;
    return { server, recovery_ms, note, problems };
  },
};

export const OVERLOADS: Scenario[] = [overload];
