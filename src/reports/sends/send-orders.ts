/** The experiments that decided by chance who is sent a campaign, or when, and whom they put into which arm. */
import type { Plan } from '../../attribution/plan.ts';
import { BRAND_PERIODS } from '../../attribution/relations.ts';
import type { Design } from '../../domain/experiment.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import { endedDesign, readPlansById } from '../experiments/plans.ts';
import { ASSIGNED_ID } from './mail.ts';
import { SEND_BLASTS, SEND_IDS, SEND_ORDERED } from './relations.ts';

/** Experiments that an answer looks at, the newest plans first. */
const MAX_ORDERS = 200;

/** The plans of experiments on campaigns: random orders of sending, and holdouts. `brand_periods` has to be there. */
export async function readSendOrders(snapshot: Snapshot, { positions }: Plan): Promise<Design[]> {
  const rows = await snapshot.query(
    `select t.brand_id as brand_id, t.stated_id as id, max(epoch_ms(t.received_at)) as at_ms
     from experiments t join ${BRAND_PERIODS.name} b on b.brand_id = t.brand_id
     where t.campaign_id is not null and ${atOrBefore('t', positions.conversions)}
     group by t.brand_id, t.stated_id order by at_ms desc, brand_id, id limit ${MAX_ORDERS}`,
  );
  const ids = new Map<string, string[]>();
  for (const { brand_id, id } of readAll(rows, { brand_id: 'text', id: 'text' }))
    ids.set(brand_id, [...(ids.get(brand_id) ?? []), id]);
  const designs: Design[] = [];
  for (const [brand_id, own] of ids)
    for (const planned of await readPlansById(snapshot, positions.conversions, brand_id, own))
      if (planned.design.scope !== 'global') designs.push(endedDesign(planned));
  return designs;
}

/** The order of a blast: of those about its campaign that run when it begins, the one that began last. */
export function orderOf(
  { brand_id, campaign_id, from_ms }: { brand_id: string; campaign_id: string; from_ms: number },
  orders: readonly Design[],
): Design | null {
  const own = orders.filter(
    (order) =>
      order.brand_id === brand_id &&
      order.campaign_id === campaign_id &&
      from_ms >= order.start_ms &&
      from_ms < order.end_ms,
  );
  const place = (one: Design): string => `${String(one.start_ms).padStart(16, '0')} ${one.experiment_id}`;
  return own.sort((a, b) => (place(a) < place(b) ? 1 : -1))[0] ?? null;
}

/**
 * Makes `send_ordered`: everyone who was put into a wave before the first email of a blast, by their first assignment. Whoever came
 * later was not there when the first wave was sent, so nobody of the later ones is compared.
 */
export async function makeOrdered(snapshot: Snapshot, { positions }: Plan): Promise<void> {
  await materialise(
    snapshot,
    SEND_ORDERED,
    `with orders as (
       select distinct b.brand_id as brand_id, b.experiment_id as experiment_id, b.order_from_ms as from_ms from ${SEND_BLASTS.name} b where b.experiment_id is not null),
     ranked as (
       select o.brand_id as brand_id, o.experiment_id as experiment_id, p.person_no as person_no, a.arm as wave, epoch_ms(a.occurred_at) as at_ms,
         row_number() over (partition by o.brand_id, o.experiment_id, p.person_no order by epoch_ms(a.occurred_at), a.assignment_id) as place
       from assignments a join orders o on o.brand_id = a.brand_id and o.experiment_id = a.experiment_id
       join ${SEND_IDS.name} p on p.brand_id = a.brand_id and p.id = ${ASSIGNED_ID}
       where epoch_ms(a.occurred_at) >= o.from_ms and ${atOrBefore('a', positions.conversions)})
     select b.blast_no as blast_no, r.person_no as person_no, r.wave as wave
     from ranked r join ${SEND_BLASTS.name} b on b.brand_id = r.brand_id and b.experiment_id = r.experiment_id
     where r.place = 1 and r.at_ms <= b.from_ms`,
  );
}
