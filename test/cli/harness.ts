/** Runs the whole program in this process: its output and its exit code. */
import type { Openers } from '../../src/cli/connect.ts';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import { openTributary, withWarehouse } from '../../src/tributary.ts';
import { warehouseSetting } from '../support/engine.ts';
import { AFTER_MARCH_MS } from '../support/time.ts';

export interface Outcome {
  code: number;
  out: string;
  err: string;
}

export interface Terminal {
  open?: Partial<Openers>;
  stop?: AbortSignal;
  env?: NodeJS.ProcessEnv;
  /** The lines of input. */
  answers?: readonly string[];
  /** Answers questions, as a person at the terminal. */
  ask?: (question: string) => Promise<string>;
  /** Told of output as it comes. */
  onOut?: (text: string) => void;
}

export async function cli(argv: readonly string[], terminal: Terminal = {}): Promise<Outcome> {
  const outcome = { code: 0, out: '', err: '' };
  const answers = [...(terminal.answers ?? [])];
  const io: Io = {
    out: (text) => {
      outcome.out += text;
      terminal.onOut?.(outcome.out);
    },
    err: (text) => {
      outcome.err += text;
    },
    env: { TRIBUTARY_LOG_LEVEL: 'silent', ...warehouseOf(argv), ...terminal.env },
    err_columns: null,
    out_is_terminal: false,
    attended: terminal.ask !== undefined,
    ask: terminal.ask ?? (async () => answers.shift() ?? null),
    endInput: () => undefined,
    clock: () => AFTER_MARCH_MS,
    outlive: () => undefined,
    stop: terminal.stop ?? new AbortController().signal,
  };
  outcome.code = await run(argv, io, { openTributary, withWarehouse, ...terminal.open });
  return outcome;
}

/** The warehouse of the data folder that a command names. */
function warehouseOf(argv: readonly string[]): NodeJS.ProcessEnv {
  const { warehouse } = warehouseSetting(argv[argv.indexOf('--data') + 1] ?? '');
  return warehouse === undefined ? {} : { TRIBUTARY_WAREHOUSE: warehouse };
}

/** A command that has to work; returns what it printed. */
export async function ok(argv: readonly string[], terminal: Terminal = {}): Promise<string> {
  const { code, out, err } = await cli(argv, terminal);
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
  return out;
}

export async function json(argv: readonly string[]): Promise<Record<string, never> & Record<string, unknown>> {
  return JSON.parse(await ok([...argv, '--json']));
}

/** Runs `serve` on a folder beside the test. */
export async function serving(
  data: string,
  flags: readonly string[] = [],
): Promise<{ address: string; out: () => string; stop: () => Promise<number> }> {
  const stop = new AbortController();
  let printed = '';
  let seen: (address: string) => void = () => {};
  const address = new Promise<string>((resolve) => {
    seen = resolve;
  });
  const server = cli(['serve', '--data', data, '--port', '0', ...flags], {
    stop: stop.signal,
    onOut: (out) => {
      printed = out;
      const found = /http:\/\/[\d.]+:\d+/.exec(out);
      if (found) seen(found[0]);
    },
  });
  const failed = server.then(({ err }) => Promise.reject(new Error(`serve ended: ${err}`)));
  failed.catch(() => undefined);
  return {
    address: await Promise.race([address, failed]),
    out: () => printed,
    stop: async () => {
      stop.abort();
      return (await server).code;
    },
  };
}
