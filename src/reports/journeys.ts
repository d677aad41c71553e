/** The journeys report: how long journeys are, how many touchpoints they have, and on which channels. */
import { makeJourneys } from '../attribution/journeys.ts';
import type { Plan } from '../attribution/plan.ts';
import { attribute } from '../attribution/query.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { materialise, type Relation } from '../warehouse/relation.ts';
import { answerOnce } from './answers.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { applyFilters, type Filters, readFilters, touchCondition } from './filters.ts';
import { DEFAULT_WEEK_START } from './groups.ts';
import { journeyRows, LENGTH_NO, mixOf, summaryOf, touchpointRows } from './journey-rows.ts';
import { journeysInMemory } from './journeys-in-memory.ts';
import { journeysWithNoise } from './noisy/journeys.ts';
import { PERIOD_REPORT_PARAMETERS } from './parameters.ts';
import { FILTERED_JOURNEYS } from './relations.ts';
import { resolveParameters } from './resolve.ts';
import { JOURNEY_MEANINGS, JOURNEYS_COMPARED, JourneysResult } from './results/journeys.ts';
import { readWarnings } from './warnings.ts';

export const JourneysReportParameters = Type.Object(PERIOD_REPORT_PARAMETERS, { additionalProperties: false });
export type JourneysReportParameters = Static<typeof JourneysReportParameters>;

/** The table of journeys by length. Revenue is net. Each order is in exactly one journey. */
export async function journeyAnalysis(snapshot: Snapshot, journeys: Relation): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select ${LENGTH_NO} as length_no, count(*) as journeys, text128(sum128(micros)) as micros, sum(touchpoints) as touchpoints,
       sum(email_touchpoints) as email_touchpoints, sum(orders) as orders
     from ${journeys.name} group by ${LENGTH_NO} order by length_no`,
  );
  return journeyRows(readAll(rows, { length_no: 'number', ...COUNTS }));
}

/** The journeys with a touchpoint, up to their last order, that the filters let pass. */
function withTouch(snapshot: Snapshot, events: Relation, all: Relation, filters: Filters): Promise<Relation> {
  const { sql, parameters } = touchCondition(filters, 'j');
  return materialise(
    snapshot,
    FILTERED_JOURNEYS,
    `select w.* from ${all.name} w where (w.person_key, w.journey_no) in (
       select j.person_key as person_key, j.journey_no as journey_no from ${events.name} j
       join ${all.name} a on a.person_key = j.person_key and a.journey_no = j.journey_no
       where j.is_order = 0 and j.at_ms <= a.last_order_ms and ${sql})`,
    parameters,
  );
}

const COUNTS = {
  journeys: 'bigint',
  orders: 'bigint',
  micros: 'bigint',
  touchpoints: 'bigint',
  email_touchpoints: 'bigint',
} as const;

/** The journeys report: lengths, touches per journey and the mix of channels of journeys that ended in an order. */
export async function journeysReport(
  context: ReportContext,
  parameters: JourneysReportParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, ...shared } = parameters;
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'journeys' },
      filters,
    });
    const { plan } = resolved;
    const parts = async (served_by: NonNullable<ReportContext['served_by']>): Promise<ReportJson> =>
      (await journeysInMemory(snapshot, { ...context, served_by }, plan, filters)) ??
      journeysInSql(snapshot, context, plan, filters);
    return answerOnce(context, resolved, '', async (served_by) => ({
      ...reportHead(resolved, context.clock()),
      ...(await parts(served_by)),
    }));
  }, readOptions(context));
}

async function journeysInSql(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  filters: Filters,
): Promise<ReportJson> {
  const query = await attribute(snapshot, plan, context.directory);
  const { chosen } = await applyFilters(snapshot, plan, query, filters, DEFAULT_WEEK_START);
  const columns = [...new Set(['channel', ...filters.touch_columns])];
  const { events, journeys: all } = await makeJourneys(snapshot, plan, chosen, columns);
  const journeys = filters.of_touches.length === 0 ? all : await withTouch(snapshot, events, all, filters);
  return {
    summary: await journeySummary(snapshot, journeys),
    journey_lengths: await journeyAnalysis(snapshot, journeys),
    touchpoints_per_journey: await touchpointsPerJourney(snapshot, journeys),
    channel_mix: await channelMix(snapshot, events, journeys),
    warnings: await readWarnings(snapshot, plan, chosen),
  };
}

async function journeySummary(snapshot: Snapshot, all: Relation): Promise<ReportJson> {
  const [row] = await snapshot.query(
    `select count(*) as journeys, coalesce(sum(orders), 0) as orders, text128(coalesce(sum128(micros), int128(0))) as micros, coalesce(sum(touchpoints), 0) as touchpoints,
       coalesce(sum(email_touchpoints), 0) as email_touchpoints, count_where(email_touchpoints > 0) as with_email, coalesce(sum(days), 0) as days from ${all.name}`,
  );
  return summaryOf(read(row, { ...COUNTS, with_email: 'number', days: 'bigint' }));
}

async function touchpointsPerJourney(snapshot: Snapshot, all: Relation): Promise<ReportJson[]> {
  const bucket = 'case when touchpoints <= 5 then touchpoints when touchpoints <= 10 then 6 else 7 end';
  const rows = await snapshot.query(
    `select ${bucket} as bucket, count(*) as journeys, text128(sum128(micros)) as micros from ${all.name} group by ${bucket} order by bucket`,
  );
  return touchpointRows(readAll(rows, { bucket: 'number', journeys: 'number', micros: 'bigint' }));
}

async function channelMix(snapshot: Snapshot, events: Relation, all: Relation): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select j.channel as channel, count(*) as touchpoints, count(distinct concat(text128(int128(j.person_key)), '/', text128(int128(j.journey_no)))) as journeys
     from ${events.name} j join ${all.name} w on w.person_key = j.person_key and w.journey_no = j.journey_no
     where j.is_order = 0 and j.at_ms <= w.last_order_ms group by j.channel`,
  );
  return mixOf(readAll(rows, { channel: 'text', touchpoints: 'number', journeys: 'number' }));
}

export const journeys = defineReport({
  name: 'journeys',
  command: 'report journeys',
  path: '/v1/reports/journeys',
  summary: 'How long journeys were, and their touchpoints and channels',
  description:
    'A journey is the events of a person without a long gap between them. It is reported when an order of the period lies in it.',
  parameters: JourneysReportParameters,
  result: JourneysResult,
  main_table: { rows: 'journey_lengths' },
  compared: JOURNEYS_COMPARED,
  explain: JOURNEY_MEANINGS,
  noisy: journeysWithNoise,
  run: journeysReport,
});
