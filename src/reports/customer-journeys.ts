/** The journeys of one person: every touchpoint with its credit, every order, and their sums. docs/semantics.md 9. */
import { without } from '../attribution/eligibility.ts';
import { makeJourneyEvents } from '../attribution/journeys.ts';
import type { Plan } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import { memberTouches } from '../attribution/touches.ts';
import { money } from '../domain/money.ts';
import { int64Hash } from '../domain/subject.ts';
import { dayOf, formatInstant } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { columnsOf, materialise, type Relation } from '../warehouse/relation.ts';
import type { ReportJson } from './context.ts';
import { HISTORY } from './relations.ts';

/** Limits of lists, which hold the newest rows. Counts and sums cover everything. */
const MAX_JOURNEYS = 100;
const MAX_LISTED = 1_000;

const TOUCH_COLUMNS = [
  'touchpoint_id',
  'touchpoint_type',
  'channel',
  'campaign_id',
  'email_id',
  'session_id',
  'url',
  'verdict',
];

/**
 * Makes `history`: the person's touchpoints and orders in order of time, each with the number of its journey. At the same
 * instant touchpoints come before orders, in the order of their ids.
 */
export async function makeHistory(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  members: Relation,
): Promise<void> {
  const events = await makeJourneyEvents(snapshot, plan, query, { columns: TOUCH_COLUMNS, members });
  const id = 'coalesce(h.touchpoint_id, o.conversion_id)';
  await materialise(
    snapshot,
    HISTORY,
    `select ${columnsOf(HISTORY, 'h', { id, place: `row_number() over (order by h.at_ms, h.is_order, ${id})` })}
     from ${events.name} h left join ${query.orders.name} o on h.is_order = 1 and o.order_no = h.event_no`,
  );
}

const JOURNEY = {
  journey_no: 'number',
  first_id: 'text',
  first_ms: 'number',
  last_ms: 'number',
  first_touch_ms: 'number?',
  last_touch_ms: 'number?',
  last_order_ms: 'number?',
  touchpoints: 'number',
  email_touchpoints: 'number',
  orders: 'number',
  micros: 'bigint',
} as const;
type Journey = ReturnType<typeof read<typeof JOURNEY>>;

/** All journeys of the history, newest first, with counts of all their events. */
async function listJourneys(snapshot: Snapshot, { events }: Attribution): Promise<Journey[]> {
  const touch = 'case when h.is_order = 0 then h.at_ms end';
  const rows = await snapshot.query(
    `select h.journey_no as journey_no, min(h.at_ms) as first_ms, max(h.at_ms) as last_ms, min(${touch}) as first_touch_ms, max(${touch}) as last_touch_ms,
       max(case when h.is_order = 1 then h.at_ms end) as last_order_ms, count_where(h.is_order = 0) as touchpoints, count_where(h.is_email = 1) as email_touchpoints,
       count_where(h.is_order = 1) as orders, min(case when h.place = h.first_place then h.id end) as first_id, text128(coalesce(sum128(e.after_micros), int128(0))) as micros
     from (select p.*, min(place) over (partition by journey_no) as first_place from ${HISTORY.name} p) h
       left join ${events.name} e on h.is_order = 1 and e.order_no = h.event_no
     group by h.journey_no order by journey_no desc`,
  );
  return readAll(rows, JOURNEY);
}

/** Reads the journeys of the history, newest first, and their sums. */
export async function readJourneys(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  members: Relation,
  person_id: string,
): Promise<ReportJson> {
  const journeys = await listJourneys(snapshot, query);
  const mix = readAll(
    await snapshot.query(
      `select journey_no, channel, count(*) as n from ${HISTORY.name} where is_order = 0 group by journey_no, channel order by n desc, channel`,
    ),
    { journey_no: 'number', channel: 'text', n: 'number' },
  );
  const touches = memberTouches(plan, { members, verdicts: query.verdicts }, { columns: ['traits'] });
  const [machine] = await snapshot.query(
    `select count(*) as n from (${touches}) t where not (${without('t.traits', 'machine')}) and ${without('t.traits', 'no_consent')}`,
  );
  const touchpoints = await listTouchpoints(snapshot, query);
  const conversions = await listConversions(snapshot, query);
  const of = <T extends { journey_no: number }>(rows: readonly T[], journey_no: number): ReportJson[] =>
    rows.filter((row) => row.journey_no === journey_no).map(({ journey_no: _no, ...row }) => row);
  const total = (name: 'touchpoints' | 'email_touchpoints' | 'orders'): number =>
    journeys.reduce((sum, journey) => sum + journey[name], 0);
  const value = journeys.reduce((sum, { micros }) => sum + micros, 0n);
  return {
    summary: {
      journey_count: journeys.length,
      total_touchpoint_count: total('touchpoints'),
      email_touchpoint_count: total('email_touchpoints'),
      machine_touchpoint_count: read(machine, { n: 'number' }).n,
      conversion_count: total('orders'),
      ...money('total_conversion_value', value),
      lists_truncated:
        journeys.length > MAX_JOURNEYS || total('touchpoints') > MAX_LISTED || total('orders') > MAX_LISTED,
    },
    journeys: journeys.slice(0, MAX_JOURNEYS).map((journey) => ({
      ...journeyPart(journey, plan, person_id),
      channel_mix: Object.fromEntries(
        mix.filter((part) => part.journey_no === journey.journey_no).map((part) => [part.channel, part.n]),
      ),
      touchpoints: of(touchpoints, journey.journey_no),
      conversions: of(conversions, journey.journey_no),
    })),
  };
}

