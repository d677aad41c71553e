/**
 * The cost of exact attribution, by the query and from histories in memory, beside the join that every solution needs. The baseline is the query that an analyst writes
 * without any model: eligible touches of the resolved person in the 30 days before each order, by channel, campaign and
 * email.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { attribute } from '../src/attribution/query.ts';
import { fillHistories } from '../src/histories/fill.ts';
import type { Histories } from '../src/histories/histories.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { modelParts } from '../src/reports/credit-groups.ts';
import { creditsInSql } from '../src/reports/credits-in-sql.ts';
import { readFilters } from '../src/reports/filters.ts';
import { resolveGroupBy, touchColumns } from '../src/reports/groups.ts';
import { resolveParameters } from '../src/reports/resolve.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio, timed } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 5;
const PERIODS = { full: [YEAR_START, YEAR_END], month: ['2025-06-01', '2025-07-01'] } as const;
const BOUNDS = { full: { groups: 4, whole: 6, histories: 0.3 }, month: { groups: 2, whole: 3, histories: 0.3 } };

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

type PeriodName = keyof typeof PERIODS;
const NAMES = Object.keys(PERIODS) as PeriodName[];
const LIMITS = { threads: 2, memory_limit_bytes: 8e9 };

/** The times of all rounds, in ms. */
interface Times {
  bare_ms: number[];
  groups_ms: number[];
  whole_ms: number[];
  /** Empty if the world does not fit histories. */
  histories_ms: number[];
}

export async function benchAttribution(path: string, world: BenchWorld): Promise<void> {
  console.log(
    `attribution: ${world.touchpoints} touchpoints, ${world.people} people, ${world.conversions} orders, five models in one call`,
  );
  await makeBenchWarehouse(path, world);
  const none = (): Times => ({ bare_ms: [], groups_ms: [], whole_ms: [], histories_ms: [] });
  const times: Record<PeriodName, Times> = { full: none(), month: none() };
  let cold_identity_ms = 0;
  // The file does not change between rounds, so they are filled once.
  let histories: Histories | null = null;
  // Only one engine at a time can open the file, so rounds alternate between baseline and product.
  for (let round = 0; round < ROUNDS; round++) {
    await measureBare(path, times);
    const warehouse = await DuckDBWarehouse.open({ path, ...LIMITS });
    const context = reportsOver(warehouse, 600_000);
    cold_identity_ms = await timed(() => report(context, 'month'));
    histories ??= await warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms: 600_000 });
    await measureOurs(context, histories, times);
    await closeReports(context);
    await warehouse.close();
  }
  for (const name of NAMES) tell(name, times[name]);
  show('first report after a start (persons joined from the log), month', `${cold_identity_ms.toFixed(0)} ms`);
  save('attribution', { world, ...LIMITS, rounds: ROUNDS, periods: PERIODS }, { ...times, cold_identity_ms });
}

async function measureBare(path: string, times: Record<PeriodName, Times>): Promise<void> {
  const instance = await DuckDBInstance.create(path, {
    threads: String(LIMITS.threads),
    memory_limit: `${LIMITS.memory_limit_bytes / 1e6}MB`,
    access_mode: 'READ_ONLY',
  });
  const connection = await instance.connect();
  await connection.run(
    'create temp table bench_persons as select brand_id, left_id as id, right_id as person_id from identity_links',
  );
  for (const name of NAMES) {
    const [start, end] = PERIODS[name];
    const sql = bareJoin(start, end);
    await connection.run(sql); // warms up
    times[name].bare_ms.push(await timed(() => connection.runAndReadAll(sql)));
  }
  connection.closeSync();
  instance.closeSync();
}

async function measureOurs(
  context: ReportContext,
  histories: Histories | null,
  times: Record<PeriodName, Times>,
): Promise<void> {
  const in_memory = { ...context, histories: async () => histories };
  for (const name of NAMES) {
    await report(context, name); // warms up, as for the baseline
    times[name].groups_ms.push(await timed(() => onlyGroups(context, parametersOf(name))));
    times[name].whole_ms.push(await timed(() => report(context, name)));
    if (histories === null) continue;
    await report(in_memory, name);
    times[name].histories_ms.push(await timed(() => report(in_memory, name)));
  }
}

function tell(name: PeriodName, { bare_ms, groups_ms, whole_ms, histories_ms }: Times): void {
  const bounds = BOUNDS[name];
  const base = median(bare_ms);
  const ratio = (what: string, own: number[], at_most: number): void =>
    showRatio(`${name}: ${what} / bare join`, median(own) / base, { at_most });
  show(`${name}: bare range join, median`, `${base.toFixed(0)} ms`);
  ratio('group rows and reconciliation', groups_ms, bounds.groups);
  ratio('whole report', whole_ms, bounds.whole);
  if (histories_ms.length > 0) ratio('whole report from histories', histories_ms, bounds.histories);
}

function parametersOf(name: PeriodName): { start: string; end: string; models: string } {
  const [start, end] = PERIODS[name];
  return { start, end, models: RULE_MODEL_NAMES.join(',') };
}

const report = (context: ReportContext, name: PeriodName): Promise<unknown> =>
  attributionReport(context, parametersOf(name), { key_brand_id: null });

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
    return modelParts(
      plan,
      creditsInSql(snapshot, plan, { all: query, chosen: query, shown: query }, grouping),
      grouping,
    );
  });
}
