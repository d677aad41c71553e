/**
 * Frozen runs: the credits of a report, stored under a name together with the request and the settings. Other reports never
 * read them. They serve for comparison with today's answer (run-comparison.ts).
 */

import { creditedTouches } from '../attribution/credits.ts';
import { UNATTRIBUTED_REASONS } from '../attribution/eligibility.ts';
import type { Plan } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { writeOptions } from '../attribution/query-options.ts';
import { unattributedOf } from '../attribution/unattributed.ts';
import { maySee } from '../domain/brand-access.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { money } from '../domain/money.ts';
import type { BrandSettings } from '../domain/settings.ts';
import { formatInstant } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import { turnsOf } from '../warehouse/turns.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { usedArtifacts } from './config-hash.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { AttributionParameters } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { FrozenResult, RUN_MEANINGS, RunsResult } from './results/runs.ts';

const RUN_ID = '^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$';

export const FreezeParameters = Type.Object(
  {
    ...AttributionParameters.properties,
    run_id: Type.Optional(
      Type.String({ pattern: RUN_ID, description: 'Name of the run; a new name when left out', 'x-argument': true }),
    ),
  },
  { additionalProperties: false },
);
export type FreezeParameters = Static<typeof FreezeParameters>;

/** Limit of the rows of a run. They are held in memory and written in one transaction. */
const MAX_ROWS = 1_000_000;
const MAX_RUNS = 1_000;

/** A stored run: the request with defaults filled in, and the settings at that time. */
export interface Run {
  run_id: string;
  brands: string[];
  request: AttributionParameters & { start: string; end: string; models: string; currency: string };
  settings: Record<string, BrandSettings>;
  as_of: string;
  config_hash: string;
  created_at: string;
}

/** Answers a request and stores every credit and every unattributed value. @throws conflict when the name is taken. */
export async function freezeRun(
  context: ReportContext,
  parameters: FreezeParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { run_id: name, ...request } = parameters;
  if (name !== undefined && !new RegExp(RUN_ID).test(name)) {
    throw badRequest(
      'run_id',
      'must be 1 to 100 letters, digits, dots, dashes or underscores, starting with a letter or digit',
    );
  }
  // Runs take turns, so that two runs cannot take the same name.
  return turnsOf(context.warehouse, 'freeze').take(async () => {
    const created_ms = context.clock();
    const { run, rows, totals } = await context.warehouse.read(async (snapshot) => {
      const resolved = await resolveParameters(snapshot, context, request, {
        ...options,
        extra: { report: 'run' },
        touch_columns: ['touchpoint_id'],
      });
      const made_up = `run_${formatInstant(created_ms).replaceAll(/[-:.]/g, '')}_${resolved.config_hash.slice(0, 8)}`;
      if (name !== undefined && (await findRun(snapshot, name, options.key_brand_id)))
        throw new TributaryError(
          'conflict',
          `run_id: ${name} is frozen already, and a frozen run never changes; choose another name`,
          { field: 'run_id' },
        );
      const fresh = runRow(name === undefined ? made_up : storedName(name, options.key_brand_id), resolved, created_ms);
      const query = await attribute(snapshot, resolved.plan, context.directory);
      return { run: fresh, ...(await readResults(snapshot, resolved.plan, query, fresh.run_id)) };
    }, readOptions(context));
    await context.warehouse.append({ attribution_results: rows, attribution_runs: [run] });
    const run_id = shownName(run.run_id, options.key_brand_id);
    return { run_id, rows: rows.length, as_of: run.as_of, config_hash: run.config_hash, totals };
  });
}

/**
 * The name under which a run is stored. Each brand has names of its own, so that nobody learns from a name that is taken what another brand has.
 * Keys for all brands see such a run as `BRAND/NAME`.
 */
const storedName = (name: string, key_brand_id: string | null): string =>
  key_brand_id === null ? name : `${key_brand_id}/${name}`;

const shownName = (run_id: string, key_brand_id: string | null): string =>
  key_brand_id !== null && run_id.startsWith(`${key_brand_id}/`) ? run_id.slice(key_brand_id.length + 1) : run_id;

