/** person -> candidates -> touches: which touchpoints may earn credit, and what counts once. docs/semantics.md 5 and 6. */

import { MS_PER_MINUTE } from '../domain/time.ts';
import { EMAIL_TYPES, MACHINE_VERDICTS, TRAITS, VIEW_TYPES } from '../domain/touchpoint.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, logNumber } from '../warehouse/position.ts';
import type { Bounds } from './bounds.ts';
import type { Plan } from './plan.ts';

const list = (values: readonly string[]): string => values.map((value) => `'${value}'`).join(', ');

/** A landing visit this long after an email click still belongs to it. */
export const CLICK_VISIT_MS = 30 * MS_PER_MINUTE;
/** Strength of what a person did with an email; the strongest event stands for it. */
const STRENGTH = `case touchpoint_type when 'email_click' then 1 when 'email_reply' then 2 when 'email_forward' then 3
  when 'email_open' then 5 when 'ad_impression' then 6 else 4 end`;

export const IS_MACHINE = `verdict in (${list(MACHINE_VERDICTS)})`;

/** SQL that holds for touchpoints without any of these traits. */
export function without(traits: string, ...names: Array<keyof typeof TRAITS>): string {
  const mask = names.reduce((sum, name) => sum | TRAITS[name], 0);
  return mask === 0 ? '1 = 1' : `bits(${traits}, ${mask}) = 0`;
}

/** SQL that holds for touchpoints that may earn credit under a plan, whatever their age. */
export function mayEarn(plan: Plan, traits: string): string {
  const machine = plan.include_machine ? [] : (['machine'] as const);
  const direct = plan.exclude_direct ? (['direct'] as const) : [];
  return without(traits, 'outcome', ...machine, ...direct);
}

export const IS_EMAIL = `(touchpoint_type in (${list(EMAIL_TYPES)}) or channel = 'email')`;

/** The window of a touchpoint's kind, as a column of `orders`. */
const WINDOW_MS = `case when t.touchpoint_type in (${list(VIEW_TYPES)}) then o.view_ms
  when t.touchpoint_type in ('email_click', 'email_forward', 'email_reply') then o.email_ms else o.click_ms end`;

/** Columns that every candidate carries; collapsing and most reports need them. */
const CANDIDATE_COLUMNS = ['touchpoint_type', 'channel', 'campaign_id', 'email_id'] as const;
const COLLAPSE_COLUMNS = ['message_id', 'session_id'] as const;

/**
 * SQL for the number by which candidates know a touchpoint `t`. A report that shows ids asks for the column `touchpoint_id` in
 * its plan.
 */
export function touchNumber(plan: Plan): string {
  return logNumber('t', plan.positions.touchpoints);
}

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

/** Makes `verdicts`, what later rules said of touchpoints. */
async function makeVerdicts(snapshot: Snapshot, plan: Plan): Promise<void> {
  const seen = atOrBefore('r', plan.positions.touchpoints);
  await snapshot.materialise(
    'verdicts',
    `with ranked as (
       select r.brand_id as brand_id, r.touchpoint_id as touchpoint_id, r.channel as channel, r.verdict as verdict, r.traits as traits,
         row_number() over (partition by r.brand_id, r.touchpoint_id order by r.rules_version desc, r.log_seq desc, r.collector_id) as newest
       from reclassifications r join members m on m.subject_key = r.subject_key where ${seen})
     select brand_id, touchpoint_id, channel, verdict, traits from ranked where newest = 1`,
  );
}

/**
 * SQL for the touchpoints of members with the verdict and channel that hold now.
 * @param columns of the touchpoint, beside person_key and at_ms.
 */
export function memberTouches(
  plan: Plan,
  options: { columns: readonly string[]; where?: string; reclassified: boolean },
): string {
  const select = options.columns.map((name) => `${effective(name, options.reclassified)} as ${name}`).join(', ');
  return `select m.person_key as person_key, epoch_ms(t.occurred_at) as at_ms${select ? `, ${select}` : ''}
    from touchpoints t join members m on m.subject_key = t.subject_key ${options.reclassified ? LATER_VERDICTS : ''}
    where ${atOrBefore('t', plan.positions.touchpoints)} ${options.where ?? ''}`;
}

/** SQL for `later`, what the latest rules said of touchpoints, whoever had them: to stand behind `with`. */
export function laterVerdicts(plan: Plan): string {
  return `ranked_verdicts as (
       select r.brand_id as brand_id, r.touchpoint_id as touchpoint_id, r.channel as channel, r.traits as traits,
         row_number() over (partition by r.brand_id, r.touchpoint_id order by r.rules_version desc, r.log_seq desc, r.collector_id) as newest
       from reclassifications r where ${atOrBefore('r', plan.positions.touchpoints)}),
     later as (select brand_id, touchpoint_id, channel, traits from ranked_verdicts where newest = 1)`;
}

