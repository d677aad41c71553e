/** `tributary fit`: fits models that learn, on the log or on a file of aggregated paths. */

import type { Command } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { answerMarkov, answerShapley, type FitAnswer, type FitInput } from '../models/fit-answer.ts';
import { FIT_DEFAULTS } from '../models/settings.ts';
import { showFit } from '../present/fit.ts';
import { type FitModel, FitParameters, modelsWith } from '../reports/fit-parameters.ts';
import type { DataOptions } from './connect.ts';
import { pathsFromFile } from './fit-paths.ts';
import { addFlags, flagNamed, parametersOf } from './flags.ts';
import { type Io, printJson } from './io.ts';
import { type Context, withData } from './options.ts';

interface FitFlags extends DataOptions, Record<string, unknown> {
  json?: boolean;
  paths?: string;
  ordered?: boolean;
}

type Name = keyof typeof FitParameters.properties;
const NAMES = Object.keys(FitParameters.properties) as Name[];
/** The parameters that a fit on a file has. The others choose a part of the log. */
const OF_FILES: readonly Name[] = ['order', 'transform', 'seed'];

export function addFitCommand(program: Command, context: Context): void {
  const { io } = context;
  const fit = program
    .command('fit')
    .description('Fit a model on the log or on a file of paths, and show the credit of each channel');
  for (const name of ['markov', 'data_driven'] as const)
    addModel(
      fit,
      name,
      name === 'markov'
        ? 'Markov chain: the conversions that are lost when a channel is removed'
        : 'the same as markov',
      io,
    )
      .option('--paths <file>', PATHS)
      .action((flags: FitFlags) =>
        flags.paths === undefined ? fitLog(context, 'markov', flags) : print(io, flags, markovOfFile(flags)),
      );
  addModel(fit, 'shapley', 'Shapley value: each conversion is split equally over the channels of its journey', io)
    .option('--paths <file>', PATHS)
    .option('--ordered', 'with --paths: also show conversions by position of the touch', false)
    .action((flags: FitFlags) =>
      flags.paths === undefined
        ? fitLog(context, 'shapley', flags)
        : print(io, flags, answerShapley(inputOf(flags), flags.ordered === true)),
    );
  addModel(
    fit,
    'algorithmic',
    'how much each touch raised the hazard of an order, learnt from people who did and did not order',
    io,
  ).action((flags: FitFlags) => fitLog(context, 'algorithmic', flags));
  addModel(
    fit,
    'algorithmic_calibrated',
    'algorithmic, corrected by the experiments with a holdout that have ended',
    io,
  ).action((flags: FitFlags) => fitLog(context, 'algorithmic_calibrated', flags));
}

const PATHS =
  'a csv file instead of the log: path,total_conversions,total_conversion_value,total_null; a path is a > b > c';

/** Adds the command of a model with its parameters. It checks their values itself, since a fit on a file calls no route. */
function addModel(fit: Command, model: FitModel, description: string, io: Io): Command {
  const command = fit.command(model).description(description);
  const without = NAMES.filter((name) => name === 'model' || !modelsWith(name).includes(model));
  addFlags(command, FitParameters, { without, check: true });
  return withData(command.option('--json', 'print JSON with all numbers in full precision'), io);
}

/** Fits on the log. The code for it is loaded on demand, so that a fit on a file starts faster. */
async function fitLog(context: Context, model: FitModel, flags: FitFlags): Promise<void> {
  const { fitOnLog } = await import('./fit-log.ts');
  await fitOnLog(context, { model, ...parametersOf(FitParameters, flags) }, flags);
}

function markovOfFile(flags: FitFlags): FitAnswer {
  const { order = '1', seed = String(FIT_DEFAULTS.seed) } = parametersOf(FitParameters, flags);
  return answerMarkov(inputOf(flags), { order: order === 'auto' ? order : Number(order), seed: Number(seed) });
}

function inputOf(flags: FitFlags): FitInput {
  const asked = parametersOf(FitParameters, flags);
  const of_log = (Object.keys(asked) as Name[]).find((name) => !OF_FILES.includes(name));
  if (of_log !== undefined)
    throw badRequest(flagNamed(FitParameters, of_log), 'is for a fit on the log; leave out this flag or --paths');
  return pathsFromFile(flags.paths!, asked['transform'] as string | undefined);
}

function print(io: Io, { json }: FitFlags, answer: FitAnswer): void {
  if (json) printJson(io, answer);
  else io.out(showFit(answer));
}
