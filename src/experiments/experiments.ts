/**
 * Plans of experiments, and the assignment of people by them. Assigning reads no warehouse: plans are in state, and a hash decides the
 * arm. The first assignment makes a plan final.
 */
import { maySee } from '../domain/brand-access.ts';
import type { CustomerIds, EmailPersonOf } from '../domain/email-ids.ts';
import { assert, badRequest } from '../domain/errors.ts';
import { MAX_REASON_LENGTH, statementOf } from '../domain/experiment.ts';
import type { PersonHashes } from '../domain/person-hashes.ts';
import type { ReadContext } from '../domain/record.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { Collector } from '../log/collector.ts';
import type { Caller, Draft } from '../log/envelope.ts';
import type { State } from '../state/port.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type Assigned, decideArm } from './decide-arm.ts';
import { judgeRecords } from './judge-records.ts';
import { PlanBook } from './plan-book.ts';
import { checkRunning, isAssigning, isRunning, type Planned, type Which } from './planned.ts';

/** People of one call. */
export const MAX_ASSIGNED = 10_000;
/** So long a list holds up the call for one person that comes beside it. */
const LIST_TURN_MS = 1;

/** How a process reads ids of people. */
export interface ReadsPeople {
  customerIds?: (brand_id: string) => CustomerIds;
  emailPersonOf?: EmailPersonOf;
  personHashes?: PersonHashes;
  clock: () => number;
}

export class Experiments {
  private readonly book: PlanBook;

  /** @param collector null in a process that accepts no records. @param max_items the most records of one envelope. */
  constructor(
    state: State,
    private readonly collector: Collector | null,
    private readonly people: ReadsPeople,
    private readonly max_items: number,
  ) {
    this.book = new PlanBook(state);
  }

  /**
   * Accepts plans, assignments and exposures from outside, unless they would change what is final (`judge-records.ts`).
   * @throws as `Collector.accept`; state_unavailable.
   */
  async accept(source: string, drafts: readonly Draft[], caller: Caller): Promise<Acknowledgement> {
    const { collector } = this;
    assert(collector !== null, 'records of experiments are accepted where records are');
    if (drafts.length > this.max_items) return collector.accept({ source, drafts }, caller);
    const { refused, final } = await judgeRecords(drafts, this.context(caller), this.book);
    await this.writeFinal(final);
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

  /** The plans of a brand, or of all, in order of brand and id. */
  async list(brand_id: string | null): Promise<Planned[]> {
    return [...(await this.book.all()).values()].filter(({ design }) => maySee(brand_id, [design.brand_id]));
  }

  /**
   * Puts people into arms, and writes who was put where unless it is a trial. Whoever a global experiment holds out is in no arm.
   * @param people each names a person by customer_id, anonymous_id or email.
   * @throws not_found; conflict before the start, after the end and once it was stopped; as `Collector.accept`.
   */
  async assign(
    which: Which,
    people: readonly unknown[],
    { trial, caller }: { trial: boolean; caller: Caller },
  ): Promise<Assigned[]> {
    const now_ms = this.people.clock();
    const planned = await this.book.one(which, now_ms);
    if (!trial) checkRunning(planned, now_ms);
    const globals = await this.globalsOver(planned, now_ms);
    if (!trial) await this.freeze([planned, ...globals], now_ms);
    const answers: Assigned[] = [];
    const drafts: Draft[] = [];
    const deciding = {
      design: planned.design,
      globals: globals.map(({ design }) => design),
      now_ms,
      context: this.context(caller),
    };
    const turns = new WorkTurns(LIST_TURN_MS);
    for (const person of people) {
      if (turns.ends()) await turns.next();
      answers.push(decideArm({ person, ...deciding }, drafts));
    }
    if (!trial) await this.write(drafts, caller);
    return answers;
  }

  /** The running global experiments that come before one. They do not come before each other. */
  private async globalsOver({ design }: Planned, now_ms: number): Promise<Planned[]> {
    if (design.scope === 'global') return [];
    const plans = [...(await this.book.lately()).values()];
    return plans.filter(
      (one) => one.design.scope === 'global' && one.design.brand_id === design.brand_id && isRunning(one, now_ms),
    );
  }

  /**
   * Stops an experiment before its end, for good. A second call changes nothing, and writes to the log what a broken one may have left out.
   * @throws not_found; bad_request without a reason; conflict before the start and after the end.
   */
  async stop(which: Which, reason: string): Promise<Planned> {
    const text = reason.trim();
    if (text === '' || text.length > MAX_REASON_LENGTH)
      throw badRequest('reason', `must say why in 1 to ${MAX_REASON_LENGTH} characters; it stands beside the result`);
    const stopped = await this.book.stop(which, { at_ms: this.people.clock(), reason: text });
    await this.writeFinal([stopped]);
    return stopped;
  }

  /** Makes plans final. They are on disk, in state and in the log, before any arm is told. */
  private async freeze(plans: readonly Planned[], now_ms: number): Promise<void> {
    if (plans.every(isAssigning)) return;
    await this.writeFinal(await this.book.freeze(plans, now_ms));
  }

  /** Writes final plans to the log, as state has them, so that a result follows from the log alone. */
  private async writeFinal(plans: readonly Planned[]): Promise<void> {
    const missing = plans.filter(({ is_written }) => !is_written);
    for (const planned of missing) {
      const input = statementOf(planned.design, planned);
      await this.write([{ record: 'experiments', input }], { key_brand_id: planned.design.brand_id });
    }
    await this.book.wrote(missing);
  }

  private async write(drafts: readonly Draft[], caller: Caller): Promise<void> {
    const { collector, max_items } = this;
    assert(collector !== null, 'people are assigned where records are accepted');
    for (let from = 0; from < drafts.length; from += max_items) {
      const { rejected } = await collector.accept(
        { source: 'experiments', drafts: drafts.slice(from, from + max_items) },
        caller,
      );
      assert(rejected.length === 0, `a record of an experiment was refused: ${rejected[0]?.field}`);
    }
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
