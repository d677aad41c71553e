/** One customer's history: ids, segments and journeys, with every touchpoint, order and what each touchpoint earned. */

import Type, { type Static } from 'typebox';
import { CREDITED_TOUCHES } from '../attribution/credits.ts';
import type { Plan } from '../attribution/plan.ts';
import { attribute } from '../attribution/query.ts';
import { IS_EMAIL, IS_MACHINE, memberTouches } from '../attribution/touches.ts';
import { formatMicros } from '../domain/money.ts';
import { int64Hash, subjectKey } from '../domain/subject.ts';
import { formatInstant, MS_PER_DAY, zoneOffsetMs } from '../domain/time.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, resolvePosition } from '../warehouse/position.ts';
import { intColumn, type Row, textColumn } from '../warehouse/schema.ts';
import { reportHead } from './config-hash.ts';
import type { ReportContext, ReportJson } from './context.ts';
import { defineReport } from './declare.ts';
import { ONE_PERSON_PARAMETERS } from './parameters.ts';
import { ALL_TIME, brandOf, readPerson } from './person.ts';
import { resolveParameters } from './resolve.ts';
import { CUSTOMER_MEANINGS, CustomerResult } from './results/customer.ts';

export const CustomerParameters = Type.Object(ONE_PERSON_PARAMETERS, { additionalProperties: false });
export type CustomerParameters = Static<typeof CustomerParameters>;

/** Counts and sums are of everything; lists hold the newest. */
const MAX_JOURNEYS = 100;
const MAX_LISTED = 1_000;
const MAX_SEGMENTS = 100;

const ID_COLUMNS = [
  ['touchpoints', 'customer_id'],
  ['touchpoints', 'anonymous_id'],
  ['conversions', 'customer_id'],
  ['conversions', 'anonymous_id'],
  ['email_events', 'customer_id'],
  ['customer_segments', 'customer_id'],
] as const;

/**
 * The history of the person to whom an id belongs, over all time. Machine traffic is counted and left out.
 * @throws not_found when no record carries the id.
 */
export async function customerReport(
  context: ReportContext,
  customer_id: string,
  parameters: CustomerParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(
    async (snapshot) => {
      const position = await resolvePosition(snapshot, parameters.as_of);
      const sought = { field: 'customer_id', id: customer_id, columns: ID_COLUMNS };
      const brand = await brandOf(snapshot, position, sought, { brand_id: parameters.brand_id, ...options });
      const resolved = await resolveParameters(
        snapshot,
        context,
        { ...parameters, ...ALL_TIME, brand_id: brand },
        { ...options, extra: { report: 'customer' }, touch_columns: ['touchpoint_id'] },
      );
      const { person_id, ids } = await resolvePerson(snapshot, resolved.plan, context.directory, customer_id);
      const plan = { ...resolved.plan, person_id };
      const { reclassified } = await attribute(snapshot, plan, context.directory);
      await makePersonMembers(snapshot, brand, person_id, ids);
      await makeHistory(snapshot, plan, reclassified);
      const { report_period: _period, ...head } = reportHead(resolved, context.clock());
      return {
        ...head,
        customer_id,
        brand_id: brand,
        attribution_model: plan.models[0]!.name,
        person: await readPerson(snapshot, plan, person_id),
        segments: await readSegments(snapshot, plan),
        ...(await readJourneys(snapshot, plan, person_id)),
      };
    },
    { timeout_ms: context.timeout_ms },
  );
}

async function resolvePerson(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  id: string,
): Promise<{ person_id: string; ids: string[] }> {
  const brand = plan.brands[0]!;
  const members = (await directory.members(snapshot, plan.positions.identity, () => brand.settings)).filter(
    (member) => member.brand_id === brand.brand_id,
  );
  const person_id = members.find((member) => member.id === id)?.person_id ?? id;
  return { person_id, ids: members.filter((member) => member.person_id === person_id).map((member) => member.id) };
}

/** Makes `members` again: after the attribution query it holds only people who ordered. */
async function makePersonMembers(
  snapshot: Snapshot,
  brand: string,
  person_id: string,
  ids: readonly string[],
): Promise<void> {
  const person_key = subjectKey(brand, person_id);
  await snapshot.relation(
    'members',
    [textColumn('brand_id'), textColumn('id'), intColumn('subject_key'), intColumn('person_key')],
    [person_id, ...ids].map((id) => ({ brand_id: brand, id, subject_key: subjectKey(brand, id), person_key })),
  );
}

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
 * Makes `person_touches`, and `history`: the person's touchpoints and orders in order of time, each with the number of its
 * journey. A silence longer than the brand's gap begins a new one; an order never ends one.
 */
