/** The plans of experiments as this process knows them: read from the state, or so lately that no call has to wait for the state. */
import { performance } from 'node:perf_hooks';
import { everyEntry } from '../state/entries.ts';
import type { State } from '../state/port.ts';
import type { Planned } from './planned.ts';

/** The collection of the state. */
export const PLANS = 'experiments';

/**
 * So long after they were read, final plans are used again. A final plan stays as it is, but another process may stop it, or make a new
 * global experiment: this process learns of it so late. What it does itself it knows at once.
 */
const FRESH_MS = 1_000;

export class KnownPlans {
  private known: { revision: number; plans: ReadonlyMap<string, Planned> } = { revision: -1, plans: new Map() };
  /** When `known` was last compared with the state, by `performance.now`. */
  private checked_ms = Number.NEGATIVE_INFINITY;
  private checking: Promise<unknown> | null = null;
  /** Grows with each change that this process makes. */
  private changes = 0;

  constructor(
    private readonly state: State,
    private readonly fresh_ms = FRESH_MS,
  ) {}

  /** All plans, by brand and id. */
  async all(): Promise<ReadonlyMap<string, Planned>> {
    const { state, changes } = this;
    const began_ms = performance.now();
    const revision = await state.revision(PLANS);
    let { plans } = this.known;
    if (revision !== this.known.revision) {
      const found = new Map<string, Planned>();
      for await (const { key, value } of everyEntry(state, PLANS)) found.set(key, value as unknown as Planned);
      plans = found;
      // Reads that began earlier can end later.
      if (revision > this.known.revision) this.known = { revision, plans };
    }
    if (changes === this.changes) this.checked_ms = began_ms;
    return plans;
  }

  /**
   * All plans as they were a moment ago. To read the state takes a turn in another thread, for which a call waits longer than for all
   * else of an assignment when the machine is busy. So it is read while the calls are answered.
   */
  async lately(): Promise<ReadonlyMap<string, Planned>> {
    const age_ms = performance.now() - this.checked_ms;
    if (age_ms >= this.fresh_ms) return this.all();
    if (age_ms >= this.fresh_ms / 2)
      this.checking ??= this.all()
        .catch(() => undefined)
        .finally(() => {
          this.checking = null;
        });
    return this.known.plans;
  }

  /** Has the next call read the state: this process changed a plan. */
  changed(): void {
    this.changes += 1;
    this.checked_ms = Number.NEGATIVE_INFINITY;
  }
}
