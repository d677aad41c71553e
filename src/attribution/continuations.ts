/**
 * Continuations: touchpoints that came from the site itself or back from a payment page, with a visit before them. They belong to
 * that visit and earn nothing of their own. docs/semantics.md 5.
 */
import { MS_PER_DAY, MS_PER_MINUTE } from '../domain/time.ts';
import { VISIT_TYPES } from '../domain/touchpoint.ts';
import type { Relation } from '../warehouse/relation.ts';
import { textList } from '../warehouse/sql-text.ts';
import { NEVER, without } from './eligibility.ts';

/** A person who does nothing for longer than this has left the site. */
export const PAUSE_MS = 30 * MS_PER_MINUTE;
/** Within a session a pause may be as long as this. */
export const SESSION_PAUSE_MS = MS_PER_DAY;

/** The columns of a touchpoint that {@link continuationsOf} needs, beside person_key and at_ms. */
export const CONTINUATION_COLUMNS = ['touch_no', 'touchpoint_id', 'touchpoint_type', 'session_id', 'traits'] as const;

/**
 * SQL for the `touch_no` of the continuations in a table of the counted touchpoints of some persons. The visit before a touchpoint
 * is looked for in one pass in time, so the work does not grow with the number of pairs, and only for people who have a page that
 * came from its own site. At one instant a click comes before a page.
 */
export function continuationsOf(table: string): string {
  const continues = (traits: string): string => `case when ${without(traits, 'own_referrer')} then 0 else 1 end`;
  const before = (partition: string): string =>
    `lag(v.at_ms) over (partition by ${partition} order by v.at_ms, v.continues, v.touchpoint_id)`;
  return `select touch_no from (
      select v.touch_no as touch_no, v.continues as continues, v.session_id as session_id, v.at_ms as at_ms,
        ${before('v.person_key')} as before_ms, ${before('v.person_key, v.session_id')} as session_before_ms
      from (
        select t.person_key as person_key, t.at_ms as at_ms, t.touch_no as touch_no, t.touchpoint_id as touchpoint_id, t.session_id as session_id, ${continues('t.traits')} as continues
        from ${table} t where t.touchpoint_type in (${textList(VISIT_TYPES)})
          and t.person_key in (select person_key from ${table} where ${continues('traits')} = 1)) v) followed
    where continues = 1 and (coalesce(at_ms - before_ms <= ${PAUSE_MS}, 1 = 0)
      or (session_id is not null and coalesce(at_ms - session_before_ms <= ${SESSION_PAUSE_MS}, 1 = 0)))`;
}

/** SQL that is true for touchpoints that are continuations. */
export function isContinuation(continuations: Relation | null, touch_no: string): string {
  return continuations === null ? NEVER : `${touch_no} in (select touch_no from ${continuations.name})`;
}
