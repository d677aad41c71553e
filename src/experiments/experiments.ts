/**
 * The plans of experiments in state, and the assignment of people by them. Plans are statements of the log, too; state holds the ones
 * that assign, so that assigning reads no warehouse. The first assignment freezes a plan.
 */
import { maySee } from '../domain/brand-access.ts';
import type { CustomerIds, EmailPersonOf } from '../domain/email-ids.ts';
import { assert, type Problem, TributaryError } from '../domain/errors.ts';
import { changedPart, type Design, designOf } from '../domain/experiment.ts';
import { takeOlderIds } from '../domain/hashed-ids.ts';
import { recordKind } from '../domain/index.ts';
import type { PersonHashes } from '../domain/person-hashes.ts';
import { isProblem, type ReadContext } from '../domain/record.ts';
import { formatInstant } from '../domain/time.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { Collector } from '../log/collector.ts';
import type { Caller, Draft } from '../log/envelope.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { armOf } from './arm-of.ts';

const PLANS = 'experiments';
/** Plans that are kept. Further ones are refused. */
const MAX_PLANS = 2_000;
/** People of one call. */
export const MAX_ASSIGNED = 10_000;

export interface Planned {
  design: Design;
  /** The first assignment; from then on only the name may change. */
  frozen_at_ms: number | null;
}

export interface Assigned {
  /** Null if the person is held out of every experiment, or was refused. */
  arm: string | null;
  /** The global experiment that holds the person out. */
  held_out_by: string | null;
  /** Why the person was not assigned. */
  refused: Problem | null;
}

/** How a process reads ids of people. */
export interface ReadsPeople {
  customerIds?: (brand_id: string) => CustomerIds;
  emailPersonOf?: EmailPersonOf;
  personHashes?: PersonHashes;
  clock: () => number;
}

const keyOf = ({ brand_id, experiment_id }: Pick<Design, 'brand_id' | 'experiment_id'>): string =>
  `${brand_id}/${experiment_id}`;

export class Experiments {
  private known: { revision: number; plans: Map<string, Planned> } = { revision: -1, plans: new Map() };

  /** @param collector null in a process that accepts no records. @param max_items the most records of one envelope. */
  constructor(
    private readonly state: State,
    private readonly collector: Collector | null,
    private readonly people: ReadsPeople,
    private readonly max_items: number,
  ) {}

  /**
   * Accepts plans: keeps each and writes it to the log. A plan whose people are being assigned is refused if it changes anything but the
   * name. @throws as `Collector.accept`; state_unavailable.
   */
  async accept(source: string, drafts: readonly Draft[], caller: Caller): Promise<Acknowledgement> {
    const { collector } = this;
    assert(collector !== null, 'plans are accepted where records are');
    if (drafts.length > this.max_items) return collector.accept({ source, drafts }, caller);
    const refused = await this.keep(drafts, caller);
    const places = drafts.flatMap((_, i) => (refused.has(i) ? [] : [i]));
    const answer: Acknowledgement =
      places.length === 0
        ? { accepted: 0, ids: [], rejected: [] }
        : await collector.accept({ source, drafts: places.map((i) => drafts[i]!) }, caller);
    const moved = <T extends { index: number }>(list: readonly T[]): T[] =>
      list.map((one) => ({ ...one, index: places[one.index]! }));
    const rejected = [...moved(answer.rejected), ...[...refused].map(([index, problem]) => ({ index, ...problem }))];
    return {
      ...answer,
      rejected: rejected.sort((a, b) => a.index - b.index),
      ...(answer.conflicts && { conflicts: moved(answer.conflicts) }),
      ...(answer.warnings && { warnings: moved(answer.warnings) }),
    };
  }

  /** Keeps the plans that can be read, which the collector reads again. @returns why others are refused, by index. */
  private async keep(drafts: readonly Draft[], caller: Caller): Promise<Map<number, Problem>> {
    const read = drafts.map(({ input }) => recordKind('experiments').read(input, this.context(caller)));
    return this.state.transaction(async (transaction) => {
      const refused = new Map<number, Problem>();
      for (const [i, record] of read.entries()) {
        if (isProblem(record)) continue;
        const design = designOf(record);
        const known = await transaction.get<Json>(PLANS, keyOf(design));
        const problem =
          known === undefined
            ? (await transaction.list(PLANS, { limit: MAX_PLANS })).length >= MAX_PLANS
              ? { field: 'experiment_id', reason: `there are ${MAX_PLANS} experiments, the limit` }
              : undefined
            : frozenProblem(known as unknown as Planned, design);
        if (problem) refused.set(i, problem);
        else {
          const frozen_at_ms = (known as unknown as Planned | undefined)?.frozen_at_ms ?? null;
          await transaction.put(PLANS, keyOf(design), { design, frozen_at_ms } as unknown as Json);
        }
      }
      return refused;
    });
  }

  /** The plans that a key may see, in order of brand and id. */
  async list(key_brand_id: string | null): Promise<Planned[]> {
    return [...(await this.plans()).values()].filter(({ design }) => maySee(key_brand_id, [design.brand_id]));
  }

