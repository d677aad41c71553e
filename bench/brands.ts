/**
 * Several brands together beside their attribution report by brand and channel, from histories in memory, in turns in one process. With
 * shared orders, credit comes from the query in the engine, so that has a line of its own.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { brandGroups } from '../src/domain/brand-groups.ts';
import { fillHistories } from '../src/histories/fill.ts';
import type { ReportContext, ServedBy } from '../src/reports/context.ts';
import { REPORTS } from '../src/reports/index.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio, timed } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 5;
const BRANDS = [2, 50];
const PERIODS = {
  month: { start: '2025-06-01', end: '2025-07-01' },
  year: { start: YEAR_START, end: YEAR_END },
} as const;
/** Times the attribution report. Beside its pass, the orders of the engine are read for values and people. */
const GOAL = 3;

interface Asked {
  name: string;
  report: string;
  parameters: Record<string, string>;
  context: ReportContext;
}

export async function benchBrands(folder: string, world: BenchWorld): Promise<void> {
  const results: Record<string, unknown> = {};
  for (const brands of BRANDS) results[brands] = await together(folder, { ...world, brands });
  save('brands', { world, brands: BRANDS, rounds: ROUNDS, periods: PERIODS }, results);
}

async function together(folder: string, world: BenchWorld & { brands: number }) {
  console.log(`brands: ${world.brands}, ${world.touchpoints} touchpoints, ${world.conversions} orders`);
  const path = join(folder, `brands-${world.brands}-${world.touchpoints}.duckdb`);
  await makeBenchWarehouse(path, world);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
  const context = reportsOver(warehouse, 600_000);
  const histories = await warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms: 600_000 });
  assert(histories, 'the world does not fit histories');
  const in_memory: ReportContext = { ...context, histories: async () => histories };
  const names = Array.from({ length: world.brands }, (_, i) => `brand-${i}`);
  const sharing = { ...in_memory, brand_groups: brandGroups([{ brands: names, counts_for: 'first' }], [names]) };
  const measured: Record<string, Record<string, number[]>> = {};
  for (const [name, period] of Object.entries(PERIODS)) {
    const by_brand = { ...period, group_by: 'brand,channel' };
    measured[name] = await inTurns(name, [
      { name: 'attribution', report: 'attribution', parameters: by_brand, context: in_memory },
      { name: 'nothing shared', report: 'consolidated', parameters: period, context: in_memory },
      { name: 'attribution by the query', report: 'attribution', parameters: by_brand, context },
      { name: 'orders and people shared', report: 'consolidated', parameters: period, context: sharing },
    ]);
  }
  await closeReports(context);
  await warehouse.close();
  return measured;
}

async function inTurns(period: string, all: readonly Asked[]): Promise<Record<string, number[]>> {
  const times = Object.fromEntries(all.map(({ name }) => [name, [] as number[]]));
  const served = new Map<string, ServedBy>();
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++)
    for (const { name, report, parameters, context } of all) {
      const declared = REPORTS.find((one) => one.name === report)!;
      served.set(name, 'sql');
      const own: ReportContext = { ...context, served_by: (source) => void served.set(name, source) };
      const ms = await timed(() => declared.run(own, parameters, { key_brand_id: null }));
      if (round > 0) times[name]!.push(ms);
    }
  const base = (name: string): number => median(times[name]!);
  show(
    `${period}: attribution, median, from histories and by the query`,
    `${base('attribution').toFixed(0)} ms, ${base('attribution by the query').toFixed(0)} ms`,
  );
  for (const [name, beside] of [
    ['nothing shared', 'attribution'],
    ['orders and people shared', 'attribution by the query'],
  ] as const)
    showRatio(
      `${period}: ${name} (${served.get(name)}, ${base(name).toFixed(0)} ms) / ${beside}`,
      base(name) / base(beside),
      {
        at_most: GOAL,
      },
    );
  return times;
}
