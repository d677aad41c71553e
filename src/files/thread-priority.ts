/** The priority of a worker thread. */
import { constants, getPriority, setPriority } from 'node:os';

/**
 * Makes this thread yield to the other threads of its process, so that requests go first. The step counts from the priority that the
 * process was started with: a fixed one would put the thread behind all other programs, or before its own process. Elsewhere than on
 * Linux a priority is that of the whole process, so it stays.
 */
export function yieldToProcess(step: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + step));
  } catch {
    // The system forbids it. What the thread computes is the same; only requests may wait longer.
  }
}
