import type { Command } from 'commander';
import { RECORD_NAMES } from '../../domain/index.ts';
import { PRESETS } from '../../mapping/presets/index.ts';
import { withClient } from '../connect.ts';
import { type Context, collect, whole, withData } from '../options.ts';
import { type ImportOptions, importFile } from './command.ts';

const HELP = `
Columns with the name of a field fill that field; columns that are no field are ignored and named.
A COLUMN may be a path (event.params[0].value, items[*].id, list[key=name].value), the first of several that is not
empty (A|B), or several joined into an id (A+B, 'text'+A). Empty csv cells, NULL, \\N and -- are absent.
Refused rows are listed by line and written to FILE.rejected.csv or .ndjson, which the same command imports when
they are mended. The exit code is 0 if all rows are in, 3 if some were refused or in conflict, 1 if none is in.
Without RECORD, a mapping is proposed and the first rows are shown. Exports of known vendors are recognised, or named with
--preset; --map, --set, --default and --where change their mapping. docs/import.md explains all of it with examples.`;

export function addImportCommand(program: Command, { io, open, exit }: Context): void {
  const command = program
    .command('import')
    .description('Load a csv, ndjson or parquet file; Ctrl-C stops it, and the same command goes on')
    .argument('<record>', `${RECORD_NAMES.join(', ')}; or the file alone`)
    .argument('[file]', 'FILE.csv, .tsv, .txt, .ndjson, .jsonl or .parquet');
  const several = (flags: string, text: string): Command => command.option(flags, text, collect, []);
  several('--map <FIELD=COLUMN>', 'fill a field from a column; FIELD may be custom_attributes.KEY (repeatable)');
  several('--set <FIELD=VALUE>', 'set a field of every row to this value (repeatable)');
  several('--default <FIELD=VALUE>', 'set a field where its column has no value (repeatable)');
  several('--values <FIELD=FROM:TO,…>', 'replace values; * stands for all others (repeatable)');
  several('--negate <FIELD>', 'change the sign of a number: refunds that are positive in the file (repeatable)');
  several('--divide <FIELD=N>', 'divide an amount by a power of ten: 100 for cents (repeatable)');
  several(
    '--where <CONDITION>',
    'take only rows with COLUMN=VALUE, !=, >, < or "COLUMN in A,B" (repeatable; all must match)',
  );
  several('--time-zone <[FIELD=]ZONE>', 'the zone of times without one, such as Europe/Berlin');
  several('--time-format <[FIELD=]FORMAT>', 'dd/MM/yyyy HH:mm, epoch_s, …; known forms need none');
  several('--sum <FIELD>', 'with --group-lines: add up this number over the rows (repeatable)');
  command
    .option('--group-lines <FIELD>', 'rows with the same value of FIELD are one record; product_ids are collected')
    .option('--decimal <MARK>', 'the decimal mark of amounts: . or ,')
    .option('--encoding <name>', 'such as windows-1252; found by itself when left out')
    .option('--delimiter <character>', 'between csv cells; found by itself when left out')
    .option('--skip <n>', 'lines above the header', whole(0, 1_000))
    .option('--quotes <rule>', 'guarded, or strict: csv by RFC 4180 alone')
    .option('--strict', 'refuse what is otherwise only warned of, such as ids that a spreadsheet rounded', false)
    .option('--preset <name>', `the export of a vendor: ${PRESETS.map(({ name }) => name).join(', ')}`)
    .option('--plan <file>', 'a plan in JSON instead of RECORD and its options, also for several records')
    .option('--brand <id>', 'the brand that the rows belong to')
    .option('--batch <n>', 'rows per request', whole(1, 100_000), 1_000)
    .option('--workers <n>', 'threads that read a large file; one for each core when left out', whole(1, 64))
    .option('--restart', 'start again at the first row, also if an earlier run got further', false)
    .option('--dry-run', 'say what would be refused, and store nothing', false)
    .option('--json', 'print the report as JSON', false)
    .option('--yes', 'take the proposed mapping without asking', false)
    .addHelpText('after', HELP);
  withData(command, io).action(async (record: string, file: string | undefined, options: ImportOptions) => {
    exit(await importFile(io, [record, file], options, (work) => withClient(io, open, options, work)));
  });
}
