/** Who denied something with their last word. It holds whatever the settings ask for. docs/semantics.md 5 */
import type { Purpose } from '../domain/consent/purposes.ts';
import { atOrBefore, type Position } from '../warehouse/position.ts';

/**
 * SQL of the people of a brand who denied a purpose with their last word, with any of their ids: `person_id`. At one instant a denial
 * counts. It uses the relation `persons`. @param brand SQL of the brand.
 */
export function deniersOf(purpose: Purpose, position: Position, brand: string): string {
  const person = 'coalesce(p.person_id, c.customer_id, c.anonymous_id)';
  const last = (granted: number): string => `max(case when c.${purpose} = ${granted} then epoch_ms(c.occurred_at) end)`;
  return `select ${person} as person_id from consents c
    left join persons p on p.brand_id = c.brand_id and p.id = coalesce(c.customer_id, c.anonymous_id)
    where c.brand_id = ${brand} and c.${purpose} is not null and ${atOrBefore('c', position)}
    group by ${person} having ${last(0)} is not null and (${last(1)} is null or ${last(0)} >= ${last(1)})`;
}
