/** The warehouse on another machine goes away and comes back, more than once, while events come in. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { useClickHouse } from './engines.ts';
import type { Scenario, Size } from './harness.ts';
import { waitFor } from './stage.ts';

const TIMES: Record<Size, number> = { small: 1, deep: 2, full: 3 };
const AWAY_MS: Record<Size, number> = { small: 1_000, deep: 4_000, full: 15_000 };

const away: Scenario = {
  fault: 'the warehouse (ClickHouse) away for a while',
  needs_clickhouse: true,
  run: async (stage, size) => {
    const times = TIMES[size];
    const away_ms = AWAY_MS[size];
    const clickhouse = await useClickHouse(stage);
    const server = await stage.start();
    let recovery_ms = 0;
    let lag = 0;
    const problems: string[] = [];
    for (let round = 0; round < times; round++) {
      const pouring = stage.clients.pour(server, { clients: 2, pause_ms: 20 });
      await sleep(away_ms);
      await clickhouse.kill();
      const before = stage.clients.acknowledged_records;
      await sleep(away_ms);
      if (stage.clients.acknowledged_records === before) problems.push('nothing was accepted while it was away');
      const metrics = await waitFor(async () => {
        const { loader_failing, lag_records = 0 } = await server.metrics();
        return loader_failing === 1 ? { lag_records } : undefined;
      }, 'the metrics to say that loading fails');
      lag = Math.max(lag, metrics.lag_records);
      const since = performance.now();
      await clickhouse.start();
      await pouring.stop();
      recovery_ms = Math.max(recovery_ms, await stage.recovered(server, since));
    }
    if (lag === 0) problems.push('the metrics told of no lag');
    const note = `away ${times} times for ${away_ms / 1_000} s, at most ${lag} records behind by the metrics`;
    return { server, recovery_ms, note, problems };
  },
};

export const AWAY: Scenario[] = [away];
