/** Journeys: a person's touchpoints and orders without a long silence between them. docs/semantics.md 9. */

import type { Bounds } from '../attribution/bounds.ts';
import type { Plan } from '../attribution/plan.ts';
import { attribute } from '../attribution/query.ts';
import { memberTouches, without } from '../attribution/touches.ts';
import { formatMicros, microsPer, ratio } from '../domain/money.ts';
import { MS_PER_DAY, offsetPeriods } from '../domain/time.ts';
import { TRAITS } from '../domain/touchpoint.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { intColumn, textColumn } from '../warehouse/schema.ts';
import { answerOnce } from './answers.ts';
import { reportHead } from './config-hash.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { defineReport } from './declare.ts';
import { AttributionParameters } from './parameters.ts';
import { resolveParameters } from './resolve.ts';
import { JOURNEY_MEANINGS, JourneysResult } from './results/journeys.ts';

/** Buckets of journeys, by calendar days from a journey's first event to its last order. */
const LENGTHS = ['Same Day', '1 Day', '2-7 Days', '8-30 Days', '30+ Days'] as const;
const LENGTH_NO =
  'case when days = 0 then 0 when days = 1 then 1 when days <= 7 then 2 when days <= 30 then 3 else 4 end';

/**
 * Makes `journey_events` (events of journeys of the people who ordered, with the journey's number) and `journeys` (one
 * row per journey that holds a value event of the period). Runs after the attribution query.
 */
export async function makeJourneys(
  snapshot: Snapshot,
  plan: Plan,
  { reclassified, bounds }: { reclassified: boolean; bounds: Bounds },
  columns: readonly string[] = [],
): Promise<void> {
  const gaps = plan.brands.map(({ brand_id, settings }) => ({
    brand_id,
    gap_ms: Math.round(settings.journey_gap_days * MS_PER_DAY),
  }));
  await snapshot.relation('journey_gaps', [textColumn('brand_id'), intColumn('gap_ms')], gaps);
  const touches = memberTouches(plan, {
    columns: ['traits', ...columns],
    reclassified,
    where: `and t.occurred_at <= instant(${bounds.high_ms})`,
  });
  const people = plan.include_machine ? '1 = 1' : without('t.traits', 'machine');
  const extra = (make: (name: string) => string): string => columns.map((name) => `, ${make(name)}`).join('');
  await snapshot.materialise(
    'journey_events',
    `with happened as (
       select b.person_key as person_key, b.brand_id as brand_id, t.at_ms as at_ms, 0 as is_order, null as order_no, case when bits(t.traits, ${TRAITS.email}) > 0 then 1 else 0 end as is_email${extra((name) => `t.${name} as ${name}`)}
       from (${touches}) t join (select brand_id, person_key, max(at_ms) as last_ms from orders group by brand_id, person_key) b on b.person_key = t.person_key
       where ${people} and t.at_ms <= b.last_ms
       union all
       select o.person_key, o.brand_id, o.at_ms, 1, o.order_no, 0${extra(() => 'null')} from orders o
       union all
       select m.person_key, m.brand_id, epoch_ms(c.occurred_at), 2, null, 0${extra(() => 'null')}
       from conversions c join members m on m.subject_key = c.subject_key
         left join repeats r on r.brand_id = c.brand_id and r.conversion_id = c.conversion_id
         left join orders o on o.brand_id = c.brand_id and o.conversion_id = c.conversion_id
       where r.conversion_id is null and o.conversion_id is null and ${atOrBefore('c', plan.positions.conversions)}),
     spaced as (
       select h.*, case when at_ms - lag(at_ms) over (partition by h.person_key order by at_ms, is_order) > g.gap_ms then 1 else 0 end as begins
       from happened h join journey_gaps g on g.brand_id = h.brand_id)
     select person_key, at_ms, is_order, order_no, is_email${extra((name) => name)},
       sum(begins) over (partition by person_key order by at_ms, is_order rows between unbounded preceding and current row) as journey_no
     from spaced`,
  );
  await snapshot.materialise(
    'journeys',
    `with ordered as (
       select person_key, journey_no, max(at_ms) as last_order_ms, count(*) as orders, min(order_no) as some_order_no from journey_events where is_order = 1 group by person_key, journey_no),
     valued as (
       select j.person_key as person_key, j.journey_no as journey_no, sum128(e.after_micros - e.before_micros) as micros
       from journey_events j join events e on e.order_no = j.order_no group by j.person_key, j.journey_no),
     walked as (
       select j.person_key as person_key, j.journey_no as journey_no, min(j.at_ms) as first_ms,
         count_where(j.is_order = 0) as touchpoints, count_where(j.is_email = 1) as email_touchpoints
       from journey_events j join ordered o on o.person_key = j.person_key and o.journey_no = j.journey_no
       where j.at_ms <= o.last_order_ms group by j.person_key, j.journey_no)
     select w.person_key as person_key, w.journey_no as journey_no, w.first_ms as first_ms, o.last_order_ms as last_order_ms, o.orders as orders,
       s.brand_id as brand_id, v.micros as micros, w.touchpoints as touchpoints, w.email_touchpoints as email_touchpoints
     from walked w
     join ordered o on o.person_key = w.person_key and o.journey_no = w.journey_no
     join valued v on v.person_key = w.person_key and v.journey_no = w.journey_no
     join orders s on s.order_no = o.some_order_no`,
  );
  await makeLengths(snapshot, plan);
}

