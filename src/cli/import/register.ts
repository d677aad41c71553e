import type { Command } from 'commander';
import { RECORD_NAMES } from '../../domain/index.ts';
import type { DataOptions } from '../connect.ts';
import { withClient } from '../connect.ts';
import { type Context, collect, whole, withData } from '../options.ts';

import { type ImportOptions, importFile } from './command.ts';

export function addImportCommand(program: Command, { io, open, exit }: Context): void {
  const command = program
    .command('import')
    .description('Load a csv, ndjson or parquet file; Ctrl-C stops it, and the same command goes on')
    .argument('<record>', RECORD_NAMES.join(', '))
    .argument('<file>', 'FILE.csv, .tsv, .ndjson, .jsonl or .parquet')
    .option(
      '--map <FIELD=COLUMN>',
      'fill a field from a column of another name; FIELD may be custom_attributes.KEY (repeatable)',
      collect,
      [],
    )
    .option('--set <FIELD=VALUE>', 'set a field of every row to this value (repeatable)', collect, [])
    .option(
      '--where <COLUMN=VALUE>',
      'take only rows with this value in a column (repeatable; all must match)',
      collect,
      [],
    )
    .option('--brand <id>', 'the brand that the rows belong to')
    .option('--batch <n>', 'rows per request', whole(1, 100_000), 1_000)
    .option('--restart', 'start again at the first row, also if an earlier run got further', false)
    .addHelpText(
      'after',
      `
Columns with the name of a field fill that field; columns that are no field are ignored and named.
Empty csv cells are absent. Parquet timestamps without a zone are UTC. Refused rows are listed by line and
written to FILE.rejected.ndjson; the exit code is then 3.`,
    );
  withData(command, io).action(async (record: string, file: string, options: ImportOptions & DataOptions) => {
    exit(await importFile(io, record, file, options, (work) => withClient(io, open, options, work)));
  });
}
