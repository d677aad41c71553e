/** Candidates -> touches: collapses the candidates of one interaction into one touch. docs/semantics.md 6. */
import { MS_PER_MINUTE } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { materialise, numbered, type Relation } from '../warehouse/relation.ts';
import { ABSORBED, ABSORBED_VISITS } from './relations.ts';

/** A landing visit belongs to an email click that is at most this much older. */
export const CLICK_VISIT_MS = 30 * MS_PER_MINUTE;

/** Rank of what a person did with an email; 1 is the strongest. The strongest event becomes the touch. */
const STRENGTHS: Readonly<Record<string, number>> = {
  email_click: 1,
  email_reply: 2,
  email_forward: 3,
  email_open: 5,
  ad_impression: 6,
};
const OTHER_STRENGTH = 4;
const STRENGTH = `case c.touchpoint_type ${Object.entries(STRENGTHS)
  .map(([type, rank]) => `when '${type}' then ${rank}`)
  .join(' ')} else ${OTHER_STRENGTH} end`;

/** The rank of a type, for collapsing; 1 is the strongest. */
export function strengthOf(touchpoint_type: string): number {
  return Object.hasOwn(STRENGTHS, touchpoint_type) ? STRENGTHS[touchpoint_type]! : OTHER_STRENGTH;
}

/** The key of an email: its message, else its campaign and email. Null for a candidate `c` that belongs to no known email. */
const EMAIL_KEY = `case when c.is_email = 0 then null
  when c.message_id is not null then concat('m', c.message_id)
  when c.sent_campaign_id is not null or c.email_id is not null then concat('c', coalesce(concat('=', c.sent_campaign_id), '-'), chr(0), coalesce(concat('=', c.email_id), '-'))
  else null end`;

/**
 * Makes `absorbed`: the candidates that belong to another touch. Only a campaign that was sent is compared, because a link and an
 * email tool name the same campaign in different ways. There are three steps: landing visits join their click,
 * events of one email join its strongest event, and repeats within a session join the first. Only candidates that share an
 * email or a session are sorted.
 * @param number tells the relations of several kinds of candidates apart.
 */
export async function makeAbsorbed(snapshot: Snapshot, candidates: Relation, number?: number): Promise<Relation> {
  const own = (relation: Relation): Relation => (number === undefined ? relation : numbered(relation, number));
  const visits = own(ABSORBED_VISITS);
  await materialise(snapshot, visits, absorbedVisits(candidates.name), { within: CLICK_VISIT_MS });
  return materialise(
    snapshot,
    own(ABSORBED),
    `with absorbed_emails as (${absorbedEmails(candidates.name, visits.name)})
     select order_no, touch_no, into_touch_no, 1 as step from ${visits.name}
     union all select order_no, touch_no, into_touch_no, 2 as step from absorbed_emails
     union all select order_no, touch_no, into_touch_no, 3 as step from (${absorbedRepeats(candidates.name, visits.name)}) absorbed_repeats`,
  );
}

/** Ties of one instant fit in this range, so that one integer orders candidates by time. */
const TIE_RANGE = 2 ** 24;

/** SQL for a number of a candidate that is smaller for later ones. Windows are short enough for 64 bits. */
const recency = (alias: string): string => `int64(${alias}.age_ms * ${TIE_RANGE} - ${alias}.tie_no)`;

/** The fields in which a visit, as far as it has them, agrees with its click. */
const AGREEING = ['message_id', 'sent_campaign_id', 'email_id'] as const;

/**
 * Visits by email that belong to the latest click before them: soon after it, and of the same email as far as the visit
 * names one. Visits are grouped by the fields that they have; each click joins the groups of its order, and one pass in time
 * finds the latest click. So the work does not grow with the number of pairs.
 */
