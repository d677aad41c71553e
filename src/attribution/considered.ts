/** The decision of the query on every touchpoint of the persons who ordered. Receipts show it. */
import { isContinuation } from './continuations.ts';
import { firstRefusal } from './eligibility.ts';
import type { Plan } from './plan.ts';
import type { OrderRelations, TouchRelations } from './relations.ts';
import { memberTouches } from './touches.ts';

/**
 * SQL for the touchpoints of the persons of `orders`, each with `order_no`, `touch_no` and `refused_by`: the status of the
 * first filter that refuses it, or null for a candidate.
 * @param columns of the touchpoint, in addition to at_ms.
 */
export function consideredTouches(
  plan: Plan,
  query: Pick<OrderRelations, 'orders'> & Pick<TouchRelations, 'members' | 'verdicts' | 'continuations'>,
  columns: readonly string[],
): string {
  const touches = memberTouches(plan, query, {
    columns: [...new Set(['touch_no', 'traits', 'touchpoint_type', ...columns])],
  });
  const refused_by = firstRefusal(plan, {
    at_ms: 't.at_ms',
    traits: 't.traits',
    touchpoint_type: 't.touchpoint_type',
    continues: isContinuation(query.continuations, 't.touch_no'),
  });
  return `select o.order_no as order_no, o.at_ms - t.at_ms as age_ms, ${refused_by} as refused_by, t.touch_no as touch_no, t.at_ms as at_ms,
      ${columns.map((name) => `t.${name} as ${name}`).join(', ')}
    from (${touches}) t join ${query.orders.name} o on o.person_key = t.person_key`;
}
