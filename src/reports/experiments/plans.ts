/** The plans of an experiment and of its pool, as the log has them. */

import { assert } from '../../domain/errors.ts';
import { changedPart, type Design, designOf, MAX_POOLED, type Stop } from '../../domain/experiment.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, type Position, resolvePosition } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';

export interface Planned {
  design: Design;
  /** Set if it was stopped before its end. */
  stop: Stop | null;
  /** Plans after the first assignment that changed more than the name. */
  changed_after: number;
  /** When the plan became final, if the log says so. */
  frozen_at_ms: number | null;
}

/** Experiments of a brand that a report reads. */
const MAX_READ = 300;

/** What is read of an experiment that was stopped: it ended then. */
export function endedDesign({ design, stop }: Planned): Design {
  return stop === null ? design : { ...design, end_ms: Math.min(design.end_ms, stop.at_ms) };
}

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
  frozen_at: 'number?',
  stopped_at: 'number?',
  stop_reason: 'text?',
  received_ms: 'number',
} as const;
const SELECTED = Object.keys(COLUMNS).map((name) => {
  if (name === 'id') return 't.stated_id as id';
  if (name === 'received_ms') return 'epoch_ms(t.received_at) as received_ms';
  return name.endsWith('_at') ? `epoch_ms(t.${name}) as ${name}` : `t.${name} as ${name}`;
});

/**
 * The plan of an experiment, then those of the other experiments of its pool with the same arms, by id. Of the statements of one, the
 * one counts that says when it became final, since statements of two senders can reach the log in another order than state took them.
 * Without such a one, or if people were assigned before, it is the last before the first assignment. The name is that of the last of all.
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
  const ids = readAll(rows, { id: 'text' }).map(({ id }) => id);
  const others = await readPlansById(snapshot, position, brand_id, ids);
  return [own, ...others.filter(({ design }) => design.pool === pool && armsOf(design) === armsOf(own.design))];
}

/** The plans of all experiments of a brand, those that end last first; at most {@link MAX_READ}. */
export async function readAllPlans(snapshot: Snapshot, position: Position, brand_id: string): Promise<Planned[]> {
  const rows = await snapshot.query(
    `select t.stated_id as id, max(epoch_ms(t.ends_at)) as end_ms from experiments t
     where t.brand_id = $brand_id and t.stated_id is not null and ${atOrBefore('t', position)} group by t.stated_id order by end_ms desc, id limit ${MAX_READ}`,
    { brand_id },
  );
  const ids = readAll(rows, { id: 'text' }).map(({ id }) => id);
  return readPlansById(snapshot, position, brand_id, ids);
}

/** The plans of all brands as they count now, with the first assignment or exposure as the time when those of others became final. */
export async function readPlansOfLog(snapshot: Snapshot, limit: number): Promise<Planned[]> {
  const position = await resolvePosition(snapshot, undefined);
  const rows = await snapshot.query(
    `select distinct t.brand_id as brand_id, t.stated_id as id from experiments t
     where t.stated_id is not null and ${atOrBefore('t', position)} order by brand_id, id limit ${limit}`,
  );
  const plans: Planned[] = [];
  for (const { brand_id, id } of readAll(rows, { brand_id: 'text', id: 'text' })) {
    const plan = await readPlan(snapshot, position, brand_id, id);
    assert(plan !== null, 'a plan that the log names is not there');
    const used_ms = await firstReceived(snapshot, position, ['assignments', 'exposures'], {
      brand_id,
      experiment_id: id,
    });
    plans.push({ ...plan, frozen_at_ms: plan.frozen_at_ms ?? (Number.isFinite(used_ms) ? used_ms : null) });
  }
  return plans;
}

const armsOf = ({ arms }: Design): string => JSON.stringify(arms.map(({ name }) => name));

async function readPlan(
  snapshot: Snapshot,
  position: Position,
  brand_id: string,
  experiment_id: string,
): Promise<Planned | null> {
  const [plan] = await readPlansById(snapshot, position, brand_id, [experiment_id]);
  return plan ?? null;
}

/** Experiments of one query. Ids are long, and engines bound the text of a query. */
const AT_ONCE = 200;

