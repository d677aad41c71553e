/** `tributary fit`: models that learn, on the log as it stands or on a file of aggregated paths. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { answerMarkov, answerShapley, type FitAnswer, type FitInput } from '../models/fit-answer.ts';
import { showFit } from '../present/fit.ts';
import type { FitFlags } from './fit-log.ts';
import { pathsFromFile } from './fit-paths.ts';
import type { Io } from './io.ts';
import { type Context, whole, withData } from './options.ts';

type PathFlags = FitFlags & { paths?: string; ordered?: boolean };

const HAZARDS = ['logistic', 'boosted_trees', 'random_forest', 'additive'];
const GRAINS = ['channel', 'channel_and_type', 'campaign'];

export function addFitCommand(program: Command, context: Context): void {
  const { io } = context;
  const fit = program
    .command('fit')
    .description('Fit a model, on the log or on a file of paths, and credit channels by it');
  const add = (name: string, description: string): Command => withLog(fit.command(name).description(description), io);
  const addPaths = (name: string, description: string): Command =>
    add(name, description)
      .option(
        '--paths <file>',
        'not the log: csv with path,total_conversions,total_conversion_value,total_null; path as a > b > c',
      )
      .option(
        '--transform <spec>',
        'what of a path counts, such as exposure,remove_if_last_and_not_all(direct),trim_long_path(20)',
      );
  for (const name of ['markov', 'data_driven'])
    addPaths(
      name,
      name === 'markov' ? 'what is lost when a channel is taken out of the chain of touches' : 'the same as markov',
    )
      .option('--order <k>', 'touches that a state remembers, 1 to 4; auto finds out by held-out journeys', orderOf)
      .action((flags: PathFlags) =>
        flags.paths === undefined
          ? fitLog(context, 'markov', flags)
          : print(io, flags, answerMarkov(inputOf(flags), { order: flags.order ?? 1, seed: flags.seed ?? 1 })),
      );
  addPaths('shapley', 'each journey split equally over its channels, which is its Shapley value')
    .option('--ordered', 'with --paths: by position of the touch, too', false)
    .action((flags: PathFlags) =>
      flags.paths === undefined
        ? fitLog(context, 'shapley', flags)
        : print(io, flags, answerShapley(inputOf(flags), flags.ordered === true)),
    );
  add('algorithmic', 'how much each touch raised the hazard of an order, learnt from people who did and did not order')
    .addOption(new Option('--family <name>', 'the form of the hazard; logistic when left out').choices(HAZARDS))
    .option('--guard-minutes <n>', 'touches nearer to the order have no effect; 30 when left out', Number)
    .option('--max-age-days <n>', 'older touches have no effect; 30 when left out', Number)
    .action((flags: FitFlags) => fitLog(context, 'algorithmic', flags));
}

/** Options of a fit on the log. */
function withLog(command: Command, io: Io): Command {
  command
    .option('--start <day>', 'first day of the orders to learn from; all of the log when left out')
    .option('--end <day>', 'the day after the last one')
    .option('--brand <id>', 'one brand; all when left out')
    .option('--as-of <position>', 'the log as it stood then')
    .option('--currency <code>', 'of values')
    .option('--conversion-type <types>', 'only these, separated by commas')
    .option('--collapse <how>', 'what one touch is: interaction or none')
    .option('--lookback <how>', 'full or since_previous_conversion')
    .option('--exclude-direct', 'leave direct visits out')
    .option('--include-machine', 'let machine traffic earn credit')
    .addOption(new Option('--grain <name>', 'what a touch is called').choices(GRAINS))
    .option('--draws <n>', 'bootstrap draws for the intervals; 100 when left out', whole(0, 1_000))
    .option('--seed <n>', 'of all that is drawn; 1 when left out', whole(0, 4_294_967_295))
    .option('--json', 'all numbers in full precision');
  return withData(command, io);
}

/** Loaded when it is needed: a fit on a file is done before the server's routes are read. */
async function fitLog(context: Context, model: string, flags: FitFlags): Promise<void> {
  const { fitOnLog } = await import('./fit-log.ts');
  await fitOnLog(context, model, flags);
}

function orderOf(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^[1-4]$/.test(text)) throw new InvalidArgumentError('Send 1, 2, 3, 4 or auto.');
  return Number(text);
}

function inputOf({ paths, transform, ...others }: PathFlags): FitInput {
  const of_log = ['start', 'end', 'brand', 'asOf', 'conversionType', 'grain', 'draws'] as const;
  for (const name of of_log)
    if (others[name] !== undefined) throw badRequest(`--${name}`, 'is for a fit on the log; leave it out, or --paths');
  return pathsFromFile(paths!, transform);
}

function print(io: Io, { json }: PathFlags, answer: FitAnswer): void {
  if (json) io.out(`${JSON.stringify(answer, null, 2)}\n`);
  else io.out(showFit(answer));
}
