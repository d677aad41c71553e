/**
 * Each insight beside the attribution report of the same period, from histories in memory where they hold it. All run in turns in one
 * process.
 */
import assert from 'node:assert/strict';
import { fillHistories } from '../src/histories/fill.ts';
import type { Histories } from '../src/histories/histories.ts';
import type { ReportContext, ServedBy } from '../src/reports/context.ts';
import { REPORTS } from '../src/reports/index.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio, timed } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 3;
/** Times the attribution report of the same period. */
const GOAL = 3;
const PERIODS = {
  month: { start: '2025-06-01', end: '2025-07-01' },
  year: { start: YEAR_START, end: YEAR_END },
} as const;
const INSIGHTS = [
  'paths',
  'lags',
  'synergies',
  'lifetime_value',
  'cohorts',
  'campaigns',
  'send_times',
  'fatigue',
  'list_health',
  'changes',
  'data_quality',
] as const;

export async function benchInsights(path: string, world: BenchWorld): Promise<void> {
  console.log(
    `insights: ${world.touchpoints} touchpoints, ${world.conversions} orders, beside attribution by channel under one model`,
  );
  await makeBenchWarehouse(path, world);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
  const context = reportsOver(warehouse, 600_000);
  let histories: Histories | null = null;
  await warehouse.read(
    async (snapshot) => {
      histories = await fillHistories(snapshot);
    },
    { timeout_ms: 600_000 },
  );
  assert(histories, 'the world does not fit histories');
  const in_memory: ReportContext = { ...context, histories: async () => histories };
  const results: Record<string, unknown> = {};
  for (const [name, period] of Object.entries(PERIODS)) results[name] = await beside(name, in_memory, period);
  await closeReports(context);
  await warehouse.close();
  save('insights', { world, rounds: ROUNDS, periods: PERIODS }, results);
}

async function beside(name: string, context: ReportContext, period: { start: string; end: string }) {
  const ask = async (report: string): Promise<{ ms: number; served_by: ServedBy }> => {
    let served_by: ServedBy = 'sql';
    const own: ReportContext = {
      ...context,
      served_by: (source) => {
        served_by = source;
      },
    };
    const declared = REPORTS.find((one) => one.name === report);
    assert(declared, `there is no report ${report}`);
    const ms = await timed(() => declared.run(own, { ...period }, { key_brand_id: null }));
    return { ms, served_by };
  };
  const measured = Object.fromEntries(
    ['attribution', ...INSIGHTS].map((report) => [report, { ms: [] as number[], served_by: '' }]),
  );
  for (let round = 0; round < ROUNDS; round++)
    for (const [report, own] of Object.entries(measured)) {
      const { ms, served_by } = await ask(report);
      own.ms.push(ms);
      own.served_by = served_by;
    }
  const base = median(measured['attribution']!.ms);
  show(`${name}: attribution, median`, `${base.toFixed(0)} ms`);
  for (const report of INSIGHTS) {
    const { ms, served_by } = measured[report]!;
    showRatio(`${name}: ${report} (${served_by}, ${median(ms).toFixed(0)} ms) / attribution`, median(ms) / base, {
      at_most: GOAL,
    });
  }
  return measured;
}
