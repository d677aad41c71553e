/** Decides the arm of one person by the hash of their id, and what is written of it. */
import type { Problem } from '../domain/errors.ts';
import { type Design, ID_OF_UNIT } from '../domain/experiment.ts';
import { takeOlderIds } from '../domain/hashed-ids.ts';
import { recordKind } from '../domain/index.ts';
import { isProblem, type ReadContext, UnreadItem } from '../domain/record.ts';
import { formatInstant } from '../domain/time.ts';
import type { Draft } from '../log/envelope.ts';
import { armOf } from './arm-of.ts';

export interface Assigned {
  /** Null if the person is held out of every experiment, or was refused. */
  arm: string | null;
  /** The global experiment that holds the person out. */
  held_out_by: string | null;
  /** Why the person was not assigned. */
  refused: Problem | null;
}

export interface Deciding {
  person: unknown;
  design: Design;
  /** The global experiments that come first. */
  globals: readonly Design[];
  now_ms: number;
  context: ReadContext;
}

const WHO = ['customer_id', 'anonymous_id', 'email'];

/** Why something does not name a person. Other fields of an assignment, such as its time, are not for the sender to say. */
function nameProblem(person: unknown): Problem | undefined {
  if (person instanceof UnreadItem) return { field: '', reason: person.reason };
  if (typeof person !== 'object' || person === null || Array.isArray(person))
    return { field: '', reason: 'is not an object; send one such as {"customer_id": "customer-1"}' };
  const other = Object.keys(person).find((field) => !WHO.includes(field));
  if (other === undefined) return undefined;
  return { field: other.slice(0, 200), reason: `names nobody; send ${WHO.join(', ')} only` };
}

/** Decides the arm of one person, and adds what has to be written. */
export function decideArm({ person, design, globals, now_ms, context }: Deciding, drafts: Draft[]): Assigned {
  const of = ({ brand_id, experiment_id }: Design, arm: string) => ({
    ...(person as object),
    brand_id,
    experiment_id,
    arm,
    occurred_at: formatInstant(now_ms),
  });
  const problem = nameProblem(person);
  if (problem) return { arm: null, held_out_by: null, refused: problem };
  // The record tells the ids as the log keeps them; its arm is not known yet.
  const read = recordKind('assignments').read(of(design, design.control), context);
  if (isProblem(read)) return { arm: null, held_out_by: null, refused: read };
  // The hash of the oldest pepper stays the same when a new pepper is listed.
  const older = takeOlderIds(read);
  const idFor = ({ unit }: Design): string | undefined => {
    const field = ID_OF_UNIT[unit];
    return older.get(field)?.at(-1) ?? (read[field] as string | undefined);
  };
  const id = idFor(design);
  if (id === undefined) {
    const field = ID_OF_UNIT[design.unit];
    const refused = { field, reason: `is missing; this experiment assigns by ${field}` };
    return { arm: null, held_out_by: null, refused };
  }
  let held_out_by: string | null = null;
  for (const one of globals) {
    const own = idFor(one);
    if (own === undefined) continue;
    const arm = armOf(one, own);
    drafts.push({ record: 'assignments', input: of(one, arm) });
    if (arm === one.control) held_out_by ??= one.experiment_id;
  }
  if (held_out_by !== null) return { arm: null, held_out_by, refused: null };
  const arm = armOf(design, id);
  drafts.push({ record: 'assignments', input: of(design, arm) });
  return { arm, held_out_by, refused: null };
}