/** The row of a run. Its request holds the dates of the period, also if the caller left them out. */
function runRow(run_id: string, { plan, period, as_of, config_hash }: Resolved, created_ms: number) {
  const artifacts = Object.values(usedArtifacts(plan));
  const request: Run['request'] = {
    ...period,
    models: plan.models.map(({ name }) => name).join(','),
    currency: plan.currency,
    ...writeOptions(plan),
    // The artifacts are stored, so that a later fit does not change the comparison.
    ...(artifacts.length === 0 ? {} : { artifact: [...new Set(artifacts)].join(',') }),
  };
  return {
    run_id,
    brands: JSON.stringify(plan.brands.map(({ brand_id }) => brand_id)),
    request: JSON.stringify(request),
    settings: JSON.stringify(Object.fromEntries(plan.brands.map(({ brand_id, settings }) => [brand_id, settings]))),
    as_of,
    config_hash,
    created_at: created_ms,
  };
}

/**
 * SQL for the results of model number `i`: one row per touch and value event, and one per value event that no touch earned.
 */
export function resultsOf(plan: Plan, query: Attribution, i: number): string {
  const [orders, events] = [query.orders.name, query.events.name];
  return `select c.brand_id as brand_id, o.conversion_id as conversion_id, c.event as value_event, t.touchpoint_id as touchpoint_id, t.channel as channel,
      t.campaign_id as campaign_id, t.email_id as email_id, int64(c.m${i}) as attribution_weight_millionths, int64(c.c${i}) as attributed_value_micros,
      null as reason, e.at_ms as at_ms
    from ${creditedTouches(query)} join ${orders} o on o.order_no = c.order_no join ${events} e on e.order_no = c.order_no and e.event = c.event
    union all
    select u.brand_id as brand_id, o.conversion_id as conversion_id, u.event as value_event, null as touchpoint_id, null as channel,
      null as campaign_id, null as email_id, int64(0) as attribution_weight_millionths, int64(u.micros) as attributed_value_micros, u.reason as reason, e.at_ms as at_ms
    from (${unattributedOf(plan, query, i)}) u join ${orders} o on o.order_no = u.order_no join ${events} e on e.order_no = u.order_no and e.event = u.event`;
}

export async function readResults(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  run_id: string,
): Promise<{ rows: Row[]; totals: ReportJson }> {
  const [size] = await snapshot.query(
    `select count(*) as n from (select order_no from ${query.credits.name} union all select order_no from ${query.unattributed.name}) results`,
  );
  const expected = read(size, { n: 'number' }).n * plan.models.length;
  if (expected > MAX_ROWS) {
    throw new TributaryError(
      'unprocessable',
      `start: the run has ${expected} rows, and the limit is ${MAX_ROWS}; freeze a shorter period or fewer models`,
      { field: 'start' },
    );
  }
  const rows: Row[] = [];
  const totals: Record<string, ReportJson> = {};
  const turns = new WorkTurns();
  for (const [i, { name }] of plan.models.entries()) {
    let attributed = 0n;
    const unattributed = new Map<string, bigint>(UNATTRIBUTED_REASONS.map((reason) => [reason, 0n]));
    for (const { at_ms, ...result } of await snapshot.query(resultsOf(plan, query, i))) {
      if (turns.ends()) await turns.next();
      const { attributed_value_micros: micros, reason } = read(result, {
        attributed_value_micros: 'bigint',
        reason: 'text?',
      });
      if (reason === null) attributed += micros;
      else unattributed.set(reason, (unattributed.get(reason) ?? 0n) + micros);
      rows.push({ ...result, run_id, attribution_model: name, occurred_at: at_ms! });
    }
    const net = [...unattributed.values()].reduce((sum, micros) => sum + micros, attributed);
    totals[name] = {
      ...money('net_revenue', net),
      attributed_micros: attributed.toString(),
      unattributed_micros: Object.fromEntries([...unattributed].map(([reason, micros]) => [reason, micros.toString()])),
    };
  }
  return { rows, totals };
}

