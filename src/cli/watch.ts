/** `--watch`: shows an answer again and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TributaryError } from '../domain/errors.ts';
import { line } from '../present/clip.ts';
import { CLEAR_SCREEN, type Io } from './io.ts';

/** A watch that is forgotten ends after so many answers. */
export const MAX_ANSWERS = 100_000;
/** Failures that pass by themselves. Any other ends the watch. */
const PASSING: readonly string[] = ['busy', 'timeout', 'rate_limited', 'warehouse_unavailable'];

/**
 * Calls `show` every `seconds` until Ctrl-C. A terminal is cleared before each answer.
 * @throws what `show` throws, unless it may pass by itself.
 */
export async function watch(io: Io, seconds: number, show: () => Promise<void>, most = MAX_ANSWERS): Promise<void> {
  // Reading it makes Ctrl-C end the watch, and not the process.
  const { stop } = io;
  for (let i = 0; i < most && !stop.aborted; i++) {
    if (io.out_is_terminal) io.out(CLEAR_SCREEN);
    await show().catch((error: unknown) => {
      if (!(error instanceof TributaryError && PASSING.includes(error.code))) throw error;
      io.err(line`warning: ${error.message}; trying again in ${seconds} seconds\n`);
    });
    if (i + 1 < most) await sleep(seconds * 1_000, undefined, { signal: stop }).catch(() => undefined);
  }
}
