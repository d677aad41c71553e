/** Work that yields, in turns with other work of the event loop. */
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { Cancellation } from '../cancellation.ts';

/** Does the work to its end. @throws the reason of the signal when nobody waits any more. */
export async function inTurns<T>(work: Generator<void, T>, cancellation: Cancellation | undefined): Promise<T> {
  const turns = new WorkTurns();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (!turns.ends(1)) continue;
    await turns.next();
    cancellation?.signal.throwIfAborted();
  }
}
