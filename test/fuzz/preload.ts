/** Loaded by the server under test before its own code: tells the fuzz run how late its event loop was, and its memory. */
import { LoopDelay } from '../../src/server/loop-delay.ts';

export interface Told {
  max_ms: number;
  rss_bytes: number;
  heap_bytes: number;
}

let delay = new LoopDelay();

process.on('message', (ask: 'start' | 'tell' | 'collect') => {
  if (ask === 'start') {
    delay.close();
    delay = new LoopDelay();
  }
  if (ask === 'collect') for (let i = 0; i < 3; i++) (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const max_ms = delay.take().max_s * 1_000;
  process.send!({ max_ms, rss_bytes: rss, heap_bytes: heapUsed } satisfies Told);
});
// The server ends when its own work is done, not when this channel is closed.
process.channel?.unref();
