/**
 * One question (what did each campaign earn, in a month and in a year) beside stores and queries that are shaped like those of other
 * programs. The world is the same; what is counted differs, and each store says how. All systems run in turns on the same machine.
 */
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { DEFAULT_BRAND_SETTINGS } from '../src/domain/settings.ts';
import { fillHistories } from '../src/histories/fill.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import type { Peer, PeerAnswer, Period } from './peer.ts';
import { openPostHogShape } from './peer-posthog.ts';
import { openUmamiShape } from './peer-umami.ts';
import { median, save, show } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const PERIODS: Record<string, Period & { rounds: number }> = {
  month: { start: '2025-06-01', end: '2025-07-01', rounds: 5 },
  year: { start: YEAR_START, end: YEAR_END, rounds: 3 },
};
/** The windows and the half-life of the peers, so that the figures are near each other. */
const SETTINGS = {
  ...DEFAULT_BRAND_SETTINGS,
  windows: { ...DEFAULT_BRAND_SETTINGS.windows, view_days: 30, email_days: 30, click_days: 30 },
  half_life_days: 7.5,
};
const OURS = 'ours, histories in memory';

export async function benchPeers(folder: string, path: string, world: BenchWorld): Promise<void> {
  console.log(`peers: what each campaign earned, ${world.touchpoints} touchpoints, ${world.conversions} orders`);
  await makeBenchWarehouse(path, world);
  const umami = await openUmamiShape(folder, path, world.touchpoints);
  const posthog = await openPostHogShape(folder, path, world.touchpoints);
  if (umami === null) show("Umami's shape is left out", 'PostgreSQL is not installed: apt-get install postgresql');
  if (posthog === null) show("PostHog's shape is left out", 'ClickHouse is not installed: npm run test:engine');
  const stores = [umami, posthog].filter((store) => store !== null);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 6e9 });
  const context = { ...reportsOver(warehouse, 600_000), settings: () => SETTINGS };
  try {
    const systems = [...stores.flatMap(({ peers }) => peers), ...(await ours(context))];
    const periods: Record<string, unknown> = {};
    for (const [name, { rounds, ...period }] of Object.entries(PERIODS))
      periods[name] = await compare(name, period, rounds, systems);
    for (const { program, differs } of stores) for (const how of differs) show(`beside ours, ${program}`, how);
    const differs = Object.fromEntries(stores.map((store) => [store.program, store.differs]));
    save('peers', { world, periods: PERIODS, settings: SETTINGS, differs }, periods);
  } finally {
    await closeReports(context);
    await warehouse.close();
    for (const store of stores) await store.stop();
  }
}

/** Our whole report, by the query and, if the world fits, from histories. Every touch counts, as for the peers. */
async function ours(context: ReportContext): Promise<Peer[]> {
  const histories = await context.warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms: 600_000 });
  const system = (name: string, own: ReportContext): Peer => ({
    name,
    models: RULE_MODEL_NAMES.length,
    ask: async ({ start, end }) => {
      const parameters = {
        start,
        end,
        models: RULE_MODEL_NAMES.join(','),
        group_by: 'campaign_id',
        collapse: 'none' as const,
      };
      return answerOf(await attributionReport(own, parameters, { key_brand_id: null }));
    },
  });
  const by_query = system('ours, query on DuckDB', context);
  return histories === null ? [by_query] : [by_query, system(OURS, { ...context, histories: async () => histories })];
}

function answerOf(report: Record<string, unknown>): PeerAnswer {
  const models = report['models'] as Record<
    string,
    { channel_attribution: unknown[]; summary: { total_attributed_revenue_micros: string } }
  >;
  const { channel_attribution, summary } = models['last_touch']!;
  return {
    rows: channel_attribution.length,
    last_touch_revenue: Number(summary.total_attributed_revenue_micros) / 1e6,
  };
}

async function compare(name: string, period: Period, rounds: number, systems: readonly Peer[]) {
  const times = new Map<string, number[]>(systems.map((system) => [system.name, []]));
  const answers: Record<string, PeerAnswer> = {};
  // The first round warms up. A peer that takes too long is not asked again.
  const failed: Record<string, string> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const system of systems) {
      if (failed[system.name] !== undefined) continue;
      const start = performance.now();
      try {
        answers[system.name] = await system.ask(period);
        if (round > 0) times.get(system.name)!.push(performance.now() - start);
      } catch (error) {
        failed[system.name] =
          `no answer after ${((performance.now() - start) / 1_000).toFixed(0)} s: ${(error as Error).message.slice(0, 200)}`;
      }
    }
  }
  const reference = times.get(OURS) ?? times.get(systems.at(-1)!.name)!;
  for (const system of systems) {
    const own = times.get(system.name)!;
    if (own.length === 0) {
      show(`${name}: ${system.name}`, failed[system.name] ?? 'not measured');
      continue;
    }
    const { rows, last_touch_revenue } = answers[system.name]!;
    show(
      `${name}: ${system.name}, ${system.models} models`,
      `${median(own).toFixed(0)} ms; ours / this ${(median(reference) / median(own)).toFixed(3)}; ${rows} rows, last touch ${last_touch_revenue.toFixed(2)}`,
    );
  }
  return { times_ms: Object.fromEntries(times), answers, failed };
}
