/** The touches of a hazard's histories as one query with windows: what the program works out person by person. */
import { CLICK_VISIT_MS } from '../../src/attribution/collapse.ts';
import { verdictsWithConsent } from '../../src/attribution/consent.ts';
import { EVERYONE } from '../../src/attribution/consent-people.ts';
import { continuationsOf } from '../../src/attribution/continuations.ts';
import { isCounted, mayEarn, without } from '../../src/attribution/eligibility.ts';
import type { Plan } from '../../src/attribution/plan.ts';
import { CAMPAIGN, touchNumber } from '../../src/attribution/touches.ts';
import { asksForConsent } from '../../src/domain/consent/policy.ts';
import { latestVerdicts } from '../../src/log/verdicts.ts';
import { type Naming, SPLIT_JOIN, stateSql } from '../../src/models/grain.ts';
import { atOrBefore } from '../../src/warehouse/position.ts';

/** SQL for person_no, at_ms and the name of each touch. It needs the relations that readLogHistories makes, and `split_views`. */
export function touchLogQuery(plan: Plan, naming: Naming): { sql: string; parameters: Record<string, string> } {
  const hides = plan.brands.some(({ settings: { consent } }) => consent !== undefined && asksForConsent(consent));
  const judged = latestVerdicts(plan.positions.touchpoints, ['channel', 'traits']);
  const verdicts = hides ? verdictsWithConsent(plan, EVERYONE, true) : { sql: judged, parameters: {} };
  const in_person = 'order by h.at_ms, h.touchpoint_type, h.touchpoint_id';
  const sql = `with seen as (
       select m.person_no as person_no, m.person_no as person_key, ${touchNumber(plan)} as touch_no, coalesce(v.traits, t.traits) as traits, epoch_ms(t.occurred_at) as at_ms,
         t.touchpoint_id as touchpoint_id, coalesce(v.channel, t.channel) as channel, t.touchpoint_type as touchpoint_type, ${CAMPAIGN} as campaign_id,
         t.campaign_id as sent_campaign_id, t.session_id as session_id
       from touchpoints t join brand_periods b on b.brand_id = t.brand_id
         left join persons p on p.subject_key = t.subject_key and p.brand_id = t.brand_id
         join fit_people m on m.person_key = coalesce(p.person_key, t.subject_key)
         left join (${verdicts.sql}) v on v.brand_id = t.brand_id and v.touchpoint_id = t.touchpoint_id
       where ${atOrBefore('t', plan.positions.touchpoints)} and epoch_ms(t.occurred_at) < b.end_ms and ${isCounted(plan, 'coalesce(v.traits, t.traits)')}),
     continuations as (${continuationsOf('seen')}),
     happened as (select s.* from seen s where ${mayEarn(plan, { traits: 's.traits', continues: 's.touch_no in (select touch_no from continuations)' })}),
     followed as (
       select h.*, lag(h.channel) over (partition by h.person_no, h.session_id ${in_person}) as channel_before,
         lag(h.sent_campaign_id) over (partition by h.person_no, h.session_id ${in_person}) as campaign_before,
         max(case when h.touchpoint_type = 'email_click' then h.at_ms end) over (partition by h.person_no ${in_person} rows between unbounded preceding and current row) as click_ms
       from happened h),
     touch_log as (
       select person_no, at_ms, channel, touchpoint_type, campaign_id from followed
       where not (session_id is not null and coalesce(channel_before = channel, 1 = 0) and same(campaign_before, sent_campaign_id) and touchpoint_type not in ('email_open', 'email_click'))
         and not (not (${without('traits', 'email')}) and touchpoint_type in ('website_visit', 'page_view') and coalesce(at_ms - click_ms <= ${CLICK_VISIT_MS}, 1 = 0)))
     select t.person_no as person_no, t.at_ms as at_ms, ${stateSql(naming)} as state from touch_log t ${SPLIT_JOIN}`;
  return { sql, parameters: verdicts.parameters };
}