const absorbedVisits = (candidates: string): string => `
  with landing_visits as (
    select c.*, ${AGREEING.map((name, i) => `case when c.${name} is null then 0 else ${2 ** i} end`).join(' + ')} as has_fields
    from ${candidates} c where c.is_email = 1 and c.touchpoint_type in ('website_visit', 'page_view')),
  wanted as (select distinct order_no, has_fields from landing_visits),
  email_clicks as (
    select c.*, w.has_fields as has_fields
    from (select * from ${candidates} where touchpoint_type = 'email_click') c join wanted w on w.order_no = c.order_no),
  both_kinds as (
    select order_no, touch_no, at_ms, tie_no, has_fields, ${AGREEING.join(', ')}, int64(null) as recency from landing_visits
    union all
    select order_no, touch_no, at_ms, tie_no, has_fields, ${AGREEING.map((name, i) => `case when bits(has_fields, ${2 ** i}) = 0 then null else ${name} end as ${name}`).join(', ')},
      ${recency('k')} as recency from email_clicks k),
  followed as (
    select b.*, min(recency) over (partition by order_no, has_fields, ${AGREEING.join(', ')} order by at_ms, tie_no rows between unbounded preceding and current row) as latest
    from both_kinds b)
  select f.order_no as order_no, f.touch_no as touch_no, k.touch_no as into_touch_no
  from followed f join email_clicks k on k.order_no = f.order_no and k.has_fields = f.has_fields and ${recency('k')} = f.latest
  where f.recency is null and f.at_ms - k.at_ms <= $within`;

/** Weaker events of an email, among the candidates that are not absorbed visits. */
const absorbedEmails = (candidates: string, visits: string): string => `
  with keyed as (
    select c.order_no as order_no, c.at_ms as at_ms, c.tie_no as tie_no, c.touch_no as touch_no, ${STRENGTH} as strength, ${EMAIL_KEY} as email_key
    from ${candidates} c left join ${visits} a on a.order_no = c.order_no and a.touch_no = c.touch_no
    where a.touch_no is null and c.is_email = 1),
  repeated as (select order_no, email_key from keyed where email_key is not null group by order_no, email_key having count(*) > 1),
  ranked as (
    select k.order_no as order_no, k.touch_no as touch_no,
      row_number() over (partition by k.order_no, k.email_key order by k.strength, k.at_ms, k.tie_no) as strength_no,
      first_value(k.touch_no) over (partition by k.order_no, k.email_key order by k.strength, k.at_ms, k.tie_no) as into_touch_no
    from keyed k join repeated r on r.order_no = k.order_no and r.email_key = k.email_key)
  select order_no, touch_no, into_touch_no from ranked where strength_no > 1`;

/** Repeats within a session, among the candidates that the steps before did not absorb. */
const absorbedRepeats = (candidates: string, visits: string): string => `
  with repeated as (select order_no, session_id from ${candidates} where session_id is not null group by order_no, session_id having count(*) > 1),
  sessions as (select c.* from ${candidates} c join repeated r on r.order_no = c.order_no and r.session_id = c.session_id),
  standing as (
    select c.order_no as order_no, c.session_id as session_id, c.at_ms as at_ms, c.tie_no as tie_no, c.touch_no as touch_no, c.channel as channel,
      c.sent_campaign_id as campaign_id, c.email_id as email_id, ${EMAIL_KEY} as email_key
    from sessions c
      left join ${visits} a on a.order_no = c.order_no and a.touch_no = c.touch_no
      left join absorbed_emails e on e.order_no = c.order_no and e.touch_no = c.touch_no
    where a.touch_no is null and e.touch_no is null),
  followed as (
    select s.*, row_number() over w as event_no, lag(s.channel) over w as channel_before, lag(s.campaign_id) over w as campaign_before, lag(s.email_id) over w as email_before
    from standing s window w as (partition by s.order_no, s.session_id order by s.at_ms, s.tie_no)),
  marked as (
    select f.*, case when email_key is null and event_no > 1 and channel = channel_before and same(campaign_id, campaign_before) and same(email_id, email_before)
      then 1 else 0 end as repeats from followed f),
  numbered as (
    select m.*, sum(1 - repeats) over (partition by order_no, session_id order by event_no rows between unbounded preceding and current row) as run_no from marked m),
  headed as (
    select n.*, first_value(touch_no) over (partition by order_no, session_id, run_no order by event_no) as into_touch_no from numbered n)
  select order_no, touch_no, into_touch_no from headed where repeats = 1`;
