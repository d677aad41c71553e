/** The touchpoints of everybody, and whom campaigns and channels reached with them. */
import type { TimeBounds } from '../../attribution/bounds.ts';
import { makeTouchVerdicts } from '../../attribution/consent.ts';
import { EVERYONE } from '../../attribution/consent-people.ts';
import { isCounted, mayEarn, NEVER, without } from '../../attribution/eligibility.ts';
import { makeBrandPeriods } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { BRAND_PERIODS, EVENTS, ORDERS } from '../../attribution/relations.ts';
import { effective, OTHER_VERDICTS, withVerdicts } from '../../attribution/touches.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import type { Reach } from './evidence.ts';
import { COUNTED_TOUCHES } from './relations.ts';

/** The number of these verdicts, beside those of people who ordered and those of {@link OTHER_VERDICTS}. */
const NUMBER = OTHER_VERDICTS + 1;

/** Makes the touchpoints that may earn credit, of the plan's brands and period. Run makeOrdersAndEvents before it. */
export async function makeCountedTouches(snapshot: Snapshot, plan: Plan, times: TimeBounds): Promise<void> {
  await makeBrandPeriods(snapshot, plan);
  const { has_reclassifications } = times;
  const verdicts = await makeTouchVerdicts(snapshot, plan, EVERYONE, { has_reclassifications, number: NUMBER });
  const traits = effective('traits', verdicts);
  await materialise(
    snapshot,
    COUNTED_TOUCHES,
    `select ${EVERYONE.person_key('t')} as person_key, epoch_ms(t.occurred_at) as at_ms, ${effective('channel', verdicts)} as channel,
       ${effective('campaign_id', verdicts)} as campaign_id, int64(case when ${without(traits, 'email')} then 0 else 1 end) as is_email
     from touchpoints t join ${BRAND_PERIODS.name} b on b.brand_id = t.brand_id ${EVERYONE.join('t')} ${withVerdicts(verdicts)}
     where ${atOrBefore('t', plan.positions.touchpoints)} and epoch_ms(t.occurred_at) >= b.start_ms and epoch_ms(t.occurred_at) < b.end_ms
       and ${isCounted(plan, traits)} and ${mayEarn(plan, { traits, continues: NEVER })}`,
  );
}

/**
 * Whom each campaign or channel reached in a period, by name. Returned are those with net revenue in the `before_ms` before it. As in
 * experiments, refunds since its start are no part: they may follow from the emails, and the figure would change with each of them.
 */
export async function reachByName(
  snapshot: Snapshot,
  by: 'campaign_id' | 'channel',
  { start_ms, end_ms }: { start_ms: number; end_ms: number },
  before_ms: number,
): Promise<Map<string | null, Reach>> {
  const rows = await snapshot.query(
    `select c.${by} as name, count(*) as touches, count(distinct c.person_key) as reached, count(distinct r.person_key) as returned
     from ${COUNTED_TOUCHES.name} c left join (
       select o.person_key as person_key from ${ORDERS.name} o join ${EVENTS.name} v on v.order_no = o.order_no
       where o.at_ms >= ${start_ms - before_ms} and o.at_ms < ${start_ms} and v.at_ms < ${start_ms} group by o.person_key
       having sum128(v.after_micros - v.before_micros) > int128(0)) r on r.person_key = c.person_key
     where c.at_ms >= ${start_ms} and c.at_ms < ${end_ms} group by c.${by}`,
  );
  const shape = { name: 'text?', touches: 'number', reached: 'number', returned: 'number' } as const;
  return new Map(readAll(rows, shape).map(({ name, ...reach }) => [name, reach]));
}
