/** Long work on the event loop in turns, so that other requests are answered in between. */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Node accepts one new connection in each turn, so turns must not be long. */
const TURN_MS = 10;
/** The clock is read once for so many steps. A step takes less than a millisecond. */
const STEPS = 8;

/** In a loop: `if (turns.ends()) await turns.next()`. */
export class WorkTurns {
  private steps = 0;
  private began = performance.now();

  /** @param turn_ms how long a turn lasts, about. */
  constructor(private readonly turn_ms = TURN_MS) {}

  /** Counts a step. @param every how many steps the clock is read. @returns true if other work is due. */
  ends(every = STEPS): boolean {
    this.steps += 1;
    return this.steps % every === 0 && performance.now() - this.began > this.turn_ms;
  }

  /** Gives the event loop a turn. */
  async next(): Promise<void> {
    await nextTurn();
    this.began = performance.now();
  }
}