/** Makes `journey_lengths`: calendar days of each journey, by the zone offsets that hold over its time. */
async function makeLengths(snapshot: Snapshot, plan: Plan): Promise<void> {
  const zones = plan.brands.some((brand) => brand.settings.time_zone !== 'UTC');
  const day = (at: string, offset: string): string => `floor_div(${at} + ${offset}, ${MS_PER_DAY})`;
  if (!zones) {
    await snapshot.materialise(
      'journey_lengths',
      `select j.*, ${day('last_order_ms', '0')} - ${day('first_ms', '0')} as days from journeys j`,
    );
    return;
  }
  const [range] = await snapshot.query('select min(first_ms) as low, max(last_order_ms) as high from journeys');
  const rows = plan.brands.flatMap(({ brand_id, settings }) =>
    offsetPeriods(settings.time_zone, Number(range!['low'] ?? 0), Number(range!['high'] ?? 0) + 1).map((period) => ({
      brand_id,
      ...period,
    })),
  );
  await snapshot.relation(
    'journey_offsets',
    [textColumn('brand_id'), intColumn('from_ms'), intColumn('until_ms'), intColumn('offset_ms')],
    rows,
  );
  await snapshot.materialise(
    'journey_lengths',
    `select j.*, ${day('j.last_order_ms', 'b.offset_ms')} - ${day('j.first_ms', 'a.offset_ms')} as days
     from journeys j
     join journey_offsets a on a.brand_id = j.brand_id and j.first_ms >= a.from_ms and j.first_ms < a.until_ms
     join journey_offsets b on b.brand_id = j.brand_id and j.last_order_ms >= b.from_ms and j.last_order_ms < b.until_ms`,
  );
}

