/** How late the event loop of this process is while some work runs. */
import { LoopDelay } from '../../src/server/loop-delay.ts';

export async function lateness(work: () => Promise<unknown>): Promise<{ p99_s: number; max_s: number }> {
  const delay = new LoopDelay();
  try {
    await work();
    return delay.take();
  } finally {
    delay.close();
  }
}
