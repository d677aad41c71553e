/** `tributary scorecard`: scores every model on simulated worlds with known effects. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { badRequest } from '../../domain/errors.ts';
import { listOf } from '../../domain/parameter.ts';
import { overwriteFile } from '../../files/private.ts';
import { HAZARD_FAMILIES } from '../../reports/fit-parameters.ts';
import { FAMILIES, type Family } from '../../simulation/causal/setup.ts';
import { printJson } from '../io.ts';
import { type Context, whole } from '../options.ts';

import { Progress } from '../progress.ts';
import { endOf } from '../simulate.ts';
import { type Judged, judgeFit, judgePie, judgeWorld } from './judge.ts';
import { scorecardJson, showScorecard } from './show.ts';

interface Flags {
  worlds: string;
  seeds: number;
  firstSeed: number;
  customers: number;
  days: number;
  draws: number;
  hazards: string;
  holdout: number;
  fitsOnly?: boolean;
  json?: boolean;
  out?: string;
}

/** Worlds end on a fixed day, so that equal commands judge equal worlds whenever they run. */
const END = '2026-01-01';

export function addScorecardCommand(program: Command, { io, open }: Context): void {
  program
    .command('scorecard')
    .description('Judge every model on simulated worlds whose true effects are known')
    .option('--worlds <families>', `separated by commas: ${FAMILIES.join(', ')}`, FAMILIES.join(','))
    .option('--seeds <n>', 'worlds of each family', whole(1, 1_000), 1)
    .option('--first-seed <n>', 'the seed of the first world; further seeds follow it', whole(0, 4_294_000_000), 1)
    .option('--customers <n>', 'people in each world', whole(100, 1_000_000), 10_000)
    .option('--days <n>', 'length of each world', whole(10, 3_650), 60)
    .option('--draws <n>', 'bootstrap draws for the intervals of fitted models', whole(0, 1_000), 60)
    .addOption(
      new Option('--hazards <families>', `hazard models to fit: ${HAZARD_FAMILIES.join(', ')}`).default('logistic'),
    )
    .option(
      '--fits-only',
      'only fit hazard models, directly on the worlds, without log, rules and gate; faster for many worlds',
    )
    .option(
      '--holdout <part>',
      'hold this part of the people out of each channel, as experiments, and judge the calibrated fit and (with --fits-only) PIE',
      partBelowOne,
      0,
    )
    .option('--json', 'print every figure of every world as JSON')
    .option('--out <file>', 'also write the JSON to this file')
    .action(async (flags: Flags) => {
      const worlds = namesOf('--worlds', flags.worlds, FAMILIES) as Family[];
      const families = namesOf('--hazards', flags.hazards, HAZARD_FAMILIES);
      const { customers, days, draws, holdout } = flags;
      const end_ms = endOf(END, io.clock());
      const progress = new Progress(io, 'judging');
      const judged: Judged[] = [];
      const all = worlds.flatMap((family) =>
        Array.from({ length: flags.seeds }, (_, i) => ({ family, seed: flags.firstSeed + i })),
      );
      for (const [i, { family, seed }] of all.entries()) {
        const world = { family, seed, customers, days, end_ms };
        const tell = (phase: string): void => progress.update(i / all.length, `${family}, seed ${seed}: ${phase}`);
        const options = { draws, seed, families, holdout };
        tell('fit');
        judged.push(flags.fitsOnly ? judgeFit(world, options) : await judgeWorld(io, open, world, options, tell));
      }
      progress.clear();
      judgePie(judged);
      const json = scorecardJson({ customers, days, draws, end: END, ...(holdout > 0 && { holdout }) }, judged);
      if (flags.out !== undefined) overwriteFile(flags.out, '--out', `${JSON.stringify(json, null, 2)}\n`);
      if (flags.json) printJson(io, json);
      else io.out(showScorecard(judged, flags));
    });
}

function partBelowOne(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !(number >= 0 && number < 1)) throw new InvalidArgumentError('Send a part such as 0.05.');
  return number;
}

function namesOf(option: string, text: string, known: readonly string[]): string[] {
  const names = listOf(text);
  for (const name of names)
    if (!known.includes(name)) throw badRequest(option, `${JSON.stringify(name)} is not one of ${known.join(', ')}`);
  if (names.length === 0) throw badRequest(option, `is empty; name at least one of ${known.join(', ')}`);
  return names;
}
