/** Measures how late the event loop is: how long a timer that is due waits for other work to end. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** A timer fires this often. The histogram holds the time between two firings. */
const RESOLUTION_MS = 10;

export class LoopDelay {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.histogram.enable();
  }

  /** The delays since the last call, in seconds. */
  take(): { p99_s: number; max_s: number } {
    const { histogram } = this;
    const taken = { p99_s: delay_s(histogram.percentile(99)), max_s: delay_s(histogram.max) };
    histogram.reset();
    return taken;
  }

  close(): void {
    this.histogram.disable();
  }
}

function delay_s(interval_ns: number): number {
  // Without a value, an empty histogram says NaN or its least value.
  return Math.max(0, Math.round(interval_ns / 1e3) / 1e6 - RESOLUTION_MS / 1e3) || 0;
}
