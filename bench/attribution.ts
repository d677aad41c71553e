/**
 * The cost of exact attribution beside the join that every solution needs. The baseline is the query that an analyst writes
 * without any model: eligible touches of the resolved person in the 30 days before each order, by channel, campaign and
 * email.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { attribute } from '../src/attribution/query.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { modelParts } from '../src/reports/credit-groups.ts';
import { readFilters } from '../src/reports/filters.ts';
import { resolveGroupBy, touchColumns } from '../src/reports/groups.ts';
import { resolveParameters } from '../src/reports/resolve.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio, timed } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 5;
const PERIODS = { full: [YEAR_START, YEAR_END], month: ['2025-06-01', '2025-07-01'] } as const;
const BOUNDS = { full: { groups: 4, whole: 6 }, month: { groups: 2, whole: 3 } };

const bareJoin = (start: string, end: string): string => `
  with orders as (
    select c.brand_id, coalesce(p.person_id, c.customer_id) as person, c.conversion_value_micros as micros, c.occurred_at as at
    from conversions c left join bench_persons p on p.brand_id = c.brand_id and p.id = c.customer_id
    where c.occurred_at >= '${start}' and c.occurred_at < '${end}'),
  touches as (
    select t.brand_id, coalesce(p.person_id, t.customer_id, t.anonymous_id) as person, t.channel, t.campaign_id, t.email_id, t.occurred_at as at
    from touchpoints t left join bench_persons p on p.brand_id = t.brand_id and p.id = coalesce(t.customer_id, t.anonymous_id)
    where t.occurred_at >= timestamp_ms '${start}' - interval 30 day and t.occurred_at < '${end}'
      and t.verdict not in ('machine', 'bot') and t.touchpoint_type not in ('purchase', 'subscription'))
  select t.channel, t.campaign_id, t.email_id, count(*), sum(o.micros)
  from orders o join touches t on t.brand_id = o.brand_id and t.person = o.person and t.at <= o.at and t.at >= o.at - interval 30 day
  group by all order by 5 desc`;

export async function benchAttribution(path: string, world: BenchWorld): Promise<void> {
  console.log(
    `attribution: ${world.touchpoints} touchpoints, ${world.people} people, ${world.conversions} orders, five models in one call`,
  );
  await makeBenchWarehouse(path, world);
  const threads = 2;
  const memory_limit_bytes = 8e9;
  const results: Record<string, unknown> = {};
  const bare: Record<string, number[]> = { full: [], month: [] };
  const groups: Record<string, number[]> = { full: [], month: [] };
  const whole: Record<string, number[]> = { full: [], month: [] };
  let cold_identity_ms = 0;
  // Only one engine at a time can open the file, so rounds alternate between baseline and product.
  for (let round = 0; round < ROUNDS; round++) {
    const instance = await DuckDBInstance.create(path, {
      threads: String(threads),
      memory_limit: `${memory_limit_bytes / 1e6}MB`,
      access_mode: 'READ_ONLY',
    });
    const connection = await instance.connect();
    await connection.run(
      'create temp table bench_persons as select brand_id, left_id as id, right_id as person_id from identity_links',
    );
    for (const [name, [start, end]] of Object.entries(PERIODS)) {
      await connection.run(bareJoin(start, end));
      bare[name]!.push(await timed(() => connection.runAndReadAll(bareJoin(start, end))));
    }
    connection.closeSync();
    instance.closeSync();
    const warehouse = await DuckDBWarehouse.open({ path, threads, memory_limit_bytes });
    const context = reportsOver(warehouse, 600_000);
    const parameters = (start: string, end: string) => ({ start, end, models: RULE_MODEL_NAMES.join(',') });
    const cold = await timed(() => attributionReport(context, parameters(...PERIODS.month), { key_brand_id: null }));
    for (const [name, [start, end]] of Object.entries(PERIODS)) {
      if (name === 'month') cold_identity_ms = cold;
      await attributionReport(context, parameters(start, end), { key_brand_id: null }); // warms up, as for the baseline
      groups[name]!.push(await timed(() => onlyGroups(context, parameters(start, end))));
      whole[name]!.push(await timed(() => attributionReport(context, parameters(start, end), { key_brand_id: null })));
    }
    await closeReports(context);
    await warehouse.close();
  }
  for (const name of ['full', 'month'] as const) {
    const base = median(bare[name]!);
    show(`${name}: bare range join, median`, `${base.toFixed(0)} ms`);
    showRatio(`${name}: group rows and reconciliation / bare join`, median(groups[name]!) / base, {
      at_most: BOUNDS[name].groups,
    });
    showRatio(`${name}: whole report / bare join`, median(whole[name]!) / base, { at_most: BOUNDS[name].whole });
    results[name] = { bare_ms: bare[name], groups_ms: groups[name], whole_ms: whole[name] };
  }
  show('first report after a start (persons joined from the log), month', `${cold_identity_ms.toFixed(0)} ms`);
  save(
    'attribution',
    { world, threads, memory_limit_bytes, rounds: ROUNDS, periods: PERIODS },
    { ...results, cold_identity_ms },
  );
}

function onlyGroups(
  context: ReportContext,
  parameters: { start: string; end: string; models: string },
): Promise<unknown> {
  const keys = resolveGroupBy('channel,campaign_id,email_id');
  return context.warehouse.read(async (snapshot) => {
    const { plan } = await resolveParameters(snapshot, context, parameters, {
      key_brand_id: null,
      touch_columns: touchColumns(keys),
    });
    const query = await attribute(snapshot, plan, context.directory);
    const grouping = { keys, filters: readFilters([], 'monday'), week_start: 'monday' as const };
    return modelParts(snapshot, plan, { all: query, chosen: query, shown: query }, grouping);
  });
}
