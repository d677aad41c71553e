/** How far the calculation of a report is. Many requests may wait for one calculation; all of them see its progress. */
import type { PassCount, WatchPass } from '../histories/pass-progress.ts';

/**
 * What a report does: it waits for its turn, it is computed by a pass over people in memory, or by queries of the engine, whose
 * length is not known before.
 */
export const STEPS = ['waiting', 'people', 'query'] as const;
export type Step = (typeof STEPS)[number];

export interface ProgressNow {
  step: Step;
  /** People that were taken, of all; null in other steps. */
  done: number | null;
  total: number | null;
}

export class Progress {
  private computing = false;
  private read: (() => PassCount) | undefined;
  private shared: Progress | undefined;

  /** The calculation begins. */
  begin(): void {
    this.computing = true;
  }

  readonly watchPass: WatchPass = (read) => {
    this.read = read;
  };

  /** Another request makes the calculation. */
  follow(shared: Progress): void {
    this.shared = shared;
  }

  now(): ProgressNow {
    if (this.shared !== undefined) return this.shared.now();
    const count = this.read?.();
    if (count !== undefined) return { step: 'people', ...count };
    return { step: this.computing ? 'query' : 'waiting', done: null, total: null };
  }
}
