/**
 * The plans of experiments in state, which people are assigned by. A plan is a statement of the log, too, but the log tells the order of
 * statements only. State decides: in one transaction each, a plan is kept, becomes final with the first assignment, and is stopped.
 */
import { type Problem, TributaryError } from '../domain/errors.ts';
import { changedPart, type Design, MAX_POOLED, type Stop } from '../domain/experiment.ts';
import { formatInstant } from '../domain/time.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';
import { KnownPlans, PLANS } from './known-plans.ts';
import { checkRunning, isAssigning, isRunning, keyOf, notFound, type Planned, type Which } from './planned.ts';

/** Plans that are kept. Further ones are refused. */
export const MAX_PLANS = 2_000;

export class PlanBook {
  private readonly known: KnownPlans;

  constructor(private readonly state: State) {
    this.known = new KnownPlans(state);
  }

  /** All plans, by brand and id. */
  all(): Promise<ReadonlyMap<string, Planned>> {
    return this.known.all();
  }

  /** The same as they were a moment ago, which takes no time. */
  lately(): Promise<ReadonlyMap<string, Planned>> {
    return this.known.lately();
  }

  /** A plan. One by which people are being assigned may be that of a moment ago. @throws not_found. */
  async one(which: Which, now_ms: number): Promise<Planned> {
    const kept = (await this.lately()).get(keyOf(which));
    if (kept !== undefined && isAssigning(kept) && isRunning(kept, now_ms)) return kept;
    const planned = (await this.all()).get(keyOf(which));
    if (planned === undefined) throw notFound(which);
    return planned;
  }

  private async change<T>(work: (transaction: StateTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.state.transaction(work);
    } finally {
      this.known.changed();
    }
  }

  /** Adds plans that the state does not have. */
  async recall(plans: readonly Planned[]): Promise<void> {
    await this.change(async (transaction) => {
      for (const planned of plans)
        if ((await find(transaction, planned.design)) === undefined) await put(transaction, planned);
    });
  }

  /** Keeps plans by index. @returns why others are refused. */
  async keep(designs: ReadonlyMap<number, Design>): Promise<Map<number, Problem>> {
    return this.change(async (transaction) => {
      const refused = new Map<number, Problem>();
      for (const [i, design] of designs) {
        const known = await find(transaction, design);
        const problem =
          known === undefined || known.design.pool !== design.pool
            ? await roomProblem(transaction, design, known !== undefined)
            : undefined;
        const refusal = frozenProblem(known, design) ?? problem;
        if (refusal) refused.set(i, refusal);
        else await put(transaction, { frozen_at_ms: null, stop: null, is_written: false, ...known, design });
      }
      return refused;
    });
  }

  /**
   * Makes plans final that are not yet, and keeps that the product assigns by them.
   * @throws conflict if one is another plan meanwhile, or does not run.
   */
  async freeze(plans: readonly Planned[], now_ms: number): Promise<Planned[]> {
    return this.change(async (transaction) => {
      const frozen: Planned[] = [];
      for (const { design } of plans) {
        const stored = await find(transaction, design);
        if (stored === undefined || changedPart(stored.design, design) !== undefined)
          throw new TributaryError('conflict', 'the plan changed while people were assigned; ask again');
        checkRunning(stored, now_ms);
        const { assigns_since_ms = now_ms } = stored;
        frozen.push(await putFinal(transaction, { ...stored, assigns_since_ms }, now_ms));
      }
      return frozen;
    });
  }

  /** Makes plans final that others assign by, or treat people by. One of these may have ended. Unknown ones are left out. */
  async freezeFor(which: readonly Which[], now_ms: number): Promise<Planned[]> {
    return this.change(async (transaction) => {
      const frozen: Planned[] = [];
      for (const one of which) {
        const stored = await find(transaction, one);
        if (stored !== undefined) frozen.push(await putFinal(transaction, stored, now_ms));
      }
      return frozen;
    });
  }

  /** Stops an experiment. One that was stopped before stays as it was. @throws not_found; conflict if it does not run. */
  async stop(which: Which, { at_ms, reason }: Stop): Promise<Planned> {
    return this.change(async (transaction) => {
      const stored = await find(transaction, which);
      if (stored === undefined) throw notFound(which);
      if (stored.stop !== null) return stored;
      checkRunning(stored, at_ms);
      const next: Planned = {
        ...stored,
        stop: { at_ms, reason },
        frozen_at_ms: stored.frozen_at_ms ?? at_ms,
        is_written: false,
      };
      await put(transaction, next);
      return next;
    });
  }

  /** Says that the log holds these plans as they are here. */
  async wrote(plans: readonly Planned[]): Promise<void> {
    await this.change(async (transaction) => {
      for (const { design, stop } of plans) {
        const stored = await find(transaction, design);
        if (stored !== undefined && (stored.stop === null) === (stop === null))
          await put(transaction, { ...stored, is_written: true });
      }
    });
  }
}

const find = async (transaction: StateTransaction, which: Which): Promise<Planned | undefined> =>
  (await transaction.get<Json>(PLANS, keyOf(which))) as unknown as Planned | undefined;

const put = (transaction: StateTransaction, planned: Planned): Promise<void> =>
  transaction.put(PLANS, keyOf(planned.design), planned as unknown as Json);

async function putFinal(transaction: StateTransaction, planned: Planned, now_ms: number): Promise<Planned> {
  const { frozen_at_ms } = planned;
  const final = frozen_at_ms === null ? { ...planned, frozen_at_ms: now_ms, is_written: false } : planned;
  await put(transaction, final);
  return final;
}

async function roomProblem(
  transaction: StateTransaction,
  { brand_id, pool }: Design,
  is_known: boolean,
): Promise<Problem | undefined> {
  const all = await transaction.list<Json>(PLANS, { limit: MAX_PLANS });
  if (!is_known && all.length >= MAX_PLANS)
    return { field: 'experiment_id', reason: `there are ${MAX_PLANS} experiments, the limit` };
  if (pool === null) return undefined;
  const pooled = all.filter(({ value }) => {
    const { design } = value as unknown as Planned;
    return design.brand_id === brand_id && design.pool === pool;
  });
  if (pooled.length < MAX_POOLED) return undefined;
  return { field: 'pool', reason: `has ${MAX_POOLED} experiments, the limit; begin another pool` };
}

const WIRE_NAMES: Partial<Record<keyof Design, string>> = { start_ms: 'starts_at', end_ms: 'ends_at' };

function frozenProblem(known: Planned | undefined, next: Design): Problem | undefined {
  if (known === undefined || known.frozen_at_ms === null) return undefined;
  const part = changedPart(known.design, next);
  if (part === undefined) return undefined;
  return {
    field: WIRE_NAMES[part] ?? part,
    reason: `is frozen since the first person was assigned or treated at ${formatInstant(known.frozen_at_ms)}: who is in which arm and how the result is computed must not follow from what was seen; plan a new experiment with another experiment_id`,
  };
}
