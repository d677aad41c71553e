/** An id that everybody shares, with very many touchpoints and orders: reports go on. */
import { performance } from 'node:perf_hooks';
import { onBothEngines } from './engines.ts';
import type { Scenario, Size } from './harness.ts';
import { trickle } from './trickle.ts';
import { loadGuest } from './worlds.ts';

const TOUCHPOINTS: Record<Size, number> = { small: 50_000, deep: 50_000, full: 1_000_000 };
const ORDERS: Record<Size, number> = { small: 600, deep: 600, full: 5_000 };
const TIMEOUT_MS = 120_000;
const SETTINGS = { query_timeout_ms: TIMEOUT_MS };
/** What DuckDB may take, and what the whole process may: heap, filter of known ids, and what the engine does not count. */
const ENGINE_BYTES = 1_000_000_000;
const MOST_RSS_BYTES = 2 * ENGINE_BYTES;

interface Answer {
  models: { linear: { summary: { total_conversions: number } } };
  warnings: Array<{ code: string; count: number }>;
}

export const GUESTS: Scenario[] = onBothEngines(
  {
    fault: 'an id (`guest`) with very many touchpoints and orders',
    run: async (stage, size, warehouseOf) => {
      await loadGuest(stage, TOUCHPOINTS[size], ORDERS[size]);
      // On the ClickHouse of the tests, a restore takes memory by the size of its file. So only the report has the limit.
      const warehouse = warehouseOf('faults');
      stage.configure({ ...SETTINGS, memory_limit_bytes: ENGINE_BYTES, ...(warehouse ? { warehouse } : {}) });
      const server = await stage.start();
      const events = trickle(stage.clients, server);
      const started = performance.now();
      const response = await server.request(
        'GET',
        '/v1/reports/attribution?start=2025-06-01&end=2025-07-01&models=first_touch,last_touch,linear,time_decay,position_based',
      );
      const text = await response.text();
      const seconds = (performance.now() - started) / 1_000;
      const { note, problems } = await events.stop();
      const recovery_ms = await stage.recovered(server, performance.now());
      if (response.status !== 200) problems.push(`the report answered ${response.status} ${text.slice(0, 300)}`);
      else {
        const { models, warnings } = JSON.parse(text) as Answer;
        const { total_conversions } = models.linear.summary;
        const cut = warnings.find(({ code }) => code === 'candidates_cut');
        if (cut?.count !== ORDERS[size]) problems.push(`the report says that ${cut?.count} orders were cut`);
        if (total_conversions !== ORDERS[size]) problems.push(`it has ${total_conversions} orders`);
      }
      if (server.peak_rss_bytes > MOST_RSS_BYTES) problems.push(`it took ${server.peak_rss_bytes} bytes of memory`);
      const mib = (bytes: number): number => Math.round(bytes / 2 ** 20);
      return {
        server,
        recovery_ms,
        note: `${TOUCHPOINTS[size]} touchpoints and ${ORDERS[size]} orders: the report took ${seconds.toFixed(1)} s of at most ${TIMEOUT_MS / 1_000}, peak memory ${mib(server.peak_rss_bytes)} MiB of at most ${mib(MOST_RSS_BYTES)}; ${note}`,
        problems,
      };
    },
  },
  SETTINGS,
);
