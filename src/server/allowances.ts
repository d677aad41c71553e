/** How often something may happen in a time, by name: questions of one link, wrong passwords of one client. */
import { performance } from 'node:perf_hooks';
import { TributaryError } from '../domain/errors.ts';

/** Names in memory. Over this number the one that was quiet for longest is forgotten. */
const MAX_NAMES = 10_000;

interface Window {
  ends_ms: number;
  left: number;
}

export class Allowances {
  private readonly windows = new Map<string, Window>();

  /** @param clock in milliseconds; it must not go back. */
  constructor(
    private readonly limit: number,
    private readonly window_ms: number,
    private readonly refusal: string,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Counts one. @throws rate_limited when the name has used up its allowance. */
  take(name: string): void {
    const now_ms = this.clock();
    const known = this.windows.get(name);
    const window =
      known === undefined || now_ms >= known.ends_ms ? { ends_ms: now_ms + this.window_ms, left: this.limit } : known;
    this.windows.delete(name);
    this.windows.set(name, window);
    if (this.windows.size > MAX_NAMES) this.windows.delete(this.windows.keys().next().value!);
    if (window.left === 0) {
      const retry_after_s = Math.max(1, Math.ceil((window.ends_ms - now_ms) / 1_000));
      throw new TributaryError('rate_limited', `${this.refusal}; wait ${retry_after_s} s`, { retry_after_s });
    }
    window.left -= 1;
  }

  /** Gives back what {@link take} counted. */
  give(name: string): void {
    const window = this.windows.get(name);
    if (window !== undefined) window.left += 1;
  }
}