/** The plans of experiments of a brand, in the order of their ids. Those without a statement are left out. */
export async function readPlansById(
  snapshot: Snapshot,
  position: Position,
  brand_id: string,
  ids: readonly string[],
): Promise<Planned[]> {
  const plans: Planned[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    const rows = await snapshot.query(
      `select ${SELECTED.join(', ')} from experiments t
       where t.brand_id = $brand_id and t.stated_id in (${some.map((_, i) => `$id_${i}`).join(', ')}) and ${atOrBefore('t', position)}
       order by received_ms, t.collector_id, t.log_seq`,
      { brand_id, ...Object.fromEntries(some.map((id, i) => [`id_${i}`, id])) },
    );
    const stated = new Map<string, Stated[]>(some.map((id) => [id, []]));
    for (const row of readAll(rows, COLUMNS))
      stated.get(row.id)!.push({ ...row, design: designOf({ ...row, experiment_id: row.id }) });
    for (const own of stated.values()) if (own.length > 0) plans.push(await plannedOf(snapshot, position, own));
  }
  return plans;
}

interface Stated {
  design: Design;
  received_ms: number;
  frozen_at: number | null;
  stopped_at: number | null;
  stop_reason: string | null;
}

/** @param stated the statements of one experiment, as the log received them. */
async function plannedOf(snapshot: Snapshot, position: Position, stated: readonly Stated[]): Promise<Planned> {
  const [first] = stated;
  const { brand_id, experiment_id } = first!.design;
  const name = stated.at(-1)!.design.name;
  const is_one = stated.every((one) => changedPart(first!.design, one.design) === undefined);
  const place = is_one
    ? 0
    : placeOfPlan(stated, await firstReceived(snapshot, position, ['assignments'], { brand_id, experiment_id }));
  const { design } = stated[place]!;
  const after = stated.slice(place + 1);
  return {
    design: { ...design, name },
    stop: stopOf(stated),
    changed_after: after.filter((one) => changedPart(design, one.design) !== undefined).length,
    frozen_at_ms: stated.find(({ frozen_at }) => frozen_at !== null)?.frozen_at ?? null,
  };
}

/** Clocks of two collectors differ by less than this. */
const MOST_SKEW_MS = 60_000;

/**
 * The place of the statement that counts: the one that says when the plan became final, unless people were assigned before. Without such
 * a one the last before the first assignment, or the first of all.
 */
function placeOfPlan(
  stated: ReadonlyArray<{ received_ms: number; frozen_at: number | null }>,
  assigned_ms: number,
): number {
  const final = stated.findIndex(({ frozen_at }) => frozen_at !== null && frozen_at <= assigned_ms + MOST_SKEW_MS);
  if (final >= 0) return final;
  return Math.max(0, stated.filter(({ received_ms }) => received_ms <= assigned_ms).length - 1);
}

/** When the log received the first record of an experiment in these tables; infinite without one. */
async function firstReceived(
  snapshot: Snapshot,
  position: Position,
  tables: ReadonlyArray<'assignments' | 'exposures'>,
  parameters: { brand_id: string; experiment_id: string },
): Promise<number> {
  const parts = tables.map(
    (table) =>
      `select min(epoch_ms(a.received_at)) as at_ms from ${table} a where a.brand_id = $brand_id and a.experiment_id = $experiment_id and ${atOrBefore('a', position)} having count(*) > 0`,
  );
  const rows = await snapshot.query(parts.join(' union all '), parameters);
  return Math.min(...readAll(rows, { at_ms: 'number' }).map(({ at_ms }) => at_ms));
}

/** The first stop that was stated. */
function stopOf(stated: ReadonlyArray<{ stopped_at: number | null; stop_reason: string | null }>): Stop | null {
  const stops = stated.flatMap(({ stopped_at, stop_reason }) =>
    stopped_at === null ? [] : [{ at_ms: stopped_at, reason: stop_reason ?? '' }],
  );
  return stops.reduce<Stop | null>((first, one) => (first === null || one.at_ms < first.at_ms ? one : first), null);
}