const LATER_VERDICTS = 'left join verdicts v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id';

function effective(name: string, reclassified: boolean): string {
  return reclassified && ['channel', 'verdict', 'traits'].includes(name)
    ? `coalesce(v.${name}, t.${name})`
    : `t.${name}`;
}

/**
 * Makes `candidates`: per order, the touchpoints that may earn credit. They stand in the order of `at_ms`, then `tie_no`;
 * `order_no` and `touch_no` name one.
 */
async function makeCandidates(snapshot: Snapshot, plan: Plan, bounds: Bounds): Promise<void> {
  const reclassified = bounds.has_reclassifications;
  const columns = [
    ...new Set([
      ...CANDIDATE_COLUMNS,
      ...(plan.collapse === 'interaction' ? COLLAPSE_COLUMNS : []),
      ...plan.touch_columns,
    ]),
  ];
  const eligible = mayEarn(plan, effective('traits', reclassified));
  const since =
    plan.lookback === 'since_previous_conversion'
      ? 'and (o.previous_ms is null or epoch_ms(t.occurred_at) > o.previous_ms)'
      : '';
  await snapshot.materialise(
    'candidates',
    `select o.order_no as order_no, ${touchNumber(plan)} as touch_no, o.at_ms - epoch_ms(t.occurred_at) as age_ms, epoch_ms(t.occurred_at) as at_ms,
       0 as tie_no, case when ${without(effective('traits', reclassified), 'email')} then 0 else 1 end as is_email,
       ${columns.map((name) => `${effective(name, reclassified)} as ${name}`).join(', ')}
     from touchpoints t
     join (select m.subject_key as subject_key, o.* from orders o join members m on m.person_key = o.person_key) o
       on o.subject_key = t.subject_key and epoch_ms(t.occurred_at) <= o.at_ms and epoch_ms(t.occurred_at) >= o.at_ms - (${WINDOW_MS})
     ${reclassified ? LATER_VERDICTS : ''}
     where ${atOrBefore('t', plan.positions.touchpoints)} and t.occurred_at >= instant(${bounds.low_ms}) and t.occurred_at <= instant(${bounds.high_ms})
       and ${eligible} ${since}`,
  );
  await breakTies(snapshot, plan, ['order_no', 'touch_no', 'age_ms', 'at_ms', 'is_email', ...columns]);
}

/** Candidates of one order at the same instant stand in the order of their ids. */
async function breakTies(snapshot: Snapshot, plan: Plan, columns: readonly string[]): Promise<void> {
  await snapshot.materialise(
    'tied',
    `with instants as (select order_no, at_ms from candidates group by order_no, at_ms having count(*) > 1)
     select c.order_no as order_no, c.at_ms as at_ms, c.touch_no as touch_no
     from candidates c join instants i on i.order_no = c.order_no and i.at_ms = c.at_ms`,
  );
  const [row] = await snapshot.query('select count(*) as n, min(at_ms) as low, max(at_ms) as high from tied');
  if (Number(row!['n']) === 0) return;
  await snapshot.materialise(
    'ties',
    `select c.order_no as order_no, c.touch_no as touch_no, row_number() over (partition by c.order_no, c.at_ms order by t.touchpoint_id) as tie_no
     from tied c join touchpoints t on ${touchNumber(plan)} = c.touch_no
     where ${atOrBefore('t', plan.positions.touchpoints)} and t.occurred_at >= instant(${Number(row!['low'])}) and t.occurred_at <= instant(${Number(row!['high'])})`,
  );
  await snapshot.materialise(
    'candidates',
    `select ${columns.map((name) => `c.${name} as ${name}`).join(', ')}, coalesce(t.tie_no, 0) as tie_no
     from candidates c left join ties t on t.order_no = c.order_no and t.touch_no = c.touch_no`,
  );
}

/** What one email is: its message, else its campaign and email. Null for what belongs to no known email. */
const EMAIL_KEY = `case when is_email = 0 then null
  when message_id is not null then concat('m', message_id)
  when campaign_id is not null or email_id is not null then concat('c', coalesce(concat('=', campaign_id), '-'), chr(0), coalesce(concat('=', email_id), '-'))
  else null end`;

/**
 * Makes `absorbed`: the candidates that belong to another touch. In three steps: landing visits join their click, events
 * of one email join its strongest, repeats within a session join the first. Only what can repeat is ever sorted.
 */