/** Journeys by their length. Revenue is net, and each order is in exactly one journey. */
export async function journeyAnalysis(snapshot: Snapshot): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select ${LENGTH_NO} as length_no, count(*) as journeys, text128(sum128(micros)) as micros, sum(touchpoints) as touchpoints,
       sum(email_touchpoints) as email_touchpoints, sum(orders) as orders
     from journey_lengths group by ${LENGTH_NO} order by length_no`,
  );
  return rows.map((row) => {
    const [journeys, micros] = [BigInt(row['journeys']!), BigInt(row['micros'] as string)];
    return {
      journey_length: LENGTHS[Number(row['length_no'])]!,
      journey_count: Number(journeys),
      conversions: Number(row['orders']),
      total_revenue_micros: micros.toString(),
      total_revenue: formatMicros(micros),
      average_touchpoints: ratio(BigInt(row['touchpoints']!), journeys),
      average_email_touchpoints: ratio(BigInt(row['email_touchpoints']!), journeys),
      revenue_per_journey: microsPer(micros, journeys),
    };
  });
}

const TOUCHPOINT_BUCKETS = ['0', '1', '2', '3', '4', '5', '6-10', '11+'] as const;

/** The journeys report: lengths, touches per journey and the mix of channels of journeys that ended in an order. */
export async function journeysReport(
  context: ReportContext,
  parameters: AttributionParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(
    async (snapshot) => {
      const resolved = await resolveParameters(snapshot, context, parameters, {
        ...options,
        extra: { report: 'journeys' },
      });
      return answerOnce(context, resolved, '', async () => {
        const found = await attribute(snapshot, resolved.plan, context.directory);
        await makeJourneys(snapshot, resolved.plan, found, ['channel']);
        return {
          ...reportHead(resolved, context.clock()),
          summary: await journeySummary(snapshot),
          journey_lengths: await journeyAnalysis(snapshot),
          touchpoints_per_journey: await touchpointsPerJourney(snapshot),
          channel_mix: await channelMix(snapshot),
        };
      });
    },
    { timeout_ms: context.timeout_ms },
  );
}

async function journeySummary(snapshot: Snapshot): Promise<ReportJson> {
  const [row] = await snapshot.query(
    `select count(*) as journeys, coalesce(sum(orders), 0) as orders, text128(coalesce(sum128(micros), int128(0))) as micros, coalesce(sum(touchpoints), 0) as touchpoints,
       coalesce(sum(email_touchpoints), 0) as email_touchpoints, count_where(email_touchpoints > 0) as with_email, coalesce(sum(days), 0) as days from journey_lengths`,
  );
  const journeys = BigInt(row!['journeys']!);
  const micros = BigInt(row!['micros'] as string);
  return {
    journey_count: Number(journeys),
    conversions: Number(row!['orders']),
    total_revenue_micros: micros.toString(),
    total_revenue: formatMicros(micros),
    journeys_with_email: Number(row!['with_email']),
    average_touchpoints: ratio(BigInt(row!['touchpoints']!), journeys),
    average_email_touchpoints: ratio(BigInt(row!['email_touchpoints']!), journeys),
    average_length_days: ratio(BigInt(row!['days']!), journeys),
    revenue_per_journey: microsPer(micros, journeys),
  };
}

async function touchpointsPerJourney(snapshot: Snapshot): Promise<ReportJson[]> {
  const bucket = 'case when touchpoints <= 5 then touchpoints when touchpoints <= 10 then 6 else 7 end';
  const rows = await snapshot.query(
    `select ${bucket} as bucket, count(*) as journeys, text128(sum128(micros)) as micros from journey_lengths group by ${bucket} order by bucket`,
  );
  return rows.map((row) => ({
    touchpoints: TOUCHPOINT_BUCKETS[Number(row['bucket'])]!,
    journey_count: Number(row['journeys']),
    total_revenue_micros: row['micros'],
    total_revenue: formatMicros(BigInt(row['micros'] as string)),
  }));
}

async function channelMix(snapshot: Snapshot): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select j.channel as channel, count(*) as touchpoints, count(distinct concat(text128(int128(j.person_key)), '/', text128(int128(j.journey_no)))) as journeys
     from journey_events j join journeys w on w.person_key = j.person_key and w.journey_no = j.journey_no
     where j.is_order = 0 and j.at_ms <= w.last_order_ms group by j.channel`,
  );
  const total = rows.reduce((sum, row) => sum + BigInt(row['touchpoints']!), 0n);
  return rows
    .map((row) => ({
      channel: row['channel'] as string,
      touchpoints: Number(row['touchpoints']),
      journeys: Number(row['journeys']),
      share_of_touchpoints: ratio(BigInt(row['touchpoints']!), total),
    }))
    .sort((a, b) => b.touchpoints - a.touchpoints || (a.channel < b.channel ? -1 : 1));
}

export const journeys = defineReport({
  name: 'journeys',
  command: 'report journeys',
  path: '/v1/reports/journeys',
  summary: 'How long journeys were, and what they were made of',
  description:
    'A journey is the events of a person without a long silence between them; it is reported when an order of the period lies in it.',
  parameters: AttributionParameters,
  result: JourneysResult,
  main_table: { rows: 'journey_lengths' },
  explain: JOURNEY_MEANINGS,
  run: journeysReport,
});
