/** Proposes a plan for a file, shows what it would load, and asks. */
import { badRequest, type Problem, type TributaryError } from '../../domain/errors.ts';
import { type RecordName, recordKind } from '../../domain/index.ts';
import { listed, shownJson } from '../../domain/text.ts';
import type { Item } from '../../mapping/converter.ts';
import { checkPlan, type ImportPlan } from '../../mapping/plan.ts';
import { PRESETS, presetNamed, UNUSABLE } from '../../mapping/presets/index.ts';
import { checkNeeds, isOfPreset, misfits, type Preset, planOfPreset } from '../../mapping/presets/preset.ts';
import { ASSUMED, RECOGNISERS } from '../../mapping/recognise.ts';
import { fillableFields } from '../../mapping/targets.ts';
import { clip, line } from '../../present/clip.ts';
import type { Io } from '../io.ts';
import { PlanMapping } from './plan-mapping.ts';
import { commandOf, fileFlags, type PlanFlags, presetCommand, withFlags } from './plan-options.ts';
import { firstRows, type Sample } from './sample.ts';

const SHOWN = 5;
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
  const { file: form } = fileFlags(options);
  const first = await firstRows(file, form, [...PRESETS, ...UNUSABLE]);
  const others = form?.skip === undefined && first.skip === undefined ? first.other_headers : [];
  for (const skip of [undefined, ...others]) {
    const sample = skip === undefined ? first : { ...(await firstRows(file, { ...form, skip })), skip };
    const proposed = proposedFor(sample, options, judge);
    if (proposed === undefined) continue;
    const { name, preset, plan } = proposed;
    show(io, name, plan, sample, judge);
    if (preset !== undefined) {
      tellNotes(io, preset);
      checkNeeds(preset, plan);
    }
    const command = preset === undefined ? commandOf(plan, file) : presetCommand(preset.name, file, options);
    return options.yes || (await agrees(io, command, file)) ? plan : undefined;
  }
  throw badRequest(
    'RECORD',
    `is missing, and no record fits the columns ${listed(first.columns)}; name the record and its columns, such as ${COMMON.map(exampleOf).join('; or ')}`,
  );
}

/** What files of marketers and shops mostly hold. */
const COMMON: readonly RecordName[] = ['conversions', 'touchpoints', 'spend'];

/** The command that imports a file as a record, with each field that it needs and no column names. */
function exampleOf(record: RecordName): string {
  const { schema, subjects } = recordKind(record);
  const needed = [...(subjects === undefined ? [] : ['customer_id']), ...(schema.required ?? [])];
  const assumed = ASSUMED[record];
  const flags = [...new Set(needed)].map((field) =>
    assumed?.field === field ? `--set ${field}=${assumed.plan.value}` : `--map ${field}=COLUMN`,
  );
  return `tributary import ${record} FILE ${flags.join(' ')}`;
}

/** What the first recogniser that knows the file proposes. @throws bad_request for a known file that no record can be made of. */
function proposedFor(sample: Sample, options: PlanFlags, judge: Judge) {
  refuseUnusable(sample);
  const whole = (plan: ImportPlan): ImportPlan => checkPlan(withFlags(withSkip(plan, sample), options));
  const accepted = (plan: ImportPlan): number =>
    loaded(whole(plan), sample, judge).filter(({ problem }) => problem === undefined).length;
  for (const { name, preset, recognise } of RECOGNISERS) {
    const plan = recognise(sample.columns, accepted);
    if (plan !== undefined) return { name, preset, plan: whole(plan) };
  }
  return undefined;
}

/** The plan of the preset that `--preset` names. @throws bad_request if the file is none of it. */
export async function presetPlan(io: Io, file: string, options: PlanFlags & { preset: string }): Promise<ImportPlan> {
  const preset = presetNamed(options.preset);
  const sample = await firstRows(file, fileFlags(options).file, [preset, ...UNUSABLE]);
  const { lacking, strange } = misfits(preset, sample.columns);
  if (lacking.length > 0 || strange.length > 0) throw noFileOf(preset, sample, lacking, strange);
  const plan = withFlags(withSkip(planOfPreset(preset, sample.columns), sample), options);
  checkNeeds(preset, plan);
  tellNotes(io, preset);
  return checkPlan(plan);
}

