/** Readers that never stop asking for the heaviest reports, while events pour in. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY } from './clients.ts';
import type { Scenario, Size } from './harness.ts';
import type { Server } from './server.ts';

const TIME_MS: Record<Size, number> = { small: 1_500, deep: 10_000, full: 60_000 };
const MODELS = 'first_touch,last_touch,linear,time_decay,position_based';
const HEAVY = [
  `/v1/reports/attribution?start=${DAY}&end=2026-03-02&models=${MODELS}`,
  `/v1/reports/attribution?start=2025-03-02&end=2026-03-02&models=${MODELS}&group_by=channel,campaign_id&collapse=none`,
];

interface Readers {
  answered: number;
  slowest_ms: number;
  /** Statuses that are neither an answer nor a 503 to come back later. */
  failures: string[];
  stop(): Promise<void>;
}

function readFrom(server: Server, readers: number): Readers {
  let stopped = false;
  const state: Readers = { answered: 0, slowest_ms: 0, failures: [], stop: async () => undefined };
  const loops = Array.from({ length: readers }, async (_, reader) => {
    for (let n = reader; !stopped; n++) {
      const started = performance.now();
      const response = await server.request('GET', HEAVY[n % HEAVY.length]!);
      const text = await response.text();
      if (response.status === 200) state.answered += 1;
      else state.failures.push(`a report answered ${response.status} ${text.slice(0, 200)}`);
      state.slowest_ms = Math.max(state.slowest_ms, performance.now() - started);
    }
  });
  state.stop = async () => {
    stopped = true;
    await Promise.all(loops);
  };
  return state;
}

const reading: Scenario = {
  fault: 'readers of heavy reports while events pour in',
  run: async (stage, size) => {
    const server = await stage.start();
    const pouring = stage.clients.pour(server, { clients: 4, items: 50, pause_ms: 10 });
    const readers = readFrom(server, 6);
    await sleep(TIME_MS[size]);
    await pouring.stop();
    await readers.stop();
    const since = performance.now();
    const recovery_ms = await stage.recovered(server, since);
    return {
      server,
      recovery_ms,
      note: `${readers.answered} reports answered, the slowest in ${(readers.slowest_ms / 1_000).toFixed(1)} s`,
      problems: [...readers.failures.slice(0, 3), ...(readers.answered === 0 ? ['no report was answered'] : [])],
    };
  },
};

export const READERS: Scenario[] = [reading];