async function makeHistory(snapshot: Snapshot, plan: Plan, reclassified: boolean): Promise<void> {
  const gap_ms = Math.round(plan.brands[0]!.settings.journey_gap_days * MS_PER_DAY);
  await snapshot.materialise(
    'person_touches',
    `select t.at_ms as at_ms, ${TOUCH_COLUMNS.map((name) => `t.${name} as ${name}`).join(', ')}, case when ${IS_EMAIL} then 1 else 0 end as is_email,
       case when ${IS_MACHINE} then 1 else 0 end as is_machine
     from (${memberTouches(plan, { columns: TOUCH_COLUMNS, reclassified })}) t`,
  );
  await snapshot.materialise(
    'history',
    `with happened as (
       select at_ms, 0 as is_order, touchpoint_id as id, channel, is_email from person_touches where is_machine = 0
       union all
       select o.at_ms as at_ms, 1 as is_order, o.conversion_id as id, null as channel, 0 as is_email from orders o),
     spaced as (
       select h.*, case when at_ms - lag(at_ms) over (order by at_ms, is_order, id) > ${gap_ms} then 1 else 0 end as begins from happened h)
     select at_ms, is_order, id, channel, is_email,
       1 + sum(begins) over (order by at_ms, is_order, id rows between unbounded preceding and current row) as journey_no,
       row_number() over (order by at_ms, is_order, id) as place
     from spaced`,
  );
}

