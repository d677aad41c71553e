/** `tributary machine-traffic`: how well the rules tell machines from persons in a corpus whose answers are known. */
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { enrichOptionsOf } from '../enrichment/enrich-options.ts';
import { NOTHING, textTable } from '../present/table.ts';
import { type Counts, precision, recall, scoreTraffic, type TrafficScore } from '../simulation/traffic/score.ts';
import { printJson } from './io.ts';
import { type Context, whole } from './options.ts';

interface Flags {
  config?: string;
  seed: number;
  messages: number;
  alone?: boolean;
  json?: boolean;
}

export function addMachineTrafficCommand(program: Command, { io }: Context): void {
  program
    .command('machine-traffic')
    .description('Score the rules about machine traffic on opens and clicks whose makers are known')
    .option(
      '--config <file>',
      'configuration file, whose weights and thresholds are used (TRIBUTARY_CONFIG)',
      io.env['TRIBUTARY_CONFIG'],
    )
    .option('--seed <n>', 'another seed makes other messages of the same kinds', whole(0, 4_294_000_000), 1)
    .option('--messages <n>', 'messages of each kind', whole(1, 10_000), 200)
    .option('--alone', 'judge each event by its own evidence alone, without the other events of its message')
    .option('--json', 'print JSON')
    .action(async ({ config, seed, messages, alone = false, json }: Flags) => {
      const options = await enrichOptionsOf(loadConfig(config, io.env));
      const score = scoreTraffic(options, seed, messages, alone);
      if (json) printJson(io, withRates(score));
      else io.out(showScore(score));
    });
}

const rates = (counts: Counts) => ({ ...counts, precision: precision(counts), recall: recall(counts) });

function withRates({ kinds, ...sums }: TrafficScore): object {
  return {
    ...Object.fromEntries(Object.entries(sums).map(([name, counts]) => [name, rates(counts)])),
    kinds: kinds.map((kind) => rates(kind)),
  };
}

const percent = (share: number | null): string => (share === null ? NOTHING : `${(100 * share).toFixed(1)} %`);

function showScore({ kinds, opens, clicks, all }: TrafficScore): string {
  const figures = (counts: Counts): string[] => [
    String(counts.machines),
    String(counts.machines_found),
    String(counts.machines_suspect),
    String(counts.persons),
    String(counts.persons_lost),
    String(counts.persons_suspect),
    percent(precision(counts)),
    percent(recall(counts)),
  ];
  const head = ['machines', 'found', 'suspect', 'persons', 'lost', 'suspect', 'precision', 'recall'];
  const table = textTable(
    [{ name: 'kind' }, ...head.map((name) => ({ name, right: true })), { name: 'what it does' }],
    kinds.map((kind) => [kind.kind, ...figures(kind), kind.about]),
    [
      ['opens', ...figures(opens), ''],
      ['clicks', ...figures(clicks), ''],
      ['all', ...figures(all), ''],
    ],
  );
  return `${table}\nfound: machines with the verdict machine or bot; lost: persons with one of these. The corpus is written from what is known of each kind, and was not measured on real mail.\n`;
}
