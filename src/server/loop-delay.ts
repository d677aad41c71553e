/** Measures how late the event loop is: how long a timer that is due waits for other work to end. */
import { createHistogram, performance } from 'node:perf_hooks';

const EVERY_MS = 20;

/** `monitorEventLoopDelay` of Node misses a delay that begins just after a reading, so this one keeps its own time. */
export class LoopDelay {
  /** Delays in microseconds, at least 1. */
  private readonly histogram = createHistogram();
  private last_ms = performance.now();
  private readonly timer = setInterval(() => this.record(), EVERY_MS).unref();

  /** The delays since the last call, in seconds. */
  take(): { p99_s: number; max_s: number } {
    this.record();
    const taken = { p99_s: this.histogram.percentile(99) / 1e6, max_s: this.histogram.max / 1e6 };
    this.histogram.reset();
    return taken;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private record(): void {
    const now_ms = performance.now();
    this.histogram.record(Math.max(1, Math.round((now_ms - this.last_ms - EVERY_MS) * 1e3)));
    this.last_ms = now_ms;
  }
}
