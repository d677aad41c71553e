/** The reclassification that counts for each touchpoint. */
import { atOrBefore, type Position, SETTLED_COLLECTOR } from '../warehouse/position.ts';

/** Columns of a touchpoint that a reclassification replaces. */
export const RECLASSIFIED: readonly string[] = ['channel', 'verdict', 'traits'];

/**
 * SQL for the reclassification of each touchpoint that counts at a position: the one by the newest rules. Of several by the same
 * rules, one by rules over several events counts before one by the event alone, and a newer one before an older one. It selects
 * brand_id, touchpoint_id and `columns`.
 * @param join narrows `reclassifications r` to the touchpoints in question.
 */
export function latestVerdicts(position: Position, columns: readonly string[], join = ''): string {
  const names = ['brand_id', 'touchpoint_id', ...columns];
  const settled_first = `case when r.collector_id = '${SETTLED_COLLECTOR}' then 0 else 1 end`;
  return `select ${names.join(', ')} from (
      select ${names.map((name) => `r.${name} as ${name}`).join(', ')},
        row_number() over (partition by r.brand_id, r.touchpoint_id
          order by r.rules_version desc, ${settled_first}, r.log_seq desc, r.collector_id) as newest_no
      from reclassifications r ${join} where ${atOrBefore('r', position)}) ranked
    where newest_no = 1`;
}
