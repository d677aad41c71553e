/** `tributary fit`: models of the field over paths, and what each channel earned under them. */
import { type Command, InvalidArgumentError } from 'commander';
import { answerMarkov, answerShapley, type FitAnswer, type FitInput } from '../attribution/fit-answer.ts';
import { badRequest } from '../domain/errors.ts';
import { pathsFromFile } from './fit-paths.ts';
import type { Io } from './io.ts';
import { type Context, whole } from './program.ts';
import { showFit } from './show/fit.ts';

interface FitFlags {
  paths?: string;
  transform?: string;
  json?: boolean;
}

export function addFitCommand(program: Command, { io }: Context): void {
  const fit = program.command('fit').description('Fit a model to paths, and credit channels by it');
  const add = (name: string, description: string): Command =>
    fit
      .command(name)
      .description(description)
      .option('--paths <file>', 'csv with path,total_conversions,total_conversion_value,total_null; path as a > b > c')
      .option(
        '--transform <spec>',
        'what of a path counts, such as exposure,remove_if_last_and_not_all(direct),trim_long_path(20)',
      )
      .option('--json', 'all numbers in full precision');
  add('markov', 'what is lost when a channel is taken out of the chain of touches')
    .option('--order <k>', 'touches that a state remembers, 1 to 4; auto finds out by held-out journeys', orderOf, 1)
    .option('--seed <n>', 'of the journeys that auto holds out', whole(0, 4_294_967_295), 1)
    .action((flags: FitFlags & { order: number | 'auto'; seed: number }) =>
      print(io, flags, answerMarkov(inputOf(flags), flags)),
    );
  add('shapley', 'each journey split equally over its channels, which is its Shapley value')
    .option('--ordered', 'by position of the touch, too', false)
    .option('--seed <n>', 'taken, and not needed: the closed form draws nothing', whole(0, 4_294_967_295), 1)
    .action((flags: FitFlags & { ordered: boolean }) => print(io, flags, answerShapley(inputOf(flags), flags.ordered)));
}

function orderOf(text: string): number | 'auto' {
  if (text === 'auto') return text;
  if (!/^[1-4]$/.test(text)) throw new InvalidArgumentError('Send 1, 2, 3, 4 or auto.');
  return Number(text);
}

function inputOf({ paths, transform }: FitFlags): FitInput {
  if (paths === undefined) throw badRequest('--paths', 'is needed; name a csv file of aggregated paths');
  return pathsFromFile(paths, transform);
}

function print(io: Io, { json }: FitFlags, answer: FitAnswer): void {
  if (json) io.out(`${JSON.stringify(answer, null, 2)}\n`);
  else io.out(showFit(answer));
}