/** The newest stored runs that the key may read. A run of several brands needs a key for all brands. */
export async function listRuns(
  context: ReportContext,
  { key_brand_id }: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    // The same rule as `maySee`, applied before the limit.
    const [seen, parameters] =
      key_brand_id === null ? ['', {}] : ['where r.brands = $brands', { brands: JSON.stringify([key_brand_id]) }];
    const rows = await snapshot.query(
      `select r.run_id as run_id, r.brands as brands, r.request as request, r.settings as settings, r.as_of as as_of, r.config_hash as config_hash,
         epoch_ms(r.created_at) as created_ms, coalesce(n.row_count, 0) as row_count
       from attribution_runs r left join (select run_id, count(*) as row_count from attribution_results group by run_id) n on n.run_id = r.run_id
       ${seen} order by created_ms desc, run_id limit ${MAX_RUNS}`,
      parameters,
    );
    return {
      runs: rows.map((row) => {
        const { settings: _settings, request, ...run } = toRun(row);
        const run_id = shownName(run.run_id, key_brand_id);
        return { ...run, run_id, ...request, rows: read(row, { row_count: 'number' }).row_count };
      }),
    };
  }, readOptions(context));
}

/** Reads a run. @throws not_found, also for a run of brands that the key may not read. */
export async function readRun(snapshot: Snapshot, run_id: string, key_brand_id: string | null): Promise<Run> {
  const run = await findRun(snapshot, run_id, key_brand_id);
  if (run === undefined) {
    throw new TributaryError(
      'not_found',
      `run_id: no frozen run is named ${JSON.stringify(run_id.slice(0, 100))}; list the runs to see their names`,
      { field: 'run_id' },
    );
  }
  return run;
}

/**
 * The run of a name that the key may see. Runs of one brand that keys for all brands froze have names without a brand. A key for all brands may leave
 * the brand of a name out where only one brand has it.
 */
async function findRun(snapshot: Snapshot, name: string, key_brand_id: string | null): Promise<Run | undefined> {
  const rows = await snapshot.query(
    `select run_id, brands, request, settings, as_of, config_hash, epoch_ms(created_at) as created_ms from attribution_runs
     where run_id in ($stored, $name) or run_id like $of_a_brand order by case when run_id = $stored then 0 else 1 end, run_id`,
    { stored: storedName(name, key_brand_id), name, of_a_brand: `%/${name}` },
  );
  const seen = rows.map(toRun).filter(({ brands }) => maySee(key_brand_id, brands));
  const named = seen.find(({ run_id }) => shownName(run_id, key_brand_id) === name);
  // In a pattern `_` stands for any letter.
  const of_brands = seen.filter(({ run_id }) => run_id.endsWith(`/${name}`));
  return named ?? (of_brands.length === 1 ? of_brands[0] : undefined);
}

function toRun(row: Row): Run {
  const { run_id, brands, request, settings, created_ms, ...run } = read(row, {
    run_id: 'text',
    brands: 'text',
    request: 'text',
    settings: 'text',
    as_of: 'text',
    config_hash: 'text',
    created_ms: 'number',
  });
  return {
    run_id,
    brands: JSON.parse(brands),
    request: JSON.parse(request),
    settings: JSON.parse(settings),
    ...run,
    created_at: formatInstant(created_ms),
  };
}

export const freeze = defineReport({
  name: 'freeze',
  command: 'runs freeze',
  path: '/v1/runs',
  summary: 'Freeze a report',
  description:
    'Stores every credit under a run id, for comparison with later answers. The body holds the parameters of the attribution report.',
  parameters: FreezeParameters,
  result: FrozenResult,
  explain: RUN_MEANINGS,
  writes: {
    body_required: false,
    examples: { march: { run_id: 'march', start: '2026-03-01', end: '2026-04-01', models: 'first_touch,linear' } },
  },
  run: freezeRun,
});

export const runs = defineReport({
  name: 'runs',
  command: 'runs list',
  path: '/v1/runs',
  summary: 'Frozen runs, newest first',
  description: 'Only keys for all brands see runs of several brands.',
  parameters: Type.Object({}, { additionalProperties: false }),
  result: RunsResult,
  main_table: { rows: 'runs' },
  explain: RUN_MEANINGS,
  run: (context, _asked, asker) => listRuns(context, asker),
});