function refuseUnusable({ columns }: Sample): void {
  if (PRESETS.some((preset) => isOfPreset(preset, columns))) return;
  const unusable = UNUSABLE.find((one) => isOfPreset(one, columns));
  if (unusable !== undefined) throw badRequest('FILE', unusable.reason);
}

function noFileOf(preset: Preset, sample: Sample, lacking: string[], strange: string[]): TributaryError {
  refuseUnusable(sample);
  const { columns } = sample;
  const why =
    lacking.length > 0 ? `the file has no column ${lacking.join(', ')}` : `the file has the column ${listed(strange)}`;
  const other = PRESETS.find((one) => isOfPreset(one, columns));
  const again = preset.export_at === undefined ? '' : `; export it at ${preset.export_at}`;
  const fix = other === undefined ? `it has ${listed(columns)}${again}` : `--preset ${other.name} fits it`;
  return badRequest('--preset', `${preset.name} reads ${preset.title}, but ${why}; ${fix}`);
}

function withSkip(plan: ImportPlan, { skip }: Sample): ImportPlan {
  return skip === undefined ? plan : { ...plan, file: { ...plan.file, skip } };
}

function tellNotes(io: Io, { notes }: Preset): void {
  for (const note of notes) io.err(`note: ${note}\n`);
}

async function agrees(io: Io, command: string | undefined, file: string): Promise<boolean> {
  const shown = command ?? line`tributary import ${file} --yes`;
  if (!io.attended) {
    io.out(`to import it: ${shown}\n`);
    return false;
  }
  if (/^\s*y(es)?\s*$/i.test((await io.ask('import it like this? [y/N] ')) ?? '')) return true;
  io.out(`not imported. To change the mapping, start from: ${shown}\n`);
  return false;
}

interface Loaded {
  /** The record of the plan, by its place. */
  place: number;
  line: number;
  item?: Item;
  problem?: Problem;
}

/** What the first rows become, without grouping. */
function loaded(plan: ImportPlan, { columns, rows, form }: Sample, judge: Judge): Loaded[] {
  const mapping = new PlanMapping(plan);
  mapping.bind({ columns: rows.some(({ object }) => object !== undefined) ? null : columns, form });
  return mapping.mappings.flatMap((one, place) =>
    rows.flatMap((row) =>
      one.applyEach(row).map((mapped): Loaded => {
        const { line } = row;
        if ('problem' in mapped) return { place, line, ...mapped };
        const problem = judge(one.record, mapped.item);
        return { place, line, ...mapped, ...(problem === undefined ? {} : { problem }) };
      }),
    ),
  );
}

function show(io: Io, name: string, plan: ImportPlan, sample: Sample, judge: Judge): void {
  io.out(line`${sample.file}: ${name}\n`);
  const rows = loaded(plan, sample, judge);
  for (const [place, { record, fields, by_name, each, where = [] }] of plan.records.entries()) {
    io.out(`${record}:\n`);
    if (each !== undefined) io.out(`  for each item of ${clip(each)}\n`);
    for (const { column, op, values } of where)
      io.out(`  where ${clip(column)} ${op} ${values.map((value) => clip(value) || "''").join(', ')}\n`);
    for (const [field, { from, value, negate }] of Object.entries(fields))
      io.out(
        `  ${field} ${from === undefined ? `= ${clip(value)}` : `from ${clip(from)}`}${negate ? ', negated' : ''}\n`,
      );
    const names = fillableFields(record).map((field) => field.name);
    const same = sample.columns.filter((column) => names.includes(column) && fields[column] === undefined);
    if (same.length > 0 && by_name !== false) io.out(`  by their names: ${same.join(', ')}\n`);
    for (const one of rows.filter((row) => row.place === place).slice(0, SHOWN)) {
      const why =
        one.problem === undefined ? '' : ` is refused: ${one.problem.field}: ${clip(one.problem.reason, 300)}`;
      io.out(
        `  line ${one.line}: ${one.item === undefined ? '' : clip(shownJson(JSON.stringify(one.item)), 1_000)}${why}\n`,
      );
    }
  }
}
