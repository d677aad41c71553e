/** The commands `tributary identity`: who is who, and why. */
import { type Command, InvalidArgumentError } from 'commander';
import { type Context, collect, whole } from '../options.ts';
import { type MatchFlags, matchFile } from './match.ts';
import { addProposalCommands } from './proposals.ts';

export function addIdentityCommands(program: Command, context: Context): void {
  const { io } = context;
  const identity = program.command('identity').description('Who is who: join records of one person, and explain why');
  identity
    .command('match')
    .description('find the records of one person in a file of people')
    .argument('<file>', 'csv, tsv, ndjson or parquet with a row for each record')
    .option(
      '--labels <file>',
      'who is who: pairs of records, or a record and its group; prints precision, recall and F1',
    )
    .option('--label-pattern <regex>', 'in place of --labels: the part of the record names that names the person')
    .option('--id <column>', 'the column that names the records; found by its name when left out')
    .option('--role <column=role>', 'what a column holds; may be given several times', collect, [])
    .option(
      '--threshold <probability>',
      'join pairs from this probability; chosen from the file when left out',
      probability,
    )
    .option('--max-records <n>', 'the most records of one person', whole(2, 10_000), 100)
    .option('--seed <n>', 'another seed draws other pairs for the estimates', whole(0, 4_294_000_000), 1)
    .option('--explain <id,id>', 'say why two records are, or are not, of one person')
    .option('--out <file>', 'write the person of each record as csv')
    .option('--json', 'print JSON')
    .action((file: string, flags: MatchFlags) => matchFile(io, file, flags));
  addProposalCommands(identity, context);
}

function probability(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number < 1)) throw new InvalidArgumentError('Send a probability above 0 and below 1.');
  return number;
}
