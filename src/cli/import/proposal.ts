/** Proposes a plan for a file, shows what it would load, and asks. */
import { badRequest } from '../../domain/errors.ts';
import { clip, line } from '../../present/clip.ts';
import type { Io } from '../io.ts';
import { itemLine } from './outcome.ts';
import { checkPlan, type ImportPlan } from './plan.ts';
import { PlanMapping } from './plan-mapping.ts';
import { commandOf, fileFlags, type PlanFlags } from './plan-options.ts';
import { RECOGNISERS } from './recognise.ts';
import type { FileRow } from './row-source.ts';
import { openRows } from './rows.ts';

const SHOWN = 5;
/** Objects of ndjson whose keys count as columns. */
const LOOKED_AT = 100;

/** The plan that was proposed and agreed to; undefined if it was not. @throws bad_request when nothing can be proposed. */
export async function agreedPlan(
  io: Io,
  file: string,
  options: PlanFlags & { yes: boolean },
): Promise<ImportPlan | undefined> {
  const flags = fileFlags(options);
  const { columns, rows } = await firstRows(file, flags);
  const recogniser = RECOGNISERS.find((one) => one.recognise(columns) !== undefined);
  if (recogniser === undefined)
    throw badRequest(
      'RECORD',
      `is missing, and no record fits the columns ${columns.slice(0, 50).join(', ')}; name RECORD and --map FIELD=COLUMN`,
    );
  const proposed = recogniser.recognise(columns)!;
  const plan = checkPlan({ ...proposed, ...flags, ...mergedFile(proposed, flags) });
  show(io, recogniser.name, plan, rows, columns, file);
  if (options.yes) return plan;
  const command = commandOf(plan, file) ?? line`tributary import ${file} --yes`;
  if (io.ask === undefined) {
    io.out(`to import it: ${command}\n`);
    return undefined;
  }
  const answer = await io.ask('import it like this? [y/N] ');
  if (/^\s*y(es)?\s*$/i.test(answer)) return plan;
  io.out(`not imported. To change the mapping, start from: ${command}\n`);
  return undefined;
}

function mergedFile(plan: ImportPlan, flags: Omit<ImportPlan, 'records'>): Pick<ImportPlan, 'file'> {
  const file = { ...plan.file, ...flags.file };
  return Object.keys(file).length === 0 ? {} : { file };
}

async function firstRows(file: string, flags: Omit<ImportPlan, 'records'>) {
  const source = await openRows(file, () => true, flags.file);
  const rows: FileRow[] = [];
  try {
    for await (const portion of source.rows(0)) {
      rows.push(...portion.rows.slice(0, LOOKED_AT - rows.length));
      if (rows.length >= LOOKED_AT) break;
    }
    const keys = rows.flatMap(({ object }) => Object.keys(object ?? {}));
    return { columns: source.columns ?? [...new Set(keys)], rows };
  } finally {
    await source.close();
  }
}

function show(
  io: Io,
  name: string,
  plan: ImportPlan,
  rows: readonly FileRow[],
  columns: readonly string[],
  file: string,
): void {
  io.out(line`${file}: ${name}\n`);
  const is_object = rows.some(({ object }) => object !== undefined);
  const mapping = new PlanMapping(plan);
  mapping.bind({
    columns: is_object ? null : columns,
    form: { kind: is_object ? 'ndjson' : 'csv', delimiter: '', preamble: '', mark: false },
  });
  for (const one of mapping.mappings) {
    io.out(`${one.record}:\n`);
    for (const [field, { from, value }] of Object.entries(one.plan.fields))
      io.out(`  ${field} ${from === undefined ? `= ${clip(value)}` : `from ${clip(from)}`}\n`);
    const same = columns.filter((column) => one.plan.fields[column] === undefined && one.fillsByName(column));
    if (same.length > 0) io.out(`  by their names: ${same.map((column) => clip(column)).join(', ')}\n`);
    const shown = rows.slice(0, SHOWN).map((row) => ({ row, mapped: one.apply(row) }));
    for (const { row, mapped } of shown) {
      if (mapped === undefined) continue;
      io.out(
        `  line ${row.line}: ${'item' in mapped ? itemLine(mapped.item) : `${mapped.problem.field}: ${clip(mapped.problem.reason, 400)}`}\n`,
      );
    }
  }
}
