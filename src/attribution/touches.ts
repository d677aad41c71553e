/** person -> candidates -> touches: which touchpoints may earn credit, and what counts once. docs/semantics.md 5 and 6. */
import { MACHINE_VERDICTS, OUTCOME_TYPES, VIEW_TYPES } from '../domain/touchpoint.ts';
import { MS_PER_MINUTE } from '../domain/time.ts';
import { atOrBefore } from '../warehouse/position.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Plan } from './plan.ts';

const list = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

/** A landing visit this long after an email click still belongs to it. */
const CLICK_VISIT_MS = 30 * MS_PER_MINUTE;
/** Strength of what a person did with an email; the strongest event stands for it. */
const STRENGTH = `case touchpoint_type when 'email_click' then 1 when 'email_reply' then 2 when 'email_forward' then 3
  when 'email_open' then 5 when 'ad_impression' then 6 else 4 end`;

export const ELIGIBLE_TYPE = `touchpoint_type not in (${list(OUTCOME_TYPES)})`;
export const IS_MACHINE = `verdict in (${list(MACHINE_VERDICTS)})`;
export const IS_DIRECT = `channel = 'direct'`;
export const IS_EMAIL = `(touchpoint_type in ('email_open', 'email_click', 'email_forward', 'email_reply') or channel = 'email')`;

/** The window of a touchpoint's kind, as a column of `orders`. */
const WINDOW_MS = `case when t.touchpoint_type in (${list(VIEW_TYPES)}) then o.view_ms
  when t.touchpoint_type in ('email_click', 'email_forward', 'email_reply') then o.email_ms else o.click_ms end`;

/** Columns that every candidate carries; collapsing and the email report need them. */
const CANDIDATE_COLUMNS = ['touchpoint_id', 'touchpoint_type', 'channel', 'campaign_id', 'email_id'] as const;
const COLLAPSE_COLUMNS = ['message_id', 'session_id'] as const;

/** Makes `members`: every id of the persons who ordered, with the key of its person. */
async function makeMembers(snapshot: Snapshot): Promise<void> {
  await snapshot.materialise(
    'members',
    `with people as (select distinct brand_id, person_key, person_id from orders)
     select people.brand_id as brand_id, people.person_id as id, people.person_key as subject_key, people.person_key as person_key from people
     union all
     select p.brand_id as brand_id, p.id as id, p.subject_key as subject_key, p.person_key as person_key
     from persons p join people on people.person_key = p.person_key and people.brand_id = p.brand_id`,
  );
}

/** Makes `verdicts`, what later rules said of touchpoints; returns false when nothing was reclassified. */
async function makeVerdicts(snapshot: Snapshot, plan: Plan): Promise<boolean> {
  const seen = atOrBefore('r', plan.positions.touchpoints);
  const [row] = await snapshot.query(`select count(*) as n from reclassifications r where ${seen}`);
  if (Number(row!['n']) === 0) return false;
  await snapshot.materialise(
    'verdicts',
    `with ranked as (
       select r.brand_id as brand_id, r.touchpoint_id as touchpoint_id, r.channel as channel, r.verdict as verdict,
         row_number() over (partition by r.brand_id, r.touchpoint_id order by r.rules_version desc, r.log_seq desc, r.collector_id) as newest
       from reclassifications r where ${seen})
     select brand_id, touchpoint_id, channel, verdict from ranked where newest = 1`,
  );
  return true;
}

/**
 * SQL for the touchpoints of members with the verdict and channel that hold now.
 * @param columns of the touchpoint, beside person_key and at_ms.
 */
export function memberTouches(plan: Plan, options: { columns: readonly string[]; where?: string; reclassified: boolean; exact: boolean }): string {
  const select = options.columns.map((name) => `${effective(name, options.reclassified)} as ${name}`).join(', ');
  const later = options.reclassified ? 'left join verdicts v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id' : '';
  const exact = options.exact ? 'and m.brand_id = t.brand_id and m.id in (t.customer_id, t.anonymous_id)' : '';
  return `select m.person_key as person_key, epoch_ms(t.occurred_at) as at_ms${select ? `, ${select}` : ''}
    from touchpoints t join members m on m.subject_key = t.subject_key ${later}
    where ${atOrBefore('t', plan.positions.touchpoints)} ${exact} ${options.where ?? ''}`;
}

function effective(name: string, reclassified: boolean): string {
  return reclassified && (name === 'channel' || name === 'verdict') ? `coalesce(v.${name}, t.${name})` : `t.${name}`;
}