  /**
   * Puts people into arms, and writes who was put where unless it is a trial. Whoever a global experiment holds out is in no arm.
   * @param people each names a person by customer_id, anonymous_id or email.
   * @throws not_found; conflict before the start and after the end; as `Collector.accept`.
   */
  async assign(
    which: Pick<Design, 'brand_id' | 'experiment_id'>,
    people: readonly unknown[],
    { trial, caller }: { trial: boolean; caller: Caller },
  ): Promise<Assigned[]> {
    const now_ms = this.people.clock();
    const plans = await this.plans();
    const planned = plans.get(keyOf(which));
    if (planned === undefined)
      throw new TributaryError(
        'not_found',
        `experiment_id: brand ${which.brand_id} has no experiment ${JSON.stringify(which.experiment_id.slice(0, 200))}; send its plan to POST /v1/experiments first`,
        { field: 'experiment_id' },
      );
    if (!trial) checkTime(planned.design, now_ms);
    const globals = [...plans.values()].filter(
      ({ design }) =>
        design.scope === 'global' &&
        design.brand_id === which.brand_id &&
        isRunning(design, now_ms) &&
        design !== planned.design,
    );
    const over = planned.design.scope === 'global' ? [] : globals;
    if (!trial) await this.freeze([planned, ...over], now_ms);
    const answers: Assigned[] = [];
    const drafts: Draft[] = [];
    const context = this.context(caller);
    const turns = new WorkTurns();
    for (const person of people) {
      if (turns.ends()) await turns.next();
      answers.push(
        decide({ person, design: planned.design, globals: over.map(({ design }) => design), now_ms, context }, drafts),
      );
    }
    if (!trial) await this.write(drafts, caller);
    return answers;
  }

  private async write(drafts: readonly Draft[], caller: Caller): Promise<void> {
    const { collector, max_items } = this;
    assert(collector !== null, 'people are assigned where records are accepted');
    for (let from = 0; from < drafts.length; from += max_items)
      await collector.accept({ source: 'experiments', drafts: drafts.slice(from, from + max_items) }, caller);
  }

  /** Freezes plans that are not frozen yet. It is on disk before any arm is told. */
  private async freeze(plans: readonly Planned[], now_ms: number): Promise<void> {
    if (plans.every(({ frozen_at_ms }) => frozen_at_ms !== null)) return;
    await this.state.transaction(async (transaction) => {
      for (const { design } of plans) {
        const stored = (await transaction.get<Json>(PLANS, keyOf(design))) as unknown as Planned | undefined;
        if (stored === undefined || changedPart(stored.design, design) !== undefined)
          throw new TributaryError('conflict', 'the plan changed while people were assigned; ask again');
        if (stored.frozen_at_ms === null)
          await transaction.put(PLANS, keyOf(design), { ...stored, frozen_at_ms: now_ms } as unknown as Json);
      }
    });
  }

  private async plans(): Promise<Map<string, Planned>> {
    const { state } = this;
    const revision = await state.revision(PLANS);
    if (revision !== this.known.revision) {
      const plans = new Map<string, Planned>();
      for await (const { key, value } of everyEntry(state, PLANS)) plans.set(key, value as unknown as Planned);
      this.known = { revision, plans };
    }
    return this.known.plans;
  }

  private context(caller: Caller): ReadContext {
    const { clock, customerIds, emailPersonOf, personHashes } = this.people;
    // No record of an experiment has an amount.
    const people = {
      ...(customerIds && { customerIds }),
      ...(emailPersonOf && { emailPersonOf }),
      ...(personHashes && { personHashes }),
    };
    return { now_ms: clock(), defaultCurrency: () => 'USD', ...people, ...caller };
  }
}

interface Deciding {
  person: unknown;
  design: Design;
  globals: readonly Design[];
  now_ms: number;
  context: ReadContext;
}

/** Decides the arm of one person, and adds what has to be written. */
function decide({ person, design, globals, now_ms, context }: Deciding, drafts: Draft[]): Assigned {
  const of = ({ brand_id, experiment_id }: Design, arm: string) => ({
    ...(person as object),
    brand_id,
    experiment_id,
    arm,
    occurred_at: formatInstant(now_ms),
  });
  const isObject = typeof person === 'object' && person !== null && !Array.isArray(person);
  // The record tells the ids as the log keeps them; its arm is not known yet.
  const read = recordKind('assignments').read(isObject ? of(design, design.control) : person, context);
  if (isProblem(read)) return { arm: null, held_out_by: null, refused: read };
  // The hash of the oldest pepper stays the same when a new pepper is listed.
  const older = takeOlderIds(read);
  const idFor = ({ unit }: Design): string | undefined => {
    const field = unit === 'customer' ? 'customer_id' : 'anonymous_id';
    return older.get(field)?.at(-1) ?? (read[field] as string | undefined);
  };
  const id = idFor(design);
  if (id === undefined) {
    const field = design.unit === 'customer' ? 'customer_id' : 'anonymous_id';
    return {
      arm: null,
      held_out_by: null,
      refused: { field, reason: `is missing; this experiment assigns by ${field}` },
    };
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

const isRunning = ({ start_ms, end_ms }: Design, now_ms: number): boolean => now_ms >= start_ms && now_ms < end_ms;

function checkTime(design: Design, now_ms: number): void {
  if (isRunning(design, now_ms)) return;
  const when =
    now_ms < design.start_ms
      ? `begins at ${formatInstant(design.start_ms)}`
      : `ended at ${formatInstant(design.end_ms)}`;
  throw new TributaryError('conflict', `experiment ${design.experiment_id} ${when}; nobody is assigned now`);
}

const WIRE_NAMES: Partial<Record<keyof Design, string>> = { start_ms: 'starts_at', end_ms: 'ends_at' };

function frozenProblem({ design, frozen_at_ms }: Planned, next: Design): Problem | undefined {
  if (frozen_at_ms === null) return undefined;
  const part = changedPart(design, next);
  if (part === undefined) return undefined;
  return {
    field: WIRE_NAMES[part] ?? part,
    reason: `is frozen since the first person was assigned at ${formatInstant(frozen_at_ms)}: who is in which arm and how the result is computed must not follow from what was seen; plan a new experiment with another experiment_id`,
  };
}