function journeyPart(journey: Journey, plan: Plan, person_id: string): ReportJson {
  const { brand_id: brand, settings } = plan.brands[0]!;
  const instant = (at_ms: number | null): string | null => (at_ms === null ? null : formatInstant(at_ms));
  const day = (at_ms: number): number => dayOf(settings.time_zone, at_ms);
  const { first_ms, last_ms, last_order_ms, micros } = journey;
  const key = BigInt.asUintN(64, int64Hash(JSON.stringify([brand, person_id, journey.first_id])));
  return {
    // The name comes from the first event of the journey, so later events do not change it.
    journey_id: `jn_${key.toString(16).padStart(16, '0')}`,
    customer_id: person_id,
    first_touchpoint: instant(journey.first_touch_ms),
    last_touchpoint: instant(journey.last_touch_ms),
    // Lengths are calendar days in the brand's zone, as in the journeys report.
    journey_duration_days: day(last_ms) - day(first_ms),
    days_to_last_conversion: last_order_ms === null ? null : day(last_order_ms) - day(first_ms),
    total_touchpoint_count: journey.touchpoints,
    email_touchpoint_count: journey.email_touchpoints,
    conversion_count: journey.orders,
    ...money('total_conversion_value', micros),
  };
}

type Listed = ReportJson & { journey_no: number };

async function listTouchpoints(snapshot: Snapshot, { credits }: Attribution): Promise<Listed[]> {
  const rows = await snapshot.query(
    `select h.journey_no as journey_no, ${TOUCH_COLUMNS.map((name) => `h.${name} as ${name}`).join(', ')}, h.at_ms as at_ms, text128(coalesce(c.micros, int128(0))) as micros
     from (select * from ${HISTORY.name} where is_order = 0 order by place desc limit ${MAX_LISTED}) h
       left join (select touch_no, sum128(c0) as micros from ${credits.name} group by touch_no) c on c.touch_no = h.event_no
     order by h.place`,
  );
  return rows.map((row) => {
    const { journey_no, at_ms, micros } = read(row, { journey_no: 'number', at_ms: 'number', micros: 'bigint' });
    return {
      journey_no,
      ...Object.fromEntries(TOUCH_COLUMNS.map((name) => [name, row[name]])),
      occurred_at: formatInstant(at_ms),
      ...money('attributed_revenue', micros),
    };
  });
}

async function listConversions(snapshot: Snapshot, query: Attribution): Promise<Listed[]> {
  const { orders, events, credits, unattributed } = query;
  const rows = await snapshot.query(
    `select h.journey_no as journey_no, o.conversion_id as conversion_id, o.order_id as order_id, o.conversion_type as conversion_type, o.at_ms as at_ms,
       text128(e.after_micros) as micros, coalesce(p.touches, 0) as touches, u.reason as unattributed_reason
     from (select * from ${HISTORY.name} where is_order = 1 order by place desc limit ${MAX_LISTED}) h
       join ${orders.name} o on o.order_no = h.event_no join ${events.name} e on e.order_no = o.order_no
       left join (select order_no, sum(counted) as touches from ${credits.name} group by order_no) p on p.order_no = o.order_no
       left join ${unattributed.name} u on u.order_no = o.order_no
     order by h.place`,
  );
  const shape = {
    journey_no: 'number',
    conversion_id: 'text',
    order_id: 'text?',
    conversion_type: 'text',
    at_ms: 'number',
    micros: 'bigint',
    touches: 'number',
    unattributed_reason: 'text?',
  } as const;
  return readAll(rows, shape).map(({ at_ms, micros, touches, unattributed_reason, ...row }) => ({
    ...row,
    occurred_at: formatInstant(at_ms),
    ...money('net_value', micros),
    credited_touches: touches,
    unattributed_reason,
  }));
}
