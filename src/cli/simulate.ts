/** `tributary simulate`: writes a simulated shop as files for `tributary import`. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { RECORD_NAMES } from '../domain/index.ts';
import { MS_PER_DAY, parseDate, startOfDayMs } from '../domain/time.ts';
import { line } from '../present/clip.ts';
import { pairs } from '../present/table.ts';
import { simulateCausal } from '../simulation/causal/events.ts';
import { FAMILIES, type Family } from '../simulation/causal/setup.ts';
import { setupOf } from '../simulation/causal/world.ts';
import { type WriteProgress, writeEvents, writeWorld } from '../simulation/write.ts';
import { type Context, whole } from './options.ts';

import { count, Progress } from './progress.ts';

interface SimulateOptions {
  customers: number;
  days: number;
  seed: number;
  out: string;
  end?: string;
  world?: Family;
  holdout: Record<string, number>;
}

export function addSimulateCommand(program: Command, { io }: Context): void {
  program
    .command('simulate')
    .description('Write a simulated world: events as ndjson, and their true causes as truth.json')
    .option('--customers <n>', 'people', whole(1, 100_000_000), 10_000)
    .option('--days <n>', 'length of the world', whole(1, 3_650), 90)
    .option('--seed <n>', 'seed; equal seeds give equal worlds', whole(0, 4_294_967_295), 1)
    .option('--end <date>', 'the day after the last day; today when left out')
    .addOption(
      new Option('--world <family>', 'write a causal world of this family, for scoring models').choices(FAMILIES),
    )
    .option(
      '--holdout <channel=share>',
      'with --world: the share of customers who get nothing from the channel (repeatable)',
      addHoldout,
      {},
    )
    .requiredOption('--out <dir>', 'folder for the files')
    .action(async (options: SimulateOptions) => {
      const { customers, days, out } = options;
      const end_ms = endOf(options.end, io.clock());
      const progress = new Progress(io, 'simulating');
      const lines = await write(options, end_ms, (done) =>
        progress.update(
          done.customers / customers,
          `${count(done.customers)} customers · ${count(done.events)} events`,
        ),
      );
      progress.clear();
      const written = RECORD_NAMES.filter((name) => (lines[name] ?? 0) > 0 && existsSync(join(out, `${name}.ndjson`)));
      io.out(
        line`\n${count(customers)} customers, ${days} days up to ${new Date(end_ms).toISOString().slice(0, 10)}, in ${out}\n\n`,
      );
      io.out(pairs(written.map((name) => [`${name}.ndjson`, count(lines[name]!)])));
      io.out(`  truth.json says what really caused each order\n\nNext:\n`);
      for (const name of written) io.out(line`  tributary import ${name} ${join(out, `${name}.ndjson`)}\n`);
      const start = new Date(end_ms - days * MS_PER_DAY).toISOString().slice(0, 10);
      io.out(
        `  tributary report attribution --start ${start} --models first_touch,last_touch,linear --group-by channel\n`,
      );
    });
}

/** Writes the simulated shop, or the causal world that `--world` names. @returns the number of lines of each file. */
async function write(
  { customers, days, seed, out, world, holdout }: SimulateOptions,
  end_ms: number,
  onProgress: (done: WriteProgress) => void,
): Promise<Record<string, number>> {
  if (world === undefined) {
    if (Object.keys(holdout).length > 0) throw badRequest('--holdout', 'needs --world; name a family with it');
    return (await writeWorld({ customers, days, seed, end_ms }, out, onProgress)).lines;
  }
  const setup = setupOf({ family: world, customers, days, seed, end_ms, holdouts: holdout });
  return (await writeEvents((onCustomer) => simulateCausal(setup, onCustomer), customers, out, onProgress)).lines;
}

function addHoldout(text: string, before: Record<string, number>): Record<string, number> {
  const [channel = '', share = ''] = text.split('=');
  const number = Number(share);
  if (channel === '' || share === '' || !(number > 0 && number < 1)) {
    throw new InvalidArgumentError('Send a channel and a share between 0 and 1, such as email=0.1.');
  }
  return { ...before, [channel]: number };
}

/** The end of the world: the start of a day in UTC. Equal commands on one day give equal worlds. */
export function endOf(end: string | undefined, now_ms: number): number {
  const text = end ?? new Date(now_ms).toISOString().slice(0, 10);
  const day = parseDate(text);
  if (typeof day === 'string') throw badRequest('--end', day);
  return startOfDayMs(day, 'UTC');
}
