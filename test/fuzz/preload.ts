/** Loaded by the server under test before its own code: tells the fuzz run how late its event loop was, and its memory. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

export interface Told {
  max_ms: number;
  rss_bytes: number;
  heap_bytes: number;
}

const EVERY_MS = 5;

/** How long the thread of the event loop computed so far. On a busy machine it may have waited for longer. */
function computed_ms(): number {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'latin1').split(' ')[0]) / 1e6;
  } catch {
    // Only Linux tells it.
    return performance.now();
  }
}

let max_ms = 0;
let [last_ms, last_computed_ms] = [performance.now(), computed_ms()];

/** A delay counts as far as this thread computed meanwhile: the rest is the machine's. */
function look(): void {
  const [now_ms, now_computed_ms] = [performance.now(), computed_ms()];
  max_ms = Math.max(max_ms, Math.min(now_ms - last_ms - EVERY_MS, now_computed_ms - last_computed_ms));
  [last_ms, last_computed_ms] = [now_ms, now_computed_ms];
}

setInterval(look, EVERY_MS).unref();

process.on('message', (ask: 'start' | 'tell' | 'collect') => {
  look();
  if (ask === 'start') max_ms = 0;
  const told_ms = max_ms;
  if (ask === 'collect') for (let i = 0; i < 3; i++) (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send!({ max_ms: told_ms, rss_bytes: rss, heap_bytes: heapUsed } satisfies Told);
});
// The server ends when its own work is done, not when this channel is closed.
process.channel?.unref();
