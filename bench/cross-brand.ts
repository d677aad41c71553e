/** Journeys across two brands beside the attribution report of both by the query, in turns in one process. */
import { brandGroups } from '../src/domain/brand-groups.ts';
import { attribution } from '../src/reports/attribution.ts';
import { crossBrand } from '../src/reports/cross-brand/report.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, showRatio, timed } from './report.ts';
import { type BenchWorld, key, logEnd, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 5;
const GOAL = 3;
const BRANDS = ['brand-0', 'brand-1'];
const PERIODS = {
  month: { start: '2025-06-01', end: '2025-07-01' },
  year: { start: YEAR_START, end: YEAR_END },
} as const;

/** Everybody grants sharing in both brands, and a fifth of the touchpoints with a customer id is there again in the other brand. */
function sharedPeopleSql(world: BenchWorld): string[] {
  const end = logEnd(world);
  const day = `timestamp_ms '${YEAR_START}'`;
  const consents = BRANDS.map(
    (brand, i) =>
      `select '${brand}' as brand_id, 'co_${i}_' || n as consent_id, 'cust-' || n as customer_id, 1 as sharing, '{}' as basis, ${day} as occurred_at,
         ${key(`'${brand}' || chr(0) || 'cust-' || n::varchar`)} as subject_key, 1 as content_hash, ${day} as received_at, ${day} as loaded_at,
         'main' as collector_id, ${end + i * world.people} + n + 1 as log_seq from range(${world.people}) t(n)`,
  );
  const twins = end + BRANDS.length * world.people;
  const other = `case when brand_id = '${BRANDS[0]}' then '${BRANDS[1]}' else '${BRANDS[0]}' end`;
  return [
    `insert into consents by name ${consents.join(' union all ')}`,
    `insert into touchpoints select * replace (${other} as brand_id, ${key(`${other} || chr(0) || customer_id`)} as subject_key, log_seq + ${twins} as log_seq)
     from touchpoints where customer_id is not null and log_seq % 5 = 0`,
    `insert into commits values ('main', ${2 * twins}, timestamp_ms '2026-01-02')`,
  ];
}

export async function benchCrossBrand(path: string, whole: BenchWorld): Promise<void> {
  const world = { ...whole, brands: BRANDS.length };
  console.log(`cross-brand: ${world.touchpoints} touchpoints and a fifth more, medians of ${ROUNDS}`);
  await makeBenchWarehouse(path, world, async (connection) => {
    for (const sql of sharedPeopleSql(world)) await connection.run(sql);
  });
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
  const context = { ...reportsOver(warehouse, 600_000), brand_groups: brandGroups([], [BRANDS]) };
  const results: Record<string, { alone: number[]; across: number[] }> = {};
  try {
    for (const [name, period] of Object.entries(PERIODS)) {
      const times = { alone: [] as number[], across: [] as number[] };
      // The first round warms up.
      for (let round = 0; round <= ROUNDS; round++) {
        const asker = { key_brand_id: null };
        const alone = await timed(() => attribution.run(context, { ...period, group_by: 'brand,channel' }, asker));
        const across = await timed(() => crossBrand.run(context, period, asker));
        if (round === 0) continue;
        times.alone.push(alone);
        times.across.push(across);
      }
      results[name] = times;
      const ratio = median(times.across) / median(times.alone);
      showRatio(`${name}: across brands / attribution by the query (${median(times.alone).toFixed(0)} ms)`, ratio, {
        at_most: GOAL,
      });
    }
  } finally {
    await closeReports(context);
    await warehouse.close();
  }
  save('cross-brand', { world, rounds: ROUNDS, periods: PERIODS }, results);
}