async function makeAbsorbed(snapshot: Snapshot, plan: Plan): Promise<void> {
  if (plan.collapse === 'none') {
    await snapshot.materialise(
      'absorbed',
      'select order_no, touch_no, touch_no as into_touch_no, 0 as step from candidates where 1 = 0',
    );
    return;
  }
  await snapshot.materialise('absorbed_visits', ABSORBED_VISITS, { within: CLICK_VISIT_MS });
  await snapshot.materialise('absorbed_emails', ABSORBED_EMAILS);
  await snapshot.materialise(
    'absorbed',
    `select order_no, touch_no, into_touch_no, 1 as step from absorbed_visits
     union all select order_no, touch_no, into_touch_no, 2 as step from absorbed_emails
     union all select order_no, touch_no, into_touch_no, 3 as step from (${ABSORBED_REPEATS}) absorbed_repeats`,
  );
}

/** Visits on channel email that belong to the latest click before them: same email as far as the visit says, and close in time. */
const ABSORBED_VISITS = `
  with matched as (
    select v.order_no as order_no, v.touch_no as touch_no, k.touch_no as into_touch_no,
      row_number() over (partition by v.order_no, v.touch_no order by k.at_ms desc, k.tie_no desc) as latest_no
    from (select * from candidates where channel = 'email' and touchpoint_type in ('website_visit', 'page_view')) v
    join (select * from candidates where touchpoint_type = 'email_click') k on k.order_no = v.order_no
    where (k.at_ms < v.at_ms or (k.at_ms = v.at_ms and k.tie_no < v.tie_no)) and v.at_ms - k.at_ms <= $within
      and (v.message_id is null or same(v.message_id, k.message_id))
      and (v.campaign_id is null or same(v.campaign_id, k.campaign_id))
      and (v.email_id is null or same(v.email_id, k.email_id)))
  select order_no, touch_no, into_touch_no from matched where latest_no = 1`;

/** Candidates that are not `absorbed_visits`. */
const NOT_VISITS = `candidates c left join absorbed_visits a on a.order_no = c.order_no and a.touch_no = c.touch_no where a.touch_no is null`;

const ABSORBED_EMAILS = `
  with keyed as (
    select c.order_no as order_no, c.at_ms as at_ms, c.tie_no as tie_no, c.touch_no as touch_no, ${qualify(STRENGTH)} as strength, ${qualify(EMAIL_KEY)} as email_key
    from ${NOT_VISITS} and c.is_email = 1),
  repeated as (select order_no, email_key from keyed where email_key is not null group by order_no, email_key having count(*) > 1),
  ranked as (
    select k.order_no as order_no, k.touch_no as touch_no,
      row_number() over (partition by k.order_no, k.email_key order by k.strength, k.at_ms, k.tie_no) as strength_no,
      first_value(k.touch_no) over (partition by k.order_no, k.email_key order by k.strength, k.at_ms, k.tie_no) as into_touch_no
    from keyed k join repeated r on r.order_no = k.order_no and r.email_key = k.email_key)
  select order_no, touch_no, into_touch_no from ranked where strength_no > 1`;

const ABSORBED_REPEATS = `
  with repeated as (select order_no, session_id from candidates where session_id is not null group by order_no, session_id having count(*) > 1),
  sessions as (select c.* from candidates c join repeated r on r.order_no = c.order_no and r.session_id = c.session_id),
  standing as (
    select c.order_no as order_no, c.session_id as session_id, c.at_ms as at_ms, c.tie_no as tie_no, c.touch_no as touch_no, c.channel as channel,
      c.campaign_id as campaign_id, c.email_id as email_id, ${qualify(EMAIL_KEY)} as email_key
    from sessions c
      left join absorbed_visits a on a.order_no = c.order_no and a.touch_no = c.touch_no
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

function qualify(sql: string): string {
  return sql.replaceAll(/\b(message_id|campaign_id|email_id|touchpoint_type|channel)\b/g, 'c.$1');
}

/** SQL for these columns of the touches: candidates that no other touch absorbed. */
export function touchesWith(columns: readonly string[]): string {
  return `(select ${columns.map((name) => `c.${name} as ${name}`).join(', ')} from candidates c
    left join absorbed a on a.order_no = c.order_no and a.touch_no = c.touch_no where a.touch_no is null)`;
}

/** Makes `members`, `candidates` and `absorbed` (which candidate belongs to which touch, and by which step) from `orders`. */
export async function makeTouchesOfOrders(snapshot: Snapshot, plan: Plan, bounds: Bounds): Promise<void> {
  await makeMembers(snapshot);
  if (bounds.has_reclassifications) await makeVerdicts(snapshot, plan);
  await makeCandidates(snapshot, plan, bounds);
  await makeAbsorbed(snapshot, plan);
}
