/** The figures of the attribution report, by the query in the engine. */
import { creditedTouches } from '../attribution/credits.ts';
import { makeJourneys } from '../attribution/journeys.ts';
import { PERSON_GROUPS, type Plan } from '../attribution/plan.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import { mapInTurns } from '../warehouse/work-turns.ts';
import { addKind, type Kinds } from './campaign-kinds.ts';
import type { CreditSource, Group, Grouping, Spread, Totals } from './credit-source.ts';
import type { Filtered } from './filters.ts';
import { readGroupSpend } from './group-spend.ts';
import { type GroupKey, joinKeys, keysOf } from './groups.ts';
import { journeyAnalysis } from './journeys.ts';
import { readCreditedNames } from './spend-campaigns.ts';
import { readLeftOut, readRest } from './unattributed-rows.ts';
import { readWarnings } from './warnings.ts';

/** The figures of a query whose filters are applied. */
export function creditsInSql(snapshot: Snapshot, plan: Plan, query: Filtered, grouping: Grouping): CreditSource {
  const { keys, filters, has_spread = false } = grouping;
  const order_keys = keys.filter(({ about }) => about !== 'touch');
  const readCredited = () => readCreditedNames(snapshot, query.all);
  return {
    totals: () => readTotals(snapshot, query),
    groups: (room) => readGroups(snapshot, plan, query, keys, room),
    spread: async (room) => (has_spread ? readSpread(snapshot, plan, query, keys, room) : []),
    emails: (room) => readEmails(snapshot, plan, query, room),
    rest: (i, room) => readRest(snapshot, plan, query, order_keys, i, room),
    leftOut: async (i) =>
      filters.of_touches.length === 0 ? null : readLeftOut(snapshot, plan, query, filters, order_keys, i),
    spend: (limit) => readGroupSpend(snapshot, plan, readCredited, grouping, limit),
    journeys: async () => journeyAnalysis(snapshot, (await makeJourneys(snapshot, plan, query.chosen)).journeys),
    kinds: () => readKinds(snapshot, query.all),
    warnings: () => readWarnings(snapshot, plan, query.chosen),
  };
}

async function readTotals(snapshot: Snapshot, { chosen, shown }: Filtered): Promise<Totals> {
  const [row] = await snapshot.query(
    `select e.*, m.*
     from (
       select count_where(e.event = 'order') as total_conversions, count_where(e.event = 'order' and t.order_no is not null) as attributed_conversions,
         text128(coalesce(sum128(e.after_micros - e.before_micros), int128(0))) as net_micros
       from ${chosen.events.name} e left join (select distinct order_no from ${shown.credits.name}) t on t.order_no = e.order_no) e
     cross join (
       select count(distinct case when c.counted = 1 then c.order_no end) as email_conversions from ${creditedTouches(shown)} where t.is_email = 1) m`,
  );
  return read(row, {
    total_conversions: 'bigint',
    attributed_conversions: 'bigint',
    email_conversions: 'number',
    net_micros: 'bigint',
  });
}

const sumsOf = ({ models }: Plan): string =>
  models.map((_, i) => `text128(sum128(c.c${i})) as c${i}, text128(sum128(c.m${i})) as m${i}`).join(', ');

async function readGroups(
  snapshot: Snapshot,
  plan: Plan,
  { shown }: Filtered,
  keys: readonly GroupKey[],
  room: number,
): Promise<Group[]> {
  const joined = await joinKeys(snapshot, plan, shown, keys);
  const rows = await snapshot.query(
    `select ${keys.map((key, i) => `${key.sql} as g${i}`).join(', ')}, count(distinct case when c.counted = 1 then c.order_no end) as touched,
       sum(c.counted) as touches, ${sumsOf(plan)}
     from ${creditedTouches(shown)} ${joined} group by ${keys.map((key) => key.sql).join(', ')} limit ${room + 1}`,
  );
  return mapInTurns(rows, (row) => ({
    keys: keysOf(row, keys),
    touched: Number(row['touched']),
    touches: BigInt(row['touches']!),
    row,
  }));
}

/** Sums by order first, so that an order counts once in a group. */
async function readSpread(
  snapshot: Snapshot,
  plan: Plan,
  { chosen, shown }: Filtered,
  keys: readonly GroupKey[],
  room: number,
): Promise<Spread[]> {
  const joined = await joinKeys(snapshot, plan, shown, keys);
  const named = keys.map((_, i) => `g${i}`);
  const rows = await snapshot.query(
    `with touched as (
       select ${keys.map((key, i) => `${key.sql} as g${i}`).join(', ')}, c.order_no as order_no, max(c.counted) as counted, sum128(c.c0) as credited_micros
       from ${creditedTouches(shown)} ${joined} group by ${keys.map((key) => key.sql).join(', ')}, c.order_no),
     nets as (select order_no, sum128(after_micros - before_micros) as net_micros from ${chosen.events.name} group by order_no),
     valued as (
       select w.*, o.person_key as person_key, bits(o.person_key, ${PERSON_GROUPS - 1}) as person_group,
         case when w.counted = 1 then n.net_micros else int128(0) end as touched_micros
       from touched w join ${shown.orders.name} o on o.order_no = w.order_no join nets n on n.order_no = w.order_no)
     select ${named.join(', ')}, person_group, text128(sum128(v.credited_micros)) as credited, text128(sum128(v.touched_micros)) as touched,
       count(distinct case when v.counted = 1 then v.person_key end) as people
     from valued v group by ${named.join(', ')}, person_group limit ${(room + 1) * PERSON_GROUPS}`,
  );
  const groups = new Map<string, Spread & { credited: Map<number, bigint> }>();
  await mapInTurns(rows, (row) => {
    const own = keysOf(row, keys);
    const name = JSON.stringify(own);
    const group = groups.get(name) ?? { keys: own, people: 0, touched_micros: 0n, credited: new Map() };
    groups.set(name, group);
    const { person_group, credited, touched, people } = read(row, SPREAD_ROW);
    group.people += people;
    group.touched_micros += touched;
    if (credited !== 0n) group.credited.set(person_group, credited);
  });
  return [...groups.values()];
}

const SPREAD_ROW = { person_group: 'number', credited: 'bigint', touched: 'bigint', people: 'number' } as const;

async function readKinds(snapshot: Snapshot, all: Filtered['all']): Promise<Kinds> {
  const kinds: Kinds = new Map();
  const rows = await snapshot.query(
    `select t.campaign_id as campaign_id, t.campaign_kind as campaign_kind from ${creditedTouches(all)}
     where t.campaign_id is not null and t.campaign_kind is not null group by t.campaign_id, t.campaign_kind`,
  );
  for (const { campaign_id, campaign_kind } of readAll(rows, { campaign_id: 'text', campaign_kind: 'text' }))
    addKind(kinds, campaign_id, campaign_kind);
  return kinds;
}

function readEmails(snapshot: Snapshot, plan: Plan, { shown }: Filtered, room: number): Promise<Row[]> {
  return snapshot.query(
    `select t.email_id as email_id, t.campaign_id as campaign_id, count(distinct case when c.counted = 1 then c.order_no end) as touched,
       count(distinct case when c.counted = 1 then o.person_key end) as people, ${sumsOf(plan)}
     from ${creditedTouches(shown)} join ${shown.orders.name} o on o.order_no = c.order_no where t.is_email = 1 group by t.email_id, t.campaign_id
     limit ${room + 1}`,
  );
}
