/** The limit of requests per minute and key. */
import { performance } from 'node:perf_hooks';
import { TributaryError } from '../domain/errors.ts';
import type { Key } from './keys.ts';

const MINUTE_MS = 60_000;

/** Limits the requests per minute and key. A minute begins with the first request of the key. */
export class RateLimit {
  private readonly windows = new WeakMap<Key, { ends_ms: number; left: number }>();

  constructor(
    private readonly per_minute: number,
    /** A clock that is never set: with the time of day, an hour back would lock a key out for an hour. */
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Counts a request. @throws rate_limited when the key has used up the requests of its minute. */
  take(key: Key): void {
    // The key of this run belongs to the operator on this machine. It has no limit, so that an import is not slowed down.
    if (key.origin === 'run') return;
    const now_ms = this.clock();
    let window = this.windows.get(key);
    if (!window || now_ms >= window.ends_ms) {
      window = { ends_ms: now_ms + MINUTE_MS, left: this.per_minute };
      this.windows.set(key, window);
    }
    if (window.left === 0) {
      const retry_after_s = Math.max(1, Math.ceil((window.ends_ms - now_ms) / 1_000));
      throw new TributaryError(
        'rate_limited',
        `this key has made its ${this.per_minute} requests of this minute; wait ${retry_after_s} s`,
        { retry_after_s },
      );
    }
    window.left -= 1;
  }
}
