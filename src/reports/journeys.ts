/** The journeys report: how long journeys are, how many touchpoints they have, and on which channels. */
import { makeJourneys } from '../attribution/journeys.ts';
import { attribute } from '../attribution/query.ts';
import { microsPer, money, ratio } from '../domain/money.ts';
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
import { PERIOD_REPORT_PARAMETERS } from './parameters.ts';
import { FILTERED_JOURNEYS } from './relations.ts';
import { resolveParameters } from './resolve.ts';
import { JOURNEY_MEANINGS, JOURNEYS_COMPARED, JourneysResult } from './results/journeys.ts';
import { readWarnings } from './warnings.ts';

export const JourneysReportParameters = Type.Object(PERIOD_REPORT_PARAMETERS, { additionalProperties: false });
export type JourneysReportParameters = Static<typeof JourneysReportParameters>;

/** The buckets, by calendar days from a journey's first event to its last order. */
const LENGTHS = ['Same Day', '1 Day', '2-7 Days', '8-30 Days', '30+ Days'] as const;
const LENGTH_NO =
  'case when days = 0 then 0 when days = 1 then 1 when days <= 7 then 2 when days <= 30 then 3 else 4 end';

/** The table of journeys by length. Revenue is net. Each order is in exactly one journey. */
export async function journeyAnalysis(snapshot: Snapshot, journeys: Relation): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select ${LENGTH_NO} as length_no, count(*) as journeys, text128(sum128(micros)) as micros, sum(touchpoints) as touchpoints,
       sum(email_touchpoints) as email_touchpoints, sum(orders) as orders
     from ${journeys.name} group by ${LENGTH_NO} order by length_no`,
  );
  return readAll(rows, { length_no: 'number', ...COUNTS }).map((row) => ({
    journey_length: LENGTHS[row.length_no]!,
    journey_count: Number(row.journeys),
    conversions: Number(row.orders),
    ...money('total_revenue', row.micros),
    average_touchpoints: ratio(row.touchpoints, row.journeys),
    average_email_touchpoints: ratio(row.email_touchpoints, row.journeys),
    revenue_per_journey: microsPer(row.micros, row.journeys),
  }));
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

const TOUCHPOINT_BUCKETS = ['0', '1', '2', '3', '4', '5', '6-10', '11+'] as const;

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
    return answerOnce(context, resolved, '', async () => {
      const query = await attribute(snapshot, resolved.plan, context.directory);
      const { chosen } = await applyFilters(snapshot, resolved.plan, query, filters, DEFAULT_WEEK_START);
      const columns = [...new Set(['channel', ...filters.touch_columns])];
      const { events, journeys: all } = await makeJourneys(snapshot, resolved.plan, chosen, columns);
      const journeys = filters.of_touches.length === 0 ? all : await withTouch(snapshot, events, all, filters);
      return {
        ...reportHead(resolved, context.clock()),
        summary: await journeySummary(snapshot, journeys),
        journey_lengths: await journeyAnalysis(snapshot, journeys),
        touchpoints_per_journey: await touchpointsPerJourney(snapshot, journeys),
        channel_mix: await channelMix(snapshot, events, journeys),
        warnings: await readWarnings(snapshot, resolved.plan, chosen),
      };
    });
  }, readOptions(context));
}

async function journeySummary(snapshot: Snapshot, all: Relation): Promise<ReportJson> {
  const [row] = await snapshot.query(
    `select count(*) as journeys, coalesce(sum(orders), 0) as orders, text128(coalesce(sum128(micros), int128(0))) as micros, coalesce(sum(touchpoints), 0) as touchpoints,
       coalesce(sum(email_touchpoints), 0) as email_touchpoints, count_where(email_touchpoints > 0) as with_email, coalesce(sum(days), 0) as days from ${all.name}`,
  );
  const { journeys, micros, ...counts } = read(row, { ...COUNTS, with_email: 'number', days: 'bigint' });
  return {
    journey_count: Number(journeys),
    conversions: Number(counts.orders),
    ...money('total_revenue', micros),
    journeys_with_email: counts.with_email,
    average_touchpoints: ratio(counts.touchpoints, journeys),
    average_email_touchpoints: ratio(counts.email_touchpoints, journeys),
    average_length_days: ratio(counts.days, journeys),
    revenue_per_journey: microsPer(micros, journeys),
  };
}

async function touchpointsPerJourney(snapshot: Snapshot, all: Relation): Promise<ReportJson[]> {
  const bucket = 'case when touchpoints <= 5 then touchpoints when touchpoints <= 10 then 6 else 7 end';
  const rows = await snapshot.query(
    `select ${bucket} as bucket, count(*) as journeys, text128(sum128(micros)) as micros from ${all.name} group by ${bucket} order by bucket`,
  );
  return readAll(rows, { bucket: 'number', journeys: 'number', micros: 'bigint' }).map((row) => ({
    touchpoints: TOUCHPOINT_BUCKETS[row.bucket]!,
    journey_count: row.journeys,
    ...money('total_revenue', row.micros),
  }));
}

async function channelMix(snapshot: Snapshot, events: Relation, all: Relation): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select j.channel as channel, count(*) as touchpoints, count(distinct concat(text128(int128(j.person_key)), '/', text128(int128(j.journey_no)))) as journeys
     from ${events.name} j join ${all.name} w on w.person_key = j.person_key and w.journey_no = j.journey_no
     where j.is_order = 0 and j.at_ms <= w.last_order_ms group by j.channel`,
  );
  const mix = readAll(rows, { channel: 'text', touchpoints: 'number', journeys: 'number' });
  const total = mix.reduce((sum, { touchpoints }) => sum + touchpoints, 0);
  return mix
    .map((row) => ({ ...row, share_of_touchpoints: ratio(row.touchpoints, total) }))
    .sort((a, b) => b.touchpoints - a.touchpoints || (a.channel < b.channel ? -1 : 1));
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
  run: journeysReport,
});
