/**
 * What segments by behaviour and kinds of customers cost the attribution report: filtered by a segment that everybody is in or by first
 * orders, and grouped by either, beside the same report without, in turns in one process. From histories in memory and by the query.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { fillHistories } from '../src/histories/fill.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio } from './report.ts';
import { type BenchWorld, makeBenchWarehouse } from './world.ts';

const ROUNDS = 9;
/** The goal: under a tenth of the report. */
const AT_MOST = 1.1;
const YEAR = { start: '2025-01-01', end: '2026-01-01', models: 'linear', group_by: 'channel' };
/** The classes of engagement, as the follower of segments states them. */
const CLASSES = ['engaged', 'lapsing', 'dormant'];

const ASKED = {
  plain: YEAR,
  filtered: { ...YEAR, filter: ['segment:everybody'] },
  grouped: { ...YEAR, group_by: 'channel,segment' },
  new_only: { ...YEAR, filter: ['customer_kind:new'] },
  by_kind: { ...YEAR, group_by: 'channel,customer_kind' },
};
type Asked = keyof typeof ASKED;

export async function benchSegments(folder: string, world: BenchWorld): Promise<void> {
  console.log(`segments: ${world.touchpoints} touchpoints, ${world.people} people, each in two segments`);
  const path = join(folder, `segments-${world.touchpoints}.duckdb`);
  await makeBenchWarehouse(path, world);
  await addSegments(path, world.people);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
  const context = reportsOver(warehouse, 600_000);
  const histories = await warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms: 600_000 });
  assert(histories, 'the world does not fit histories');
  const ways = { histories: { ...context, histories: async () => histories }, query: context };
  const results: Record<string, unknown> = {};
  for (const [way, of_way] of Object.entries(ways)) results[way] = await inTurns(way, of_way);
  await closeReports(context);
  await warehouse.close();
  save('segments', { world, rounds: ROUNDS }, results);
}

/** Processor time of the report, each question once a round; the first round warms up. */
async function inTurns(way: string, context: ReportContext): Promise<Record<Asked, number[]>> {
  const times: Record<Asked, number[]> = { plain: [], filtered: [], grouped: [], new_only: [], by_kind: [] };
  const names = Object.keys(ASKED) as Asked[];
  for (let round = 0; round <= ROUNDS; round++)
    for (const name of names) {
      const before = process.cpuUsage();
      const answer = await attributionReport(context, ASKED[name], { key_brand_id: null });
      assert(answer, `the report ${name} has no answer`);
      const used = process.cpuUsage(before);
      if (round > 0) times[name].push((used.user + used.system) / 1e3);
    }
  show(`${way}: without segments, processor time, median`, `${median(times.plain).toFixed(0)} ms`);
  for (const name of names.slice(1)) {
    const ratio = median(times[name].map((ms, round) => ms / times.plain[round]!));
    showRatio(`${way}: ${name} (${median(times[name]).toFixed(0)} ms) / without, median of rounds`, ratio, {
      at_most: AT_MOST,
    });
  }
  return times;
}

/** Everybody is in `everybody`, and in one of the classes since the day before the year. */
async function addSegments(path: string, people: number): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const [row] = (await connection.runAndReadAll('select count(*)::int as n from customer_segments')).getRowObjects();
  if (row!['n'] === 0) {
    const log = `timestamp_ms '2024-12-31' as received_at, timestamp_ms '2024-12-31' as loaded_at, 'main' as collector_id`;
    const classes = `[${CLASSES.map((name) => `'${name}'`).join(',')}]`;
    await connection.run(`insert into customer_segments by name
      select 'default' as brand_id, 'cs-' || k || '-' || i as segment_id, 'cust-' || i::varchar as customer_id,
        case when k = 0 then 'everybody' else ${classes}[1 + i % ${CLASSES.length}] end as segment_name,
        timestamp_ms '2024-12-31' as assigned_at, 1 as content_hash, 1 as log_seq, ${log}
      from range(${people}) t(i), range(2) u(k)`);
    await connection.run('checkpoint');
  }
  connection.closeSync();
  instance.closeSync();
}
