/** The plans of an experiment and of its pool, as the log has them. */

import { assert } from '../../domain/errors.ts';
import { changedPart, type Design, designOf } from '../../domain/experiment.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position } from '../../warehouse/position.ts';
import { read, readAll } from '../../warehouse/read-row.ts';

export interface Planned {
  design: Design;
  /** Plans after the first assignment that changed more than the name. */
  changed_after: number;
}

/** Experiments of one pool that a report reads. */
const MAX_POOLED = 100;
/** Experiments of a brand that a report reads. */
export const MAX_READ = 300;

const COLUMNS = {
  id: 'text',
  brand_id: 'text',
  name: 'text',
  scope: 'text',
  campaign_id: 'text?',
  channel: 'text?',
  unit: 'text?',
  arms: 'text',
  control: 'text',
  metric: 'text?',
  starts_at: 'number',
  ends_at: 'number',
  window_days: 'number?',
  before_days: 'number?',
  planned_people: 'number',
  alpha: 'number?',
  pool: 'text?',
  received_ms: 'number',
} as const;
const SELECTED = Object.keys(COLUMNS).map((name) => {
  if (name === 'id') return 't.stated_id as id';
  if (name === 'received_ms') return 'epoch_ms(t.received_at) as received_ms';
  return name === 'starts_at' || name === 'ends_at' ? `epoch_ms(t.${name}) as ${name}` : `t.${name} as ${name}`;
});

/**
 * The plan of an experiment, then those of the other experiments of its pool with the same arms, by id. Of the statements of one, the
 * last before its first assignment counts, with the name of the last of all.
 */
export async function readPlans(
  snapshot: Snapshot,
  position: Position,
  brand_id: string,
  experiment_id: string,
): Promise<Planned[]> {
  const own = await readPlan(snapshot, position, brand_id, experiment_id);
  assert(own !== null, `the plan of an experiment that the log names is not there`);
  const { pool } = own.design;
  if (pool === null) return [own];
  const rows = await snapshot.query(
    `select distinct t.stated_id as id from experiments t where t.brand_id = $brand_id and t.pool = $pool and t.stated_id <> $id and ${atOrBefore('t', position)} order by id limit ${MAX_POOLED}`,
    { brand_id, pool, id: experiment_id },
  );
  const others: Planned[] = [];
  for (const { id } of readAll(rows, { id: 'text' })) {
    const other = await readPlan(snapshot, position, brand_id, id);
    if (other !== null && other.design.pool === pool && armsOf(other.design) === armsOf(own.design)) others.push(other);
  }
  return [own, ...others];
}

/** The plans of all experiments of a brand, those that end last first; at most {@link MAX_READ}. */
export async function readAllPlans(snapshot: Snapshot, position: Position, brand_id: string): Promise<Design[]> {
  const rows = await snapshot.query(
    `select t.stated_id as id, max(epoch_ms(t.ends_at)) as end_ms from experiments t
     where t.brand_id = $brand_id and t.stated_id is not null and ${atOrBefore('t', position)} group by t.stated_id order by end_ms desc, id limit ${MAX_READ}`,
    { brand_id },
  );
  const designs: Design[] = [];
  for (const { id } of readAll(rows, { id: 'text' })) {
    const plan = await readPlan(snapshot, position, brand_id, id);
    if (plan !== null) designs.push(plan.design);
  }
  return designs;
}

const armsOf = ({ arms }: Design): string => JSON.stringify(arms.map(({ name }) => name));

async function readPlan(
  snapshot: Snapshot,
  position: Position,
  brand_id: string,
  experiment_id: string,
): Promise<Planned | null> {
  const parameters = { brand_id, experiment_id };
  const rows = await snapshot.query(
    `select ${SELECTED.join(', ')} from experiments t where t.brand_id = $brand_id and t.stated_id = $experiment_id and ${atOrBefore('t', position)}
     order by received_ms, t.collector_id, t.log_seq`,
    parameters,
  );
  const stated = readAll(rows, COLUMNS).map(({ id, received_ms, ...row }) => ({
    received_ms,
    design: designOf({ ...row, experiment_id: id }),
  }));
  if (stated.length === 0) return null;
  const [first] = await snapshot.query(
    `select min(epoch_ms(a.received_at)) as at_ms from assignments a where a.brand_id = $brand_id and a.experiment_id = $experiment_id and ${atOrBefore('a', position)}`,
    parameters,
  );
  const first_ms = read(first, { at_ms: 'number?' }).at_ms ?? Number.POSITIVE_INFINITY;
  const before = stated.filter(({ received_ms }) => received_ms <= first_ms);
  const { design } = before.at(-1) ?? stated[0]!;
  const after = stated.filter(({ received_ms }) => received_ms > first_ms);
  return {
    design: { ...design, name: stated.at(-1)!.design.name },
    changed_after: after.filter((one) => changedPart(design, one.design) !== undefined).length,
  };
}