/** Makes `candidates`: per order, the touchpoints that may earn credit. */
async function makeCandidates(snapshot: Snapshot, plan: Plan, reclassified: boolean): Promise<void> {
  const [bounds] = await snapshot.query(
    'select min(at_ms - greatest(view_ms, email_ms, click_ms)) as low, max(at_ms) as high from orders',
  );
  const low = Number(bounds!['low'] ?? 0);
  const high = Number(bounds!['high'] ?? 0);
  const columns = [...new Set([...CANDIDATE_COLUMNS, ...(plan.collapse === 'interaction' ? COLLAPSE_COLUMNS : []), ...plan.touch_columns])];
  const types = `and t.occurred_at >= instant(${low}) and t.occurred_at <= instant(${high}) and t.${ELIGIBLE_TYPE}`;
  const verdict = plan.include_machine ? '' : `and not (${effective('verdict', reclassified)} in (${list(MACHINE_VERDICTS)}))`;
  const direct = plan.exclude_direct ? `and ${effective('channel', reclassified)} <> 'direct'` : '';
  const since = plan.lookback === 'since_previous_conversion' ? 'and (o.previous_ms is null or t.at_ms > o.previous_ms)' : '';
  await snapshot.materialise(
    'candidates',
    `select o.order_no as order_no, o.at_ms - t.at_ms as age_ms, o.half_life_days as half_life_days, o.first_share as first_share, o.last_share as last_share,
       t.at_ms as at_ms, ${columns.map((name) => `t.${name} as ${name}`).join(', ')}
     from (${memberTouches(plan, { columns, where: `${types} ${verdict} ${direct}`, reclassified, exact: true })}) t
     join orders o on o.person_key = t.person_key and t.at_ms <= o.at_ms and t.at_ms >= o.at_ms - ${WINDOW_MS} ${since}`,
  );
}

/**
 * Makes `touches`: candidates of one interaction become one. In three steps: landing visits join their click, events of
 * one email join its strongest, repeats within a session join the first.
 */
async function makeTouches(snapshot: Snapshot, plan: Plan): Promise<void> {
  if (plan.collapse === 'none') {
    await snapshot.materialise('touches', 'select * from candidates');
    return;
  }
  await snapshot.materialise('absorbed_visits', ABSORBED_VISITS, { within: CLICK_VISIT_MS });
  await snapshot.materialise(
    'touches',
    `with keyed as (
       select c.*, case when not ${IS_EMAIL} then null
         when message_id is not null then concat('m', message_id)
         when campaign_id is not null or email_id is not null then concat('c', coalesce(concat('=', campaign_id), '-'), chr(0), coalesce(concat('=', email_id), '-'))
         else null end as email_key
       from candidates c
       left join absorbed_visits a on a.order_no = c.order_no and a.touchpoint_id = c.touchpoint_id
       where a.touchpoint_id is null),
     ranked as (
       select k.*, case when email_key is null then 1
         else row_number() over (partition by order_no, email_key order by ${STRENGTH}, at_ms, touchpoint_id) end as strength_no
       from keyed k),
     standing as (select * from ranked where strength_no = 1),
     followed as (
       select s.*, row_number() over w as session_event_no,
         lag(channel) over w as channel_before, lag(campaign_id) over w as campaign_before, lag(email_id) over w as email_before
       from standing s window w as (partition by order_no, session_id order by at_ms, touchpoint_id))
     select * from followed
     where not (email_key is null and session_id is not null and session_event_no > 1
       and channel = channel_before and same(campaign_id, campaign_before) and same(email_id, email_before))`,
  );
}

/** Visits on channel email that belong to the click before them: same email as far as both say, and close in time. */
const ABSORBED_VISITS = `
  select distinct v.order_no as order_no, v.touchpoint_id as touchpoint_id
  from candidates v join candidates k on k.order_no = v.order_no
  where v.channel = 'email' and v.touchpoint_type in ('website_visit', 'page_view') and k.touchpoint_type = 'email_click'
    and (k.at_ms < v.at_ms or (k.at_ms = v.at_ms and k.touchpoint_id < v.touchpoint_id)) and v.at_ms - k.at_ms <= $within
    and (v.message_id is null or same(v.message_id, k.message_id))
    and (v.campaign_id is null or same(v.campaign_id, k.campaign_id))
    and (v.email_id is null or same(v.email_id, k.email_id))`;

/** Makes `members`, `candidates` and `touches` from `orders`. Returns whether some verdicts or channels were reclassified. */
export async function makeTouchesOfOrders(snapshot: Snapshot, plan: Plan): Promise<boolean> {
  await makeMembers(snapshot);
  const reclassified = await makeVerdicts(snapshot, plan);
  await makeCandidates(snapshot, plan, reclassified);
  await makeTouches(snapshot, plan);
  return reclassified;
}
