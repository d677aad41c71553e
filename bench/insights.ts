/**
 * Each report of insights beside the attribution report of the same period, from histories in memory, in turns in one process. None may
 * take more than three times as long.
 */
import assert from 'node:assert/strict';
import { fillHistories } from '../src/histories/fill.ts';
import type { Histories } from '../src/histories/histories.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { Asker, ReportContext, ReportJson } from '../src/reports/context.ts';
import { lagsReport } from '../src/reports/lags/report.ts';
import { pathsReport } from '../src/reports/paths/report.ts';
import { synergiesReport } from '../src/reports/synergies/synergies.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio, timed } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 5;
const TIMEOUT_MS = 600_000;
const PERIODS = {
  month: { start: '2025-06-01', end: '2025-07-01' },
  year: { start: YEAR_START, end: YEAR_END },
} as const;

type Run = (context: ReportContext, period: { start: string; end: string }, asker: Asker) => Promise<ReportJson>;

const INSIGHTS: Readonly<Record<string, Run>> = {
  paths: pathsReport,
  lags: lagsReport,
  synergies: synergiesReport,
};

export async function benchInsights(path: string, world: BenchWorld): Promise<void> {
  console.log(`insights: ${world.touchpoints} touchpoints, ${world.conversions} orders, ${ROUNDS} rounds`);
  await makeBenchWarehouse(path, world);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
  const context = reportsOver(warehouse, TIMEOUT_MS);
  const histories: Histories | null = await warehouse.read((snapshot) => fillHistories(snapshot), {
    timeout_ms: TIMEOUT_MS,
  });
  assert(histories, 'the world does not fit histories');
  const in_memory = { ...context, histories: async () => histories };
  const results: Record<string, unknown> = {};
  for (const [name, period] of Object.entries(PERIODS)) {
    const runs = { attribution: attributionReport as Run, ...INSIGHTS };
    const ms = Object.fromEntries(Object.keys(runs).map((report) => [report, [] as number[]]));
    // The first round fills what is kept between reports.
    for (let round = -1; round < ROUNDS; round++)
      for (const [report, run] of Object.entries(runs)) {
        const taken = await timed(() => run(in_memory, period, { key_brand_id: null }));
        if (round >= 0) ms[report]!.push(taken);
      }
    for (const report of Object.keys(runs)) show(`${name}: ${report}, median`, `${median(ms[report]!).toFixed(0)} ms`);
    for (const report of Object.keys(INSIGHTS))
      showRatio(`${name}: ${report} / attribution`, median(ms[report]!) / median(ms['attribution']!), { at_most: 3 });
    results[name] = ms;
  }
  await closeReports(context);
  await warehouse.close();
  save('insights', { world, rounds: ROUNDS, periods: PERIODS }, results);
}
