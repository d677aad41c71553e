/** Runs command lines in this process, in a folder of their own, and judges how they ended. */
import { run } from '../../src/cli/program.ts';
import { openTributary, withWarehouse } from '../../src/tributary.ts';

export interface Ended {
  code: number | 'late';
  out: string;
  err: string;
}

/** A command that serves or computes for long is stopped after this time, as by Ctrl-C. */
const STOP_MS = 1_500;
const LATE_MS = 60_000;
const CODES = [0, 1, 2, 3, 130];

export async function runCommand(argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const ended = { code: 0 as Ended['code'], out: '', err: '' };
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), STOP_MS);
  let late: NodeJS.Timeout | undefined;
  const io = {
    out: (text: string) => {
      ended.out += text;
    },
    err: (text: string) => {
      ended.err += text;
    },
    // With it, a failure shows its kind.
    env: { TRIBUTARY_LOG_LEVEL: 'silent', TRIBUTARY_DEBUG: '1', ...env },
    err_columns: null,
    out_is_terminal: false,
    attended: false,
    endInput: () => undefined,
    ask: async () => null,
    clock: Date.now,
    outlive: () => undefined,
    stop: stop.signal,
  };
  try {
    ended.code = await Promise.race([
      run(argv, io, { openTributary, withWarehouse }),
      new Promise<'late'>((resolve) => {
        late = setTimeout(() => resolve('late'), LATE_MS);
      }),
    ]);
    return ended;
  } finally {
    clearTimeout(timer);
    clearTimeout(late);
  }
}

/** What is wrong with the end of a command; undefined when nothing is. */
export function wrongEnd({ code, out, err }: Ended, secrets: readonly string[]): string | undefined {
  if (code === 'late') return 'the command did not end within a minute';
  if (!CODES.includes(code)) return `the exit code is ${code}`;
  if (code !== 0 && code !== 3 && code !== 130 && `${err}${out}`.trim() === '')
    return `the exit code is ${code}, and nothing says why`;
  const kind = /^(?!TributaryError|RangeError: [a-z-]+:)(\w*Error)\b.*$/m.exec(err.replace(/^error: .*$/gm, ''));
  if (kind !== null && err.includes('\n    at ')) return `the command failed with ${kind[0].slice(0, 300)}`;
  const secret = secrets.find((text) => err.includes(text));
  return secret === undefined ? undefined : `the failure repeats ${secret}`;
}
