/**
 * Judges records of experiments that come from outside: plans, assignments and exposures. A plan is kept unless it is final. Whoever
 * sends an assignment or an exposure makes the plan final, since people were put into arms, or treated, by it. Where the product assigns,
 * nobody else does: an assignment that says an earlier time would move a person to another arm.
 */
import type { Problem } from '../domain/errors.ts';
import { type Design, designOf, SAID_BY_PRODUCT } from '../domain/experiment.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import { type FlatRecord, isProblem, type ReadContext } from '../domain/record.ts';
import { formatInstant } from '../domain/time.ts';
import type { Draft } from '../log/envelope.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import type { PlanBook } from './plan-book.ts';
import { keyOf, type Planned, type Which } from './planned.ts';

const OF_EXPERIMENTS: ReadonlySet<RecordName> = new Set(['experiments', 'assignments', 'exposures']);

/** True for records that {@link Experiments.accept} has to judge before they are in the log. */
export const isOfExperiment = (record: RecordName): boolean => OF_EXPERIMENTS.has(record);

interface Judged {
  /** Why drafts are refused, by index. */
  refused: Map<number, Problem>;
  /** Plans that became final, or whose final statement may not be in the log yet. */
  final: Planned[];
}

/** Judges the drafts that can be read. The others are refused by the collector, which reads all of them again. */
export async function judgeRecords(drafts: readonly Draft[], context: ReadContext, book: PlanBook): Promise<Judged> {
  const refused = new Map<number, Problem>();
  const designs = new Map<number, Design>();
  const plans = await book.all();
  const used = new Map<string, Which>();
  const turns = new WorkTurns();
  for (const [i, { record, input }] of drafts.entries()) {
    if (turns.ends()) await turns.next();
    const read = recordKind(record).read(input, context);
    if (isProblem(read)) continue;
    if (record === 'experiments') {
      const problem = saidProblem(read);
      if (problem === undefined) designs.set(i, designOf(read));
      else refused.set(i, problem);
      continue;
    }
    const which = { brand_id: read['brand_id'] as string, experiment_id: read['experiment_id'] as string };
    const problem = record === 'assignments' ? assignsProblem(plans.get(keyOf(which))) : undefined;
    if (problem === undefined) used.set(keyOf(which), which);
    else refused.set(i, problem);
  }
  if (designs.size > 0) for (const [i, problem] of await book.keep(designs)) refused.set(i, problem);
  const open = [...used.values()].filter((which) => isOpen(plans.get(keyOf(which))));
  return { refused, final: open.length === 0 ? [] : await book.freezeFor(open, context.now_ms) };
}

const isOpen = (planned: Planned | undefined): boolean =>
  planned !== undefined && (planned.frozen_at_ms === null || !planned.is_written);

function saidProblem(record: FlatRecord): Problem | undefined {
  const field = SAID_BY_PRODUCT.find((name) => record[name] !== undefined && record[name] !== null);
  if (field === undefined) return undefined;
  return {
    field,
    reason: 'is said by the product and cannot be sent; leave it out, and stop with POST /v1/experiments/ID/stop',
  };
}

function assignsProblem(planned: Planned | undefined): Problem | undefined {
  if (planned?.assigns_since_ms === undefined) return undefined;
  const { design, assigns_since_ms } = planned;
  return {
    field: 'experiment_id',
    reason: `${design.experiment_id} puts people into its arms by itself since ${formatInstant(assigns_since_ms)}, and another assignment could move them; ask POST /v1/experiments/ID/assign, or plan a new experiment with another experiment_id for people whom you assign`,
  };
}
