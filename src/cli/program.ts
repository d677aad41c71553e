/** The command line: every command, and how failures are told. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { TributaryError } from '../domain/errors.ts';
import { commandsFor } from './commands.ts';
import type { DataOptions, Openers } from './connect.ts';
import type { Io } from './io.ts';

/** What a command works with. */
export interface Context {
  io: Io;
  open: Openers;
  /** Sets the exit code of a command that did its work but has something to say. */
  exit(code: number): void;
}

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs one command line. Returns the exit code; failures are one line on `io.err`. */
export async function run(argv: readonly string[], io: Io, open: Openers): Promise<number> {
  let code = 0;
  const context: Context = {
    io,
    open,
    exit: (wanted) => {
      code = wanted;
    },
  };
  try {
    const program = makeProgram(context);
    for (const addTo of await commandsFor(argv[0])) addTo(program, context);
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    io.err(`error: ${explain(error)}\n`);
    if (io.env['TRIBUTARY_DEBUG'] && error instanceof Error) io.err(`${error.stack}\n`);
    return EXIT_FAILED;
  }
}

function makeProgram({ io }: Context): Command {
  return new Command('tributary')
    .description('Conversion tracking and multi-touch attribution for email programmes')
    .helpCommand(true)
    .showHelpAfterError('(--help shows what there is)')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
}

/** A failure of ours is a sentence already; one of the system's names what it was about. */
function explain(error: unknown): string {
  if (error instanceof TributaryError || error instanceof RangeError) return error.message;
  if (error instanceof Error) return error.message.split('\n')[0] ?? error.name;
  return String(error);
}

/** Options of every command that works on data. */
export function withData(command: Command, io: Io): Command {
  return command
    .option('--data <dir>', 'data folder (TRIBUTARY_DATA)', io.env['TRIBUTARY_DATA'] ?? './data')
    .option('--config <file>', 'configuration file (TRIBUTARY_CONFIG)', io.env['TRIBUTARY_CONFIG'])
    .option(
      '--warehouse <url>',
      'duckdb:PATH or clickhouse://user@host:8123/database (TRIBUTARY_WAREHOUSE); a file in the data folder when left out',
    );
}

export type { DataOptions };

/** A reader for a whole number in a range, for options. */
export function whole(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < minimum || number > maximum)
      throw new InvalidArgumentError(`Send a whole number from ${minimum} to ${maximum}.`);
    return number;
  };
}

export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
