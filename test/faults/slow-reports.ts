/** Slow reports, more than can run at once and as many as may wait, while single events come. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { onBothEngines } from './engines.ts';
import type { Scenario, Size } from './harness.ts';
import type { Server } from './server.ts';
import { trickle } from './trickle.ts';
import { loadShop } from './worlds.ts';

const TOUCHPOINTS: Record<Size, number> = { small: 50_000, deep: 50_000, full: 500_000 };
const TIME_MS: Record<Size, number> = { small: 2_000, deep: 2_000, full: 30_000 };
const MODELS = 'first_touch,last_touch,linear,time_decay,position_based';

/** Each reader asks for another period, so that no answer serves two of them. */
function question(reader: number, n: number): string {
  const day = (part: number): string => String(1 + (part % 28)).padStart(2, '0');
  return `/v1/reports/attribution?start=2025-01-${day(reader)}&end=2025-12-${day(n)}&models=${MODELS}&group_by=channel,campaign_id&collapse=none`;
}

interface Reading {
  answered: number;
  running: number;
  slowest_ms: number;
  /** Answers that are neither a report nor "busy", nor the end of its time. */
  failures: string[];
  hangUp(): Promise<void>;
}

/** Two keys take turns, because one key may have only half of the queue. */
function readFrom(server: Server, readers: number, keys: readonly string[]): Reading {
  const stop = new AbortController();
  const reading: Reading = { answered: 0, running: 0, slowest_ms: 0, failures: [], hangUp: async () => undefined };
  const loops = Array.from({ length: readers }, async (_, reader) => {
    for (let n = 0; !stop.signal.aborted; n++) {
      const started = performance.now();
      reading.running += 1;
      try {
        const response = await server.request('GET', question(reader, n), undefined, {
          signal: stop.signal,
          key: keys[reader % keys.length]!,
        });
        const text = await response.text();
        if (response.status === 200) reading.answered += 1;
        else reading.failures.push(`a report answered ${response.status} ${text.slice(0, 200)}`);
        reading.slowest_ms = Math.max(reading.slowest_ms, performance.now() - started);
      } catch (error) {
        if (!stop.signal.aborted) reading.failures.push(`a report got no answer: ${(error as Error).message}`);
      }
      if (!stop.signal.aborted) reading.running -= 1;
    }
  });
  reading.hangUp = async () => {
    stop.abort();
    await Promise.all(loops);
  };
  return reading;
}

function slowReports(readers: number): Scenario[] {
  return onBothEngines({
    fault: `${readers} slow reports at once while single events come`,
    run: async (stage, size) => {
      await loadShop(stage, TOUCHPOINTS[size]);
      const server = await stage.start();
      const reading = readFrom(server, readers, [await server.key('read'), await server.key('read')]);
      const events = trickle(stage.clients, server);
      await sleep(TIME_MS[size]);
      const { note, problems } = await events.stop();
      await reading.hangUp();
      const recovery_ms = await stage.recovered(server, performance.now());
      if (reading.answered + reading.running === 0) problems.push('no report ran');
      const slowest = reading.answered === 0 ? '' : `, the slowest in ${(reading.slowest_ms / 1_000).toFixed(1)} s`;
      return {
        server,
        recovery_ms,
        note: `${note}; ${reading.answered} reports answered${slowest}, ${reading.running} when the readers hung up`,
        problems: [...problems, ...reading.failures.slice(0, 3)],
      };
    },
  });
}

export const SLOW_REPORTS: Scenario[] = [4, 8, 64].flatMap(slowReports);
