/** The figures of the attribution report, by the query in the engine. */
import { creditedTouches } from '../attribution/credits.ts';
import { makeJourneys } from '../attribution/journeys.ts';
import type { Plan } from '../attribution/plan.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import { mapInTurns } from '../warehouse/work-turns.ts';
import type { CreditSource, Group, Grouping, Totals } from './credit-source.ts';
import type { Filtered } from './filters.ts';
import { readGroupSpend } from './group-spend.ts';
import { type GroupKey, joinKeys, keysOf } from './groups.ts';
import { journeyAnalysis } from './journeys.ts';
import { readCreditedNames } from './spend-campaigns.ts';
import { readLeftOut, readRest } from './unattributed-rows.ts';
import { readWarnings } from './warnings.ts';

/** The figures of a query whose filters are applied. */
export function creditsInSql(snapshot: Snapshot, plan: Plan, query: Filtered, grouping: Grouping): CreditSource {
  const { keys, filters } = grouping;
  const order_keys = keys.filter(({ about }) => about !== 'touch');
  const readCredited = () => readCreditedNames(snapshot, query.all);
  return {
    totals: () => readTotals(snapshot, query),
    groups: (room) => readGroups(snapshot, plan, query, keys, room),
    emails: (room) => readEmails(snapshot, plan, query, room),
    rest: (i, room) => readRest(snapshot, plan, query, order_keys, i, room),
    leftOut: async (i) =>
      filters.of_touches.length === 0 ? null : readLeftOut(snapshot, plan, query, filters, order_keys, i),
    spend: (limit) => readGroupSpend(snapshot, plan, readCredited, grouping, limit),
    journeys: async () => journeyAnalysis(snapshot, (await makeJourneys(snapshot, plan, query.chosen)).journeys),
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

function readEmails(snapshot: Snapshot, plan: Plan, { shown }: Filtered, room: number): Promise<Row[]> {
  return snapshot.query(
    `select t.email_id as email_id, t.campaign_id as campaign_id, count(distinct case when c.counted = 1 then c.order_no end) as touched,
       count(distinct case when c.counted = 1 then o.person_key end) as people, ${sumsOf(plan)}
     from ${creditedTouches(shown)} join ${shown.orders.name} o on o.order_no = c.order_no where t.is_email = 1 group by t.email_id, t.campaign_id
     limit ${room + 1}`,
  );
}
