/** Everything outside the program that a command uses. It is passed in, so that tests can run the whole program in one process. */

import { createInterface } from 'node:readline/promises';
import { BYTE_ORDER_MARK, shownJson, shownLines } from '../domain/text.ts';

export interface Io {
  out(text: string): void;
  err(text: string): void;
  env: NodeJS.ProcessEnv;
  /** True if stdout is a terminal. */
  out_is_terminal: boolean;
  /** True if a person at the terminal can see a question and answer it. */
  attended: boolean;
  /** Asks for one line of input; null when there is none. */
  ask(question: string): Promise<string | null>;
  /** Nobody is asked any more: an input that stays open does not keep the program running. */
  endInput(): void;
  /** Columns of stderr if it is a terminal, else null. Progress is shown only on a terminal. */
  err_columns: number | null;
  clock: () => number;
  /** From now on the program goes on when nobody reads its output. A server calls it. */
  outlive(): void;
  /**
   * Aborted by the first Ctrl-C. A command that uses it finishes its step, saves and ends. Any other command ends at once.
   */
  readonly stop: AbortSignal;
}

/** Moves a terminal to the start of the line and clears it. */
export const CLEAR_LINE = '\r\x1b[2K';
/** Clears a terminal and moves to its first line. These are the only control sequences that a command prints. */
export const CLEAR_SCREEN = '\x1b[2J\x1b[H';
/** What may stand before a text; all that follows is cleaned. */
const BEGINNINGS = [CLEAR_LINE, CLEAR_SCREEN, BYTE_ORDER_MARK];

/** An io that prints no other control character than line breaks, whatever a message repeats. */
export function cleanIo(io: Io): Io {
  const clean = (text: string): string => {
    const begin = BEGINNINGS.find((one) => text.startsWith(one)) ?? '';
    return begin + shownLines(text.slice(begin.length));
  };
  return Object.create(io, {
    out: { value: (text: string) => io.out(clean(text)) },
    err: { value: (text: string) => io.err(clean(text)) },
  }) as Io;
}

/** A value as JSON for `--json`. */
export function jsonText(value: unknown): string {
  return `${shownJson(JSON.stringify(value, null, 2))}\n`;
}

export function processIo(): Io {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  let listening = false;
  // `tributary report … | head` closes the pipe early. That is no failure.
  const onError = (error: NodeJS.ErrnoException): never => process.exit(error.code === 'EPIPE' ? 0 : 1);
  const ignore = (): void => undefined;
  process.stdout.on('error', onError);
  // A warning that nobody can read ends nothing. Without a listener it would.
  process.stderr.on('error', ignore);
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    out_is_terminal: process.stdout.isTTY === true,
    attended: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask: askOnStdin(),
    endInput: () => void process.stdin.destroy(),
    err_columns: process.stderr.isTTY ? process.stderr.columns : null,
    clock: Date.now,
    outlive: () => void process.stdout.off('error', onError).on('error', ignore),
    get stop() {
      if (!listening) {
        process.on('SIGINT', onSignal);
        process.on('SIGTERM', onSignal);
      }
      listening = true;
      return stop.signal;
    },
  };
}

/** Asks on stderr, so that stdout holds results only. All questions read from one stream, which may be a pipe. */
function askOnStdin(): Io['ask'] {
  let lines: AsyncIterator<string> | undefined;
  return async (question) => {
    process.stderr.write(question);
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    return done ? null : value;
  };
}

/** Prints a value as JSON for other programs. */
export function printJson(io: Io, value: unknown): void {
  io.out(jsonText(value));
}

/** A function that prints each failure in the background as a warning. */
export function warn(io: Io): (error: unknown, what: string) => void {
  return (error, what) => io.err(`warning: ${what}: ${error instanceof Error ? error.message : String(error)}\n`);
}

/** Resolves when the user presses Ctrl-C. */
export function stopped(io: Io): Promise<void> {
  if (io.stop.aborted) return Promise.resolve();
  return new Promise((resolve) => io.stop.addEventListener('abort', () => resolve(), { once: true }));
}
