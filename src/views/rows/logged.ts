/** The rows of the views that the attribution query makes: the SQL of each column, over the relations of the query. */
import { creditedTouches } from '../../attribution/credits.ts';
import { makeJourneys } from '../../attribution/journeys.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { unattributedOf } from '../../attribution/unattributed.ts';
import { customerKinds } from '../../reports/customer-kinds.ts';
import { TOUCH_KEY_NAMES } from '../../reports/groups.ts';
import { makeSpend, makeSpendLines } from '../../reports/spend.ts';
import { readCreditedNames, withCampaigns } from '../../reports/spend-campaigns.ts';
import type { Snapshot } from '../../warehouse/port.ts';

/** The rows of a view: SQL for the cell of each column, as its type takes it, and where they come from. */
export interface RowSource {
  cells: Readonly<Record<string, string>>;
  from: string;
  /** The model of the rows; undefined for rows that no model has made. */
  model?: string;
}

const MS_PER_HOUR = 3_600_000;

const number = (sql: string): string => `float64(${sql})`;
const amount = (sql: string): string => `text128(int128(${sql}))`;

function credits(plan: Plan, query: Attribution): RowSource[] {
  return plan.models.map(({ name }, i) => ({
    model: name,
    cells: {
      brand_id: 'c.brand_id',
      day: number('c.day_number'),
      order_no: number('c.order_no'),
      touch_no: number('c.touch_no'),
      place: number('c.k'),
      places: number('c.n'),
      hours_before_order: `float64(c.age_ms) / ${MS_PER_HOUR}.0`,
      ...Object.fromEntries(TOUCH_KEY_NAMES.map((key) => [key, `t.${key}`])),
      credited_conversions: number(`c.m${i}`),
      attributed_revenue: amount(`c.c${i}`),
      person_id: 'o.person_id',
    },
    from: `${creditedTouches(query)} join ${query.orders.name} o on o.order_no = c.order_no`,
  }));
}

function unattributed(plan: Plan, query: Attribution): RowSource[] {
  return plan.models.map(({ name }, i) => ({
    model: name,
    cells: {
      brand_id: 'u.brand_id',
      day: number('u.day_number'),
      order_no: number('u.order_no'),
      reason: 'u.reason',
      unattributed_revenue: amount('u.micros'),
    },
    from: `(${unattributedOf(plan, query, i)}) u`,
  }));
}

async function orders(snapshot: Snapshot, plan: Plan, query: Attribution): Promise<RowSource[]> {
  const kinds = await customerKinds(snapshot, plan, query);
  return [
    {
      cells: {
        order_no: number('o.order_no'),
        brand_id: 'o.brand_id',
        conversion_type: 'o.conversion_type',
        event: `case when e.event = 'order' then 'order' else 'adjustment' end`,
        day: number('e.day_number'),
        ordered_at: number('o.at_ms'),
        customer_kind: 'k.customer_kind',
        conversions: number(`case when e.event = 'order' then 1 else 0 end`),
        net_revenue: amount('e.after_micros - e.before_micros'),
        conversion_id: 'o.conversion_id',
        order_id: 'o.order_id',
        person_id: 'o.person_id',
      },
      from: `${query.events.name} e join ${query.orders.name} o on o.order_no = e.order_no join ${kinds.name} k on k.order_no = e.order_no`,
    },
  ];
}

async function journeys(snapshot: Snapshot, plan: Plan, query: Attribution): Promise<RowSource[]> {
  const made = await makeJourneys(snapshot, plan, query);
  return [
    {
      cells: {
        brand_id: 'j.brand_id',
        first_at: number('j.first_ms'),
        last_order_at: number('j.last_order_ms'),
        days: number('j.days'),
        orders: number('j.orders'),
        touchpoints: number('j.touchpoints'),
        email_touchpoints: number('j.email_touchpoints'),
        net_revenue: amount('j.micros'),
        person_id: 'p.person_id',
      },
      from: `${made.journeys.name} j join (select person_key, min(person_id) as person_id from ${query.orders.name} group by person_key) p on p.person_key = j.person_key`,
    },
  ];
}

async function spend(snapshot: Snapshot, plan: Plan, query: Attribution): Promise<RowSource[]> {
  const lines = await makeSpendLines(snapshot, plan);
  const named = await withCampaigns(snapshot, lines, () => readCreditedNames(snapshot, query));
  const made = await makeSpend(snapshot, plan, named ?? lines);
  if (made === null) return [];
  return [
    {
      cells: {
        brand_id: 's.brand_id',
        day: number('s.day_number'),
        channel: 's.channel',
        campaign_id: 's.campaign_id',
        spend: `case when s.is_known = 1 then ${amount('s.micros')} end`,
      },
      from: `${made.amounts.name} s`,
    },
  ];
}

type MakeSources = (snapshot: Snapshot, plan: Plan, query: Attribution) => RowSource[] | Promise<RowSource[]>;

/** The views that the attribution query makes, by name. */
export const LOGGED: Readonly<Record<string, MakeSources>> = {
  credits: (_snapshot, plan, query) => credits(plan, query),
  unattributed: (_snapshot, plan, query) => unattributed(plan, query),
  orders,
  journeys,
  spend,
};
