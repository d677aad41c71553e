/** The reclassification that counts for each touchpoint. */
import { atOrBefore, type Position } from '../warehouse/position.ts';

/**
 * SQL for the reclassification of each touchpoint that counts at a position: the one by the newest rules, and of several by the
 * same rules the newest. It selects brand_id, touchpoint_id and `columns`.
 * @param join narrows `reclassifications r` to the touchpoints in question.
 */
export function latestVerdicts(position: Position, columns: readonly string[], join = ''): string {
  const names = ['brand_id', 'touchpoint_id', ...columns];
  return `select ${names.join(', ')} from (
      select ${names.map((name) => `r.${name} as ${name}`).join(', ')},
        row_number() over (partition by r.brand_id, r.touchpoint_id order by r.rules_version desc, r.log_seq desc, r.collector_id) as newest_no
      from reclassifications r ${join} where ${atOrBefore('r', position)}) ranked
    where newest_no = 1`;
}
