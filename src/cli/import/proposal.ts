/** Proposes a plan for a file, shows what it would load, and asks. */
import { badRequest, type Problem } from '../../domain/errors.ts';
import { type RecordName, recordKind } from '../../domain/index.ts';
import { listed, shownJson } from '../../domain/text.ts';
import { clip, line } from '../../present/clip.ts';
import type { Io } from '../io.ts';
import type { Item } from './converter.ts';
import { checkPlan, type ImportPlan } from './plan.ts';
import { PlanMapping } from './plan-mapping.ts';
import { commandOf, fileFlags, type PlanFlags } from './plan-options.ts';
import { RECOGNISERS } from './recognise.ts';
import type { FileRow, RowForm } from './row-source.ts';
import { openRows } from './rows.ts';

const SHOWN = 5;
/** Rows that are looked at. */
const LOOKED_AT = 100;

/** The first rows of a file. */
interface Sample {
  file: string;
  columns: readonly string[];
  rows: readonly FileRow[];
  form: RowForm;
  other_headers: readonly number[];
}

type Flags = Omit<ImportPlan, 'records'>;
type Judge = (record: RecordName, item: unknown) => Problem | undefined;

/**
 * The plan that was proposed and agreed to; undefined if it was not.
 * @param judge why the server would refuse an item.
 * @throws bad_request when nothing can be proposed.
 */
export async function agreedPlan(
  io: Io,
  file: string,
  options: PlanFlags & { yes: boolean },
  judge: Judge,
): Promise<ImportPlan | undefined> {
  const flags = fileFlags(options);
  const first = await firstRows(file, flags);
  const others = flags.file?.skip === undefined ? first.other_headers : [];
  for (const skip of [undefined, ...others]) {
    const below = skip === undefined ? flags : { ...flags, file: { ...flags.file, skip } };
    const sample = skip === undefined ? first : await firstRows(file, below);
    const proposed = proposedFor(sample, below, judge);
    if (proposed === undefined) continue;
    show(io, proposed.name, proposed.plan, sample, judge);
    return options.yes || (await agrees(io, proposed.plan, file)) ? proposed.plan : undefined;
  }
  throw badRequest(
    'RECORD',
    `is missing, and no record fits the columns ${listed(first.columns)}; name RECORD and --map FIELD=COLUMN`,
  );
}

/** What the first recogniser that knows the file proposes. */
function proposedFor(sample: Sample, flags: Flags, judge: Judge): { name: string; plan: ImportPlan } | undefined {
  const whole = (plan: ImportPlan): ImportPlan => checkPlan({ ...plan, ...flags, ...mergedFile(plan, flags) });
  const accepted = (plan: ImportPlan): number =>
    loaded(whole(plan), sample, judge).filter(({ problem }) => problem === undefined).length;
  for (const { name, recognise } of RECOGNISERS) {
    const plan = recognise(sample.columns, accepted);
    if (plan !== undefined) return { name, plan: whole(plan) };
  }
  return undefined;
}

async function agrees(io: Io, plan: ImportPlan, file: string): Promise<boolean> {
  const command = commandOf(plan, file) ?? line`tributary import ${file} --yes`;
  if (io.ask === undefined) {
    io.out(`to import it: ${command}\n`);
    return false;
  }
  if (/^\s*y(es)?\s*$/i.test(await io.ask('import it like this? [y/N] '))) return true;
  io.out(`not imported. To change the mapping, start from: ${command}\n`);
  return false;
}

function mergedFile(plan: ImportPlan, flags: Flags): Pick<ImportPlan, 'file'> {
  const file = { ...plan.file, ...flags.file };
  return Object.keys(file).length === 0 ? {} : { file };
}

async function firstRows(file: string, flags: Flags): Promise<Sample> {
  const source = await openRows(file, () => true, flags.file);
  const rows: FileRow[] = [];
  try {
    for await (const portion of source.rows(0)) {
      rows.push(...portion.rows.slice(0, LOOKED_AT - rows.length));
      if (rows.length >= LOOKED_AT) break;
    }
    const keys = rows.flatMap(({ object }) => Object.keys(object ?? {}));
    return {
      file,
      columns: source.columns ?? [...new Set(keys)],
      rows,
      form: source.form,
      other_headers: source.otherHeaders?.() ?? [],
    };
  } finally {
    await source.close();
  }
}

interface Loaded {
  record: RecordName;
  line: number;
  item?: Item;
  problem?: Problem;
}

/** What the first rows become, without grouping. */
function loaded(plan: ImportPlan, { columns, rows, form }: Sample, judge: Judge): Loaded[] {
  const mapping = new PlanMapping(plan);
  mapping.bind({ columns: rows.some(({ object }) => object !== undefined) ? null : columns, form });
  return mapping.mappings.flatMap((one) =>
    rows.flatMap((row): Loaded[] => {
      const mapped = one.apply(row);
      if (mapped === undefined) return [];
      const { record } = one;
      if ('problem' in mapped) return [{ record, line: row.line, ...mapped }];
      const problem = judge(record, mapped.item);
      return [{ record, line: row.line, ...mapped, ...(problem === undefined ? {} : { problem }) }];
    }),
  );
}

function show(io: Io, name: string, plan: ImportPlan, sample: Sample, judge: Judge): void {
  io.out(line`${sample.file}: ${name}\n`);
  const rows = loaded(plan, sample, judge);
  for (const { record, fields, by_name } of plan.records) {
    io.out(`${record}:\n`);
    for (const [field, { from, value }] of Object.entries(fields))
      io.out(`  ${field} ${from === undefined ? `= ${clip(value)}` : `from ${clip(from)}`}\n`);
    const names = recordKind(record).fields.map((field) => field.name);
    const same = sample.columns.filter((column) => names.includes(column) && fields[column] === undefined);
    if (same.length > 0 && by_name !== false) io.out(`  by their names: ${same.join(', ')}\n`);
    for (const one of rows.filter((row) => row.record === record).slice(0, SHOWN)) {
      const why =
        one.problem === undefined ? '' : ` is refused: ${one.problem.field}: ${clip(one.problem.reason, 300)}`;
      io.out(
        `  line ${one.line}: ${one.item === undefined ? '' : clip(shownJson(JSON.stringify(one.item)), 1_000)}${why}\n`,
      );
    }
  }
}
