/** Answers that take whole steps of time, so that the time says little about how much data was read. */
import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 250;

/** Does some work, and waits for the end of the step in which it ends or fails. */
export async function inSteps<T>(work: () => Promise<T>, step_ms = STEP_MS): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } finally {
    await sleep(step_ms - ((performance.now() - began) % step_ms));
  }
}
