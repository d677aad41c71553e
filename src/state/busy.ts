/**
 * Waits for the transactions of others on a file. The driver would wait in a thread of its own pool, which has one for each processor: as
 * many waiting transactions as that would keep the one that they wait for from its commit.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a transaction waits for one of another process or of another opening of the file. */
export const BUSY_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 25;

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code ?? '').startsWith('SQLITE_BUSY');
}

/**
 * Tries until the file is free.
 * @param isFree what an answer that is no error says.
 * @returns the last answer. @throws the last error, if the file is not free in {@link BUSY_TIMEOUT_MS}.
 */
export async function whenFree<T>(attempt: () => Promise<T>, isFree: (answer: T) => boolean = () => true): Promise<T> {
  const until_ms = performance.now() + BUSY_TIMEOUT_MS;
  for (let pause_ms = FIRST_PAUSE_MS; ; pause_ms = Math.min(2 * pause_ms, LONGEST_PAUSE_MS)) {
    const is_last = performance.now() >= until_ms;
    try {
      const answer = await attempt();
      if (is_last || isFree(answer)) return answer;
    } catch (error) {
      if (is_last || !isBusy(error)) throw error;
    }
    await sleep(pause_ms);
  }
}
