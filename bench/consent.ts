/**
 * What consent costs a report: the same reports without a policy, with `opt_out`, with `opt_in`, and with `opt_in` where nobody said
 * anything, so that everything is hidden. All ways run in turns in one process, by the query and from histories. A way costs its
 * processor time, of all threads: other work on the machine changes it less than the time on the clock.
 */
import { type ConsentPolicy, consentPolicy, type GivenConsentPolicy } from '../src/domain/consent/policy.ts';
import { DEFAULT_BRAND_SETTINGS } from '../src/domain/settings.ts';
import { fillHistories } from '../src/histories/fill.ts';
import { attribution } from '../src/reports/attribution.ts';
import { campaigns } from '../src/reports/campaigns.ts';
import type { ReportContext } from '../src/reports/context.ts';
import type { Report } from '../src/reports/declare.ts';
import { listHealth } from '../src/reports/emails/list-health.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, showRatio } from './report.ts';
import { type BenchWorld, key, logEnd, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 7;
const MOST = 1.1;

/** Of ten people six grant on the first day, one denies after a third of the year, and one of the six withdraws; three say nothing. */
const SAID = [
  { from: 0, until: 6, on: YEAR_START, granted: 1 },
  { from: 6, until: 7, on: '2025-05-01', granted: 0 },
  { from: 5, until: 6, on: '2025-09-01', granted: 0 },
];

function consentsSql({ people }: BenchWorld, offset: number): string {
  const said = SAID.map(
    (
      { from, until, on, granted },
      n,
    ) => `select 'co_' || i || '_${n}' as consent_id, i, ${granted} as measurement, timestamp_ms '${on}' as occurred_at, ${n} as n
      from range(${people}) t(i) where i % 10 >= ${from} and i % 10 < ${until}`,
  ).join(' union all ');
  return `select 'default' as brand_id, consent_id, 'cust-' || i as customer_id, measurement, '{}' as basis, occurred_at, ${key(`'default' || chr(0) || 'cust-' || i::varchar`)} as subject_key,
      1 as content_hash, occurred_at as received_at, occurred_at as loaded_at, 'main' as collector_id, ${offset} + n * ${people} + i + 1 as log_seq from (${said})`;
}

interface Way {
  name: string;
  consent: ConsentPolicy | undefined;
  /** As of this position nobody said anything; the newest when left out. */
  as_of?: string;
}

const policy = (given: GivenConsentPolicy): ConsentPolicy | undefined => consentPolicy(undefined, given);

function waysOf(silent: string): Way[] {
  return [
    { name: 'no policy', consent: undefined },
    { name: 'opt_out', consent: policy({ measurement: 'opt_out' }) },
    { name: 'opt_out, hide_all', consent: policy({ measurement: 'opt_out', after_withdrawal: 'hide_all' }) },
    { name: 'opt_in', consent: policy({ measurement: 'opt_in' }) },
    { name: 'opt_in, all hidden', consent: policy({ measurement: 'opt_in' }), as_of: silent },
  ];
}

const PERIOD = { start: YEAR_START, end: YEAR_END };
const QUESTIONS: Array<{ report: Report; parameters: Record<string, string> }> = [
  { report: attribution, parameters: { ...PERIOD, model: 'linear', group_by: 'channel' } },
  { report: campaigns, parameters: { ...PERIOD, model: 'linear' } },
  { report: listHealth, parameters: PERIOD },
];

export async function benchConsent(path: string, world: BenchWorld): Promise<void> {
  console.log(
    `consent: ${world.touchpoints} touchpoints, processor time with a policy / without, medians of ${ROUNDS}`,
  );
  await makeBenchWarehouse(path, world, async (connection) => {
    const end = logEnd(world);
    await connection.run(`insert into consents by name ${consentsSql(world, end)}`);
    await connection.run(
      `insert into commits values ('main', ${end + SAID.length * world.people}, timestamp_ms '2026-01-02')`,
    );
  });
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 4e9 });
  const context = reportsOver(warehouse, 600_000);
  const ways = waysOf(`main:${logEnd(world)}`);
  const results: Record<string, unknown> = {};
  try {
    results['query'] = await compare('query', context, ways);
    const histories = await warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms: 600_000 });
    if (histories === null) throw new Error('the world does not fit histories');
    results['memory'] = await compare('memory', { ...context, histories: async () => histories }, ways);
  } finally {
    await closeReports(context);
    await warehouse.close();
  }
  save('consent', { world, rounds: ROUNDS, said: SAID }, results);
}

async function compare(by: string, context: ReportContext, ways: readonly Way[]): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const { report, parameters } of QUESTIONS) {
    const times = new Map(ways.map(({ name }) => [name, [] as number[]]));
    for (let round = -1; round < ROUNDS; round++)
      for (const { name, consent, as_of } of ways) {
        const settings = { ...DEFAULT_BRAND_SETTINGS, ...(consent && { consent }) };
        const own = { ...context, settings: () => settings };
        const ms = await processorTime(() =>
          report.run(own, { ...parameters, ...(as_of && { as_of }) }, { key_brand_id: null }),
        );
        if (round >= 0) times.get(name)!.push(ms);
      }
    const [first, ...others] = [...times];
    const base = median(first![1]);
    for (const [name, own] of others)
      showRatio(`${report.name} by ${by}, ${name} (${base.toFixed(0)} ms)`, median(own) / base, { at_most: MOST });
    results[report.name] = Object.fromEntries(times);
  }
  return results;
}

/** The milliseconds of the processor that work takes, in all threads. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
