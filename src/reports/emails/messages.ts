/**
 * Emails one by one: each delivery of the period with what its recipient did, and what orders give it. docs/semantics.md 19.
 *
 * An open or click belongs to the delivery with its `message_id`. Without a `message_id` it belongs to the latest delivery without one, at
 * or before it, to the same person, of the same campaign and email.
 */
import { creditedTouches } from '../../attribution/credits.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import type { CampaignKind } from '../../domain/campaign-kind.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { materialise, type Relation } from '../../warehouse/relation.ts';
import { textWord } from '../../warehouse/sql-text.ts';
import { ALL_EMAILS, emailEvents } from '../email-events.ts';
import { MESSAGE_CREDITS, MESSAGES } from '../relations.ts';
import { THURSDAY } from './send-figures.ts';

/** SQL for texts as one text, which no other texts give. */
const joined = (...texts: string[]): string =>
  `concat(${[...texts.slice(0, -1).map((text) => `text128(int128(length(${text})))`), ...texts].join(`, '/', `)})`;

/** SQL for what belongs together where nothing has a `message_id`. */
const seriesOf = (person: string, campaign_id: string, email_id: string): string =>
  joined(person, `coalesce(${campaign_id}, '')`, `coalesce(${email_id}, '')`);
/** SQL for the name of an email with a `message_id`. */
const namedBy = (brand_id: string, message_id: string): string => `concat('id/', ${joined(brand_id, message_id)})`;

/** Makes `messages`. @param zones `brand_weeks`. @param campaign_kind only deliveries of this kind. */
export async function makeMessages(
  snapshot: Snapshot,
  plan: Plan,
  zones: Relation,
  campaign_kind: CampaignKind | undefined,
): Promise<void> {
  const events = await emailEvents(snapshot, plan, ALL_EMAILS);
  const is_delivered = `h.kind = 'delivered'`;
  const first = (kind: string): string => `min(case when h.kind = '${kind}' then h.at_ms end)`;
  const figures = `max(case when ${is_delivered} then h.person end) as person, max(case when ${is_delivered} then h.campaign_kind end) as campaign_kind,
    ${first('delivered')} as delivered_ms, ${first('email_open')} as opened_ms, ${first('email_click')} as clicked_ms`;
  const series = seriesOf('h.person', 'h.campaign_id', 'h.email_id');
  const local_ms = '(m.delivered_ms + w.offset_ms)';
  await materialise(
    snapshot,
    MESSAGES,
    `with happened as (
       select h.* from (${events}) h where ${is_delivered} or (h.kind in ('email_open', 'email_click') and h.is_human = 1)),
     named as (
       select ${namedBy('h.brand_id', 'h.message_id')} as message, h.brand_id as brand_id, ${figures}
       from happened h where h.message_id is not null group by h.brand_id, h.message_id having count_where(${is_delivered}) > 0),
     placed as (
       select h.*, ${series} as series, sum(case when ${is_delivered} then 1 else 0 end) over (
         partition by h.brand_id, ${series} order by h.at_ms, case when ${is_delivered} then 0 else 1 end, h.campaign_kind rows between unbounded preceding and current row) as place
       from happened h where h.message_id is null),
     unnamed as (
       select concat('no/', h.series, '/', text128(int128(h.place))) as message, h.series as series, h.brand_id as brand_id, ${figures}
       from placed h where h.place > 0 group by h.brand_id, h.series, h.place),
     both_ways as (
       select message, null as series, brand_id, person, campaign_kind, delivered_ms, opened_ms, clicked_ms from named
       union all select message, series, brand_id, person, campaign_kind, delivered_ms, opened_ms, clicked_ms from unnamed)
     select m.message as message, m.series as series, m.brand_id as brand_id, m.person as person, m.campaign_kind as campaign_kind,
       m.delivered_ms as delivered_ms, floor_div(${local_ms}, ${MS_PER_HOUR}) - 24 * floor_div(${local_ms}, ${MS_PER_DAY}) as hour,
       floor_div(${local_ms}, ${MS_PER_DAY}) + ${THURSDAY} - 7 * floor_div(floor_div(${local_ms}, ${MS_PER_DAY}) + ${THURSDAY}, 7) as weekday,
       m.opened_ms as opened_ms, m.clicked_ms as clicked_ms
     from both_ways m join ${zones.name} w on w.brand_id = m.brand_id and m.delivered_ms >= w.from_ms and m.delivered_ms < w.until_ms
     ${campaign_kind === undefined ? '' : `where m.campaign_kind = ${textWord(campaign_kind)}`}`,
  );
}

/** Makes `message_credits` from the credited touches of emails. Touches of emails of other times are left out. */
export async function makeMessageCredits(snapshot: Snapshot, query: Attribution): Promise<void> {
  await materialise(
    snapshot,
    MESSAGE_CREDITS,
    `with credited as (
       select c.order_no as order_no, c.touch_no as touch_no, max(c.counted) as counted, sum128(c.c0) as micros, max(t.at_ms) as at_ms,
         max(concat(o.brand_id, '/', o.person_id)) as person, max(o.brand_id) as brand_id,
         max(t.message_id) as message_id, max(t.campaign_id) as campaign_id, max(t.email_id) as email_id
       from ${creditedTouches(query)} join ${query.orders.name} o on o.order_no = c.order_no
       where t.is_email = 1 group by c.order_no, c.touch_no),
     named as (select c.*, ${namedBy('c.brand_id', 'c.message_id')} as message from credited c where c.message_id is not null),
     unnamed as (select c.*, ${seriesOf('c.person', 'c.campaign_id', 'c.email_id')} as series from credited c where c.message_id is null),
     newest as (
       select c.order_no as order_no, c.touch_no as touch_no, c.series as series, max(m.delivered_ms) as delivered_ms
       from unnamed c join ${MESSAGES.name} m on m.series = c.series where m.delivered_ms <= c.at_ms group by c.order_no, c.touch_no, c.series),
     found as (
       select n.order_no as order_no, n.touch_no as touch_no, max(m.message) as message
       from newest n join ${MESSAGES.name} m on m.series = n.series where m.delivered_ms = n.delivered_ms group by n.order_no, n.touch_no),
     matched as (
       select c.order_no as order_no, c.message as message, c.counted as counted, c.micros as micros, c.person as person from named c
       union all
       select c.order_no as order_no, f.message as message, c.counted as counted, c.micros as micros, c.person as person
       from unnamed c join found f on f.order_no = c.order_no and f.touch_no = c.touch_no)
     select c.order_no as order_no, c.message as message, max(c.person) as person, max(c.counted) as counted, sum128(c.micros) as micros,
       max(m.hour) as hour, max(m.weekday) as weekday
     from matched c join ${MESSAGES.name} m on m.message = c.message group by c.order_no, c.message`,
  );
}
