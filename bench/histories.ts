/**
 * The attribution report from histories in memory beside the same report by the query: filling, bytes a touch, and five models over
 * a year, a month and with another half-life. Both ways run in turns in one process, and their answers have to be equal.
 */
import assert from 'node:assert/strict';
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { DEFAULT_BRAND_SETTINGS } from '../src/domain/settings.ts';
import { fillHistories } from '../src/histories/fill.ts';
import { bytesOf, type Histories } from '../src/histories/histories.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio, timed } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 5;
const QUESTIONS = {
  year: { start: YEAR_START, end: YEAR_END, half_life_days: 7, click_days: 30 },
  month: { start: '2025-06-01', end: '2025-07-01', half_life_days: 7, click_days: 30 },
  'year, 90 days and another half-life': { start: YEAR_START, end: YEAR_END, half_life_days: 11, click_days: 90 },
} as const;

export async function benchHistories(path: string, world: BenchWorld): Promise<void> {
  console.log(`histories: ${world.touchpoints} touchpoints, ${world.conversions} orders, five models in one call`);
  await makeBenchWarehouse(path, world);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
  const context = reportsOver(warehouse, 600_000);
  let histories: Histories | null = null;
  const fill_ms = await timed(async () => {
    histories = await warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms: 600_000 });
  });
  assert(histories, 'the world does not fit histories');
  const bytes_a_touch = bytesOf(histories) / world.touchpoints;
  show('filling', `${fill_ms.toFixed(0)} ms`);
  show('bytes a touch', bytes_a_touch.toFixed(1));
  const results: Record<string, unknown> = { fill_ms, bytes_a_touch };
  for (const [name, question] of Object.entries(QUESTIONS))
    results[name] = await beside(name, context, histories, question);
  await closeReports(context);
  await warehouse.close();
  save('histories', { world, rounds: ROUNDS, questions: QUESTIONS }, results);
}

type Question = (typeof QUESTIONS)[keyof typeof QUESTIONS];

async function beside(name: string, context: ReportContext, histories: Histories, question: Question) {
  const { start, end, half_life_days, click_days } = question;
  const windows = { ...DEFAULT_BRAND_SETTINGS.windows, click_days };
  const in_sql = { ...context, settings: () => ({ ...DEFAULT_BRAND_SETTINGS, half_life_days, windows }) };
  const in_memory = { ...in_sql, histories: async () => histories };
  const ask = (own: ReportContext) =>
    attributionReport(own, { start, end, models: RULE_MODEL_NAMES.join(',') }, { key_brand_id: null });
  assert.equal(JSON.stringify(await ask(in_memory)), JSON.stringify(await ask(in_sql)));
  const sql_ms: number[] = [];
  const memory_ms: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    sql_ms.push(await timed(() => ask(in_sql)));
    memory_ms.push(await timed(() => ask(in_memory)));
  }
  show(`${name}: by the query, median`, `${median(sql_ms).toFixed(0)} ms`);
  show(`${name}: from histories, median`, `${median(memory_ms).toFixed(0)} ms`);
  showRatio(`${name}: histories / query`, median(memory_ms) / median(sql_ms), { at_most: 1 });
  return { sql_ms, memory_ms };
}