async function readSegments(snapshot: Snapshot, plan: Plan): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select s.segment_name as segment_name, s.segment_criteria as segment_criteria, s.segment_properties as segment_properties,
       epoch_ms(s.assigned_at) as assigned_ms, epoch_ms(s.expires_at) as expires_ms
     from customer_segments s join members m on m.brand_id = s.brand_id and m.id = s.customer_id
     where ${atOrBefore('s', plan.positions.identity)} order by assigned_ms desc, segment_name, s.segment_id limit ${MAX_SEGMENTS}`,
  );
  return rows.map((row) => ({
    segment_name: row['segment_name'],
    segment_criteria: row['segment_criteria'],
    segment_properties: row['segment_properties'] === null ? null : JSON.parse(row['segment_properties'] as string),
    assigned_at: formatInstant(Number(row['assigned_ms'])),
    expires_at: row['expires_ms'] === null ? null : formatInstant(Number(row['expires_ms'])),
  }));
}

/** The person's journeys, newest first, and their sums. */
async function readJourneys(snapshot: Snapshot, plan: Plan, person_id: string): Promise<ReportJson> {
  const journeys = await snapshot.query(
    `select h.journey_no as journey_no, min(h.at_ms) as first_ms, max(h.at_ms) as last_ms, min(case when h.is_order = 0 then h.at_ms end) as first_touch_ms,
       max(case when h.is_order = 0 then h.at_ms end) as last_touch_ms, max(case when h.is_order = 1 then h.at_ms end) as last_order_ms,
       count_where(h.is_order = 0) as touchpoints, count_where(h.is_email = 1) as email_touchpoints, count_where(h.is_order = 1) as orders,
       min(h.place) as first_place, text128(coalesce(sum128(e.after_micros), int128(0))) as micros
     from history h left join orders o on h.is_order = 1 and o.conversion_id = h.id left join events e on e.order_no = o.order_no
     group by h.journey_no order by journey_no desc`,
  );
  const mix = await snapshot.query(
    'select journey_no, channel, count(*) as n from history where is_order = 0 group by journey_no, channel order by n desc, channel',
  );
  const firsts = await snapshot.query(
    'select h.journey_no as journey_no, h.id as id from history h join (select min(place) as place from history group by journey_no) f on f.place = h.place',
  );
  const [machine] = await snapshot.query('select count(*) as n from person_touches where is_machine = 1');
  const touchpoints = await listTouchpoints(snapshot);
  const conversions = await listConversions(snapshot);
  const of = <T extends { journey_no: number }>(rows: readonly T[], journey_no: number): ReportJson[] =>
    rows.filter((row) => row.journey_no === journey_no).map(({ journey_no: _no, ...row }) => row);
  const total = (name: string): number => journeys.reduce((sum, row) => sum + Number(row[name]), 0);
  const value = journeys.reduce((sum, row) => sum + BigInt(row['micros'] as string), 0n);
  return {
    summary: {
      journey_count: journeys.length,
      total_touchpoint_count: total('touchpoints'),
      email_touchpoint_count: total('email_touchpoints'),
      machine_touchpoint_count: Number(machine!['n']),
      conversion_count: total('orders'),
      total_conversion_value_micros: value.toString(),
      total_conversion_value: formatMicros(value),
      lists_truncated:
        journeys.length > MAX_JOURNEYS || total('touchpoints') > MAX_LISTED || total('orders') > MAX_LISTED,
    },
    journeys: journeys.slice(0, MAX_JOURNEYS).map((row) => {
      const journey_no = Number(row['journey_no']);
      const first_id = firsts.find((first) => Number(first['journey_no']) === journey_no)!['id'] as string;
      return {
        ...journeyPart(row, plan, person_id, first_id),
        channel_mix: Object.fromEntries(
          mix
            .filter((part) => Number(part['journey_no']) === journey_no)
            .map((part) => [part['channel'], Number(part['n'])]),
        ),
        touchpoints: of(touchpoints, journey_no),
        conversions: of(conversions, journey_no),
      };
    }),
  };
}

function journeyPart(row: Row, plan: Plan, person_id: string, first_id: string): ReportJson {
  const { brand_id: brand, settings } = plan.brands[0]!;
  const instant = (name: string): string | null => (row[name] === null ? null : formatInstant(Number(row[name])));
  const day = (name: string): number =>
    Math.floor((Number(row[name]) + zoneOffsetMs(settings.time_zone, Number(row[name]))) / MS_PER_DAY);
  const key = BigInt.asUintN(64, int64Hash(JSON.stringify([brand, person_id, first_id])));
  const micros = BigInt(row['micros'] as string);
  return {
    // Named after what began it: the same events give the same name, whatever comes later.
    journey_id: `jn_${key.toString(16).padStart(16, '0')}`,
    customer_id: person_id,
    first_touchpoint: instant('first_touch_ms'),
    last_touchpoint: instant('last_touch_ms'),
    // Calendar days in the brand's zone, as in the journeys report: from the first event to the last, and to the last order.
    journey_duration_days: day('last_ms') - day('first_ms'),
    days_to_last_conversion: row['last_order_ms'] === null ? null : day('last_order_ms') - day('first_ms'),
    total_touchpoint_count: Number(row['touchpoints']),
    email_touchpoint_count: Number(row['email_touchpoints']),
    conversion_count: Number(row['orders']),
    total_conversion_value_micros: micros.toString(),
    total_conversion_value: formatMicros(micros),
  };
}

type Listed = ReportJson & { journey_no: number };

async function listTouchpoints(snapshot: Snapshot): Promise<Listed[]> {
  const rows = await snapshot.query(
    `select h.journey_no as journey_no, ${TOUCH_COLUMNS.map((name) => `t.${name} as ${name}`).join(', ')}, t.at_ms as at_ms, text128(coalesce(c.micros, int128(0))) as micros
     from (select * from history where is_order = 0 order by place desc limit ${MAX_LISTED}) h
       join person_touches t on t.touchpoint_id = h.id
       left join (select t.touchpoint_id as touchpoint_id, sum128(c.c0) as micros from ${CREDITED_TOUCHES} group by t.touchpoint_id) c on c.touchpoint_id = h.id
     order by h.place`,
  );
  return rows.map(({ journey_no, at_ms, micros, ...touchpoint }) => ({
    journey_no: Number(journey_no),
    ...touchpoint,
    occurred_at: formatInstant(Number(at_ms)),
    attributed_revenue_micros: micros,
    attributed_revenue: formatMicros(BigInt(micros as string)),
  }));
}

async function listConversions(snapshot: Snapshot): Promise<Listed[]> {
  const rows = await snapshot.query(
    `select h.journey_no as journey_no, o.conversion_id as conversion_id, o.order_id as order_id, o.conversion_type as conversion_type, o.at_ms as at_ms,
       text128(e.after_micros) as micros, coalesce(p.touches, 0) as touches, u.reason as unattributed_reason
     from (select * from history where is_order = 1 order by place desc limit ${MAX_LISTED}) h
       join orders o on o.conversion_id = h.id join events e on e.order_no = o.order_no
       left join (select order_no, sum(counted) as touches from credits group by order_no) p on p.order_no = o.order_no
       left join unattributed u on u.order_no = o.order_no
     order by h.place`,
  );
  return rows.map((row) => ({
    journey_no: Number(row['journey_no']),
    conversion_id: row['conversion_id'],
    order_id: row['order_id'],
    conversion_type: row['conversion_type'],
    occurred_at: formatInstant(Number(row['at_ms'])),
    net_value_micros: row['micros'],
    net_value: formatMicros(BigInt(row['micros'] as string)),
    credited_touches: Number(row['touches']),
    unattributed_reason: row['unattributed_reason'],
  }));
}

export const customer = defineReport({
  name: 'customer',
  command: 'report customer',
  path: '/v1/customers/:customer_id',
  path_parameters: { customer_id: 'Any id of the person' },
  summary: 'One person: their ids, events, orders and what earned them',
  description: 'Ids that are joined to this one are part of the answer.',
  parameters: CustomerParameters,
  result: CustomerResult,
  main_table: { rows: 'journeys' },
  explain: CUSTOMER_MEANINGS,
  run: (context, { customer_id, ...parameters }, asker) => customerReport(context, customer_id, parameters, asker),
});
