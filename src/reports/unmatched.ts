/** What of a period does not fit together: orders without touches, refunds without orders, campaigns that only touches or only spend names. */
import { makePersons } from '../attribution/orders.ts';
import type { Plan } from '../attribution/plan.ts';
import { BRAND_PERIODS, PERSONS } from '../attribution/relations.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import { ENGAGEMENT_TYPES } from '../domain/touchpoint.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { textList } from '../warehouse/sql-text.ts';
import { refundsOfPeriod, unknownOrders } from './refund-warnings.ts';
import { makeSpendLines } from './spend.ts';

/** Touches so long before the period count as those of its orders; sends so long before as those of its touches. */
const TOUCH_DAYS = 30;
const SEND_DAYS = 90;
const MAX_CAMPAIGNS = 100;

const ofBrand = (alias: string): string => `join ${BRAND_PERIODS.name} b on b.brand_id = ${alias}.brand_id`;

/** SQL for rows of the period of their brand, or up to some days before it. */
function within(alias: string, { brands, positions }: Plan, days_before = 0): string {
  const before_ms = days_before * MS_PER_DAY;
  const start_ms = Math.min(...brands.map((brand) => brand.start_ms)) - before_ms;
  const end_ms = Math.max(...brands.map((brand) => brand.end_ms));
  const at = `${alias}.occurred_at`;
  return `${at} >= instant(${start_ms}) and ${at} < instant(${end_ms}) and epoch_ms(${at}) >= b.start_ms - ${before_ms} and epoch_ms(${at}) < b.end_ms
    and ${atOrBefore(alias, positions.touchpoints)}`;
}

/** @param snapshot with `brand_periods`. */
export async function readUnmatched(snapshot: Snapshot, plan: Plan, directory: PersonDirectory) {
  await makePersons(snapshot, plan, directory);
  return {
    orders: await readOrders(snapshot, plan),
    refunds: {
      refunds: await refundsOfPeriod(snapshot, plan, BRAND_PERIODS),
      of_unknown_orders: await unknownOrders(snapshot, plan, BRAND_PERIODS),
    },
    unknown_campaigns: await readUnknownCampaigns(snapshot, plan),
    spend_without_touches: await readSpendWithoutTouches(snapshot, plan),
  };
}

/** Orders, and those of people without any touchpoint. */
async function readOrders(snapshot: Snapshot, plan: Plan): Promise<{ orders: number; without_touches: number }> {
  const person = (alias: string): string =>
    `left join ${PERSONS.name} p on p.subject_key = ${alias}.subject_key and p.brand_id = ${alias}.brand_id`;
  const [row] = await snapshot.query(
    `with touched as (
       select distinct t.brand_id as brand_id, coalesce(p.person_key, t.subject_key) as person_key
       from touchpoints t ${ofBrand('t')} ${person('t')} where ${within('t', plan, TOUCH_DAYS)}),
     ordered as (
       select c.brand_id as brand_id, coalesce(p.person_key, c.subject_key) as person_key
       from conversions c ${ofBrand('c')} ${person('c')} where ${within('c', plan)})
     select count(*) as orders, count_where(t.person_key is null) as without_touches
     from ordered o left join touched t on t.brand_id = o.brand_id and t.person_key = o.person_key`,
  );
  return read(row, { orders: 'number', without_touches: 'number' });
}

/** Campaigns of opens and clicks that no email event names, of brands whose email events are known. */
async function readUnknownCampaigns(snapshot: Snapshot, plan: Plan) {
  const rows = await snapshot.query(
    `with sent as (
       select distinct e.brand_id as brand_id, lower(e.campaign_id) as campaign_id
       from email_events e ${ofBrand('e')} where e.campaign_id is not null and ${within('e', plan, SEND_DAYS)})
     select t.campaign_id as campaign_id, count(*) as touchpoints
     from touchpoints t ${ofBrand('t')}
     where ${within('t', plan)} and t.touchpoint_type in (${textList(ENGAGEMENT_TYPES)}) and t.campaign_id is not null
       and t.brand_id in (select brand_id from sent) and (t.brand_id, lower(t.campaign_id)) not in (select brand_id, campaign_id from sent)
     group by t.campaign_id order by touchpoints desc, campaign_id limit ${MAX_CAMPAIGNS}`,
  );
  return readAll(rows, { campaign_id: 'text', touchpoints: 'number' });
}

/** Campaigns with spend that no touchpoint names. */
async function readSpendWithoutTouches(snapshot: Snapshot, plan: Plan) {
  const lines = await makeSpendLines(snapshot, plan);
  const rows = await snapshot.query(
    `select s.channel as channel, s.campaign_id as campaign_id, count(*) as spend_lines from ${lines.name} s
     where s.campaign_id is not null and s.amount_micros > 0 and (s.brand_id, lower(s.campaign_id)) not in (
       select t.brand_id, lower(t.campaign_id) from touchpoints t ${ofBrand('t')} where t.campaign_id is not null and ${within('t', plan, TOUCH_DAYS)})
     group by s.channel, s.campaign_id order by spend_lines desc, channel, campaign_id limit ${MAX_CAMPAIGNS}`,
  );
  return readAll(rows, { channel: 'text', campaign_id: 'text', spend_lines: 'number' });
}
