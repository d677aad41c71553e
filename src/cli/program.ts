/** Runs a command line and prints failures. */

import { Command, CommanderError } from 'commander';
import { TributaryError } from '../domain/errors.ts';
import { fileFailure } from '../files/file-failure.ts';
import { clip } from '../present/clip.ts';
import { commandsFor } from './commands.ts';
import type { Openers } from './connect.ts';
import { cleanIo, type Io } from './io.ts';
import type { Context } from './options.ts';

const EXIT_FAILED = 1;
const MAX_MESSAGE = 2_000;
const EXIT_USAGE = 2;

/** Runs one command line. Returns the exit code. A failure is one line on `io.err`. */
export async function run(argv: readonly string[], terminal: Io, open: Openers): Promise<number> {
  const io = cleanIo(terminal);
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
    const failure = fileFailure(error) ?? error;
    io.err(`error: ${clip(explain(failure), MAX_MESSAGE)}\n`);
    if (io.env['TRIBUTARY_DEBUG'] && failure instanceof Error) io.err(`${failure.stack}\n`);
    return EXIT_FAILED;
  }
}

function makeProgram({ io }: Context): Command {
  return new Command('tributary')
    .description('Conversion tracking and multi-touch attribution for email programmes')
    .helpCommand(true)
    .showHelpAfterError('(--help lists commands and options)')
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride();
}

/** The message of a failure. Of other errors than ours it is the first line. */
function explain(error: unknown): string {
  if (error instanceof TributaryError || error instanceof RangeError) return error.message;
  if (error instanceof Error) return error.message.split('\n')[0] ?? error.name;
  return String(error);
}
