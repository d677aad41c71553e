/** How busy accepted requests keep the process. */
import { performance } from 'node:perf_hooks';
import type { Spool } from './spool.ts';

/**
 * The load is high when accepting takes more than this share of the process's time. The time for accepting is estimated from the
 * accepted requests and records, because other programs on the machine cannot distort these counts.
 */
const BUSY_SHARE = 0.3;
const REQUEST_MS = 0.05;
const RECORD_MS = 0.012;
export class RequestLoad {
  private last = { requests: 0, records: 0, at: performance.now() };

  constructor(private readonly spool: Pick<Spool, 'taken'>) {}

  /** True if the requests that were accepted since the last call kept the process busy. */
  isHigh(): boolean {
    const { requests, records } = this.spool.taken;
    const now = performance.now();
    const accepting_ms = (requests - this.last.requests) * REQUEST_MS + (records - this.last.records) * RECORD_MS;
    const is_high = accepting_ms > BUSY_SHARE * (now - this.last.at);
    this.last = { requests, records, at: now };
    return is_high;
  }
}
