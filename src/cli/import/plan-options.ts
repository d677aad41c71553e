/** The command line of an import, parsed into a plan. */
import { badRequest } from '../../domain/errors.ts';
import { isRecordName, RECORD_NAMES, type RecordName } from '../../domain/index.ts';
import { conditionOf } from '../../mapping/conditions.ts';
import { checkPlan, type FieldPlan, type ImportPlan, readPlan } from '../../mapping/plan.ts';
import { fillableFields } from '../../mapping/targets.ts';

export interface PlanFlags {
  map: string[];
  set: string[];
  default: string[];
  values: string[];
  negate: string[];
  divide: string[];
  sum: string[];
  where: string[];
  timeZone: string[];
  timeFormat: string[];
  decimal?: string;
  encoding?: string;
  delimiter?: string;
  skip?: number;
  quotes?: string;
  groupLines?: string;
  strict?: boolean;
  brand?: string;
  plan?: string;
  preset?: string;
}

/** The options that fill a plan of their own, so that they cannot stand beside `--plan`. The first ones are repeatable. */
const REPEATED = ['map', 'set', 'default', 'values', 'negate', 'divide', 'sum', 'where'] as const;
const OF_PLAN = [...REPEATED, 'groupLines'] as const;

/** @param record undefined with `--plan`. @throws bad_request naming the option. */
export function planOf(record: string | undefined, flags: PlanFlags): ImportPlan {
  const of_file = fileFlags(flags);
  if (record === undefined) {
    const beside = OF_PLAN.find((flag) => (flags[flag]?.length ?? 0) > 0);
    if (beside !== undefined) throw badRequest(`--${beside}`, 'goes into the plan that --plan names, not beside it');
    const plan = readPlan(flags.plan!);
    return checkPlan({ ...plan, ...of_file, file: { ...plan.file, ...of_file.file } });
  }
  if (flags.plan !== undefined) throw badRequest('--plan', 'names the records itself; leave out RECORD');
  if (!isRecordName(record)) throw badRequest('RECORD', `${record} is not one of ${RECORD_NAMES.join(', ')}`);
  const fields = fieldsOf(flags);
  const where = flags.where.map(conditionOf);
  return checkPlan({
    ...of_file,
    records: [
      {
        record,
        fields,
        ...(where.length === 0 ? {} : { where }),
        ...(flags.groupLines === undefined ? {} : { group_lines: flags.groupLines }),
      },
    ],
  });
}

/**
 * A plan that was proposed, or of a preset, with what the options say: in each record that has the field, and for all rows.
 * @throws bad_request for a field that none of its records has.
 */
export function withFlags(plan: ImportPlan, flags: PlanFlags): ImportPlan {
  if (flags.groupLines !== undefined) throw badRequest('--group-lines', 'needs RECORD and the mapping of its fields');
  const { file, ...of_plan } = fileFlags(flags);
  const [fields, where] = [Object.entries(fieldsOf(flags)), flags.where.map(conditionOf)];
  const has = (record: RecordName, name: string): boolean =>
    fillableFields(record).some((field) => field.name === name.split('.')[0]);
  const names = plan.records.map(({ record }) => record);
  const unknown = fields.find(([name]) => !names.some((record) => has(record, name)));
  if (unknown !== undefined) throw badRequest('--map', `${unknown[0]} is not a field of ${names.join(', ')}`);
  const records = plan.records.map((one) => {
    const own = fields.filter(([name]) => has(one.record, name));
    const changed = own.map(([name, field]) => [name, overPlan(one.fields[name], field)]);
    const all = [...(one.where ?? []), ...where];
    const fields_of_record = { ...one.fields, ...Object.fromEntries(changed) };
    return { ...one, fields: fields_of_record, ...(all.length === 0 ? {} : { where: all }) };
  });
  const form = { ...plan.file, ...file };
  return { ...plan, ...of_plan, ...(Object.keys(form).length === 0 ? {} : { file: form }), records };
}

/** What an option says of a field replaces what the plan says, if it names where the value comes from. */
function overPlan(plan: FieldPlan | undefined, flag: FieldPlan): FieldPlan {
  return flag.from === undefined && flag.value === undefined ? { ...plan, ...flag } : flag;
}

/** The options that say how a file is read, whatever its records are. */
export function fileFlags(flags: PlanFlags): Omit<ImportPlan, 'records'> {
  const { encoding, skip, brand, strict } = flags;
  const delimiter = flags.delimiter === '\\t' || flags.delimiter === 'tab' ? '\t' : flags.delimiter;
  const quotes = oneOf('--quotes', flags.quotes, ['guarded', 'strict'] as const);
  const decimal = oneOf('--decimal', flags.decimal, ['.', ','] as const);
  const file = {
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(skip === undefined ? {} : { skip }),
    ...(quotes === undefined ? {} : { quotes }),
  };
  const time_zone = flags.timeZone.find((text) => !text.includes('='));
  const time_format = flags.timeFormat.find((text) => !text.includes('='));
  return {
    ...(Object.keys(file).length === 0 ? {} : { file }),
    ...(brand === undefined ? {} : { brand_id: brand }),
    ...(time_zone === undefined ? {} : { time_zone }),
    ...(time_format === undefined ? {} : { time_format }),
    ...(decimal === undefined ? {} : { decimal }),
    ...(strict ? { strict } : {}),
  };
}

function fieldsOf(flags: PlanFlags): Record<string, FieldPlan> {
  const fields: Record<string, FieldPlan> = {};
  const put = (name: string, part: FieldPlan): void => {
    fields[name] = { ...fields[name], ...part };
  };
  const each = (option: string, texts: readonly string[], form: string, make: (value: string) => FieldPlan): void => {
    for (const text of texts) {
      const [name, value] = split(option, text, form);
      put(name, make(value));
    }
  };
  each('--map', flags.map, 'FIELD=COLUMN', (from) => ({ from }));
  each('--set', flags.set, 'FIELD=VALUE', (value) => ({ value }));
  each('--default', flags.default, 'FIELD=VALUE', (value) => ({ default: value }));
  for (const text of flags.values) {
    const [name, pairs] = split('--values', text, 'FIELD=FROM:TO,…');
    put(name, { values: { ...fields[name]?.values, ...valuesOf(pairs) } });
  }
  each('--divide', flags.divide, 'FIELD=100', (n) => ({ divide_by: Number(n) }));
  for (const name of flags.negate) put(name, { negate: true });
  for (const name of flags.sum) put(name, { collect: 'sum' });
  const named = (texts: readonly string[]): string[] => texts.filter((text) => text.includes('='));
  each('--time-zone', named(flags.timeZone), 'FIELD=ZONE', (time_zone) => ({ time_zone }));
  each('--time-format', named(flags.timeFormat), 'FIELD=FORMAT', (time_format) => ({ time_format }));
  return fields;
}

/** `from:to,from:to`; a `\` before `:` `,` or `\` takes away their meaning. */
function valuesOf(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of text.match(/(?:\\.|[^,\\])+/g) ?? []) {
    const m = /^((?:\\.|[^:\\])*):((?:\\.|[^\\])*)$/s.exec(pair);
    if (!m) throw badRequest('--values', `${JSON.stringify(pair)} does not have the form FROM:TO`);
    const [from, to] = [m[1]!, m[2]!].map((part) => part.replace(/\\(.)/gs, '$1'));
    values[from!] = to!;
  }
  if (Object.keys(values).length === 0) throw badRequest('--values', 'names no value; write FIELD=FROM:TO,…');
  return values;
}

function split(option: string, text: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw badRequest(option, `${JSON.stringify(text)} does not have the form ${form}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function oneOf<V extends string>(option: string, value: string | undefined, choices: readonly V[]): V | undefined {
  if (value === undefined) return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw badRequest(option, `${value} is not one of ${choices.join(' ')}`);
  return found;
}

/** The command that says the same as a plan with one record; undefined where only a file of the plan can say it. */
export function commandOf(plan: ImportPlan, file: string): string | undefined {
  const [record, ...others] = plan.records;
  if (others.length > 0 || record === undefined || record.by_name === false) return undefined;
  const words = ['tributary', 'import', record.record, shellWord(file)];
  const add = (option: string, value: string): void => void words.push(option, shellWord(value));
  for (const [name, field] of Object.entries(record.fields)) if (!addField(name, field, add)) return undefined;
  for (const { column, op, values } of record.where ?? [])
    add('--where', op === 'in' ? `${column} in ${values.join(',')}` : `${column}${op}${values[0]}`);
  if (record.group_lines !== undefined) add('--group-lines', record.group_lines);
  addFileWords(add, plan);
  if (plan.strict) words.push('--strict');
  return words.join(' ');
}

/** The command that imports a file by a preset, with the options that were given. */
export function presetCommand(preset: string, file: string, flags: PlanFlags): string {
  const words = ['tributary', 'import', shellWord(file), '--preset', preset];
  const add = (option: string, value: string): void => void words.push(option, shellWord(value));
  for (const flag of REPEATED) for (const value of flags[flag]) add(`--${flag}`, value);
  for (const value of flags.timeZone.filter((text) => text.includes('='))) add('--time-zone', value);
  for (const value of flags.timeFormat.filter((text) => text.includes('='))) add('--time-format', value);
  addFileWords(add, fileFlags(flags));
  if (flags.strict) words.push('--strict');
  return words.join(' ');
}

function addFileWords(add: (option: string, value: string) => void, plan: Omit<ImportPlan, 'records'>): void {
  const { file: form, time_zone, time_format, decimal, brand_id } = plan;
  const options = {
    ...{ '--skip': form?.skip, '--encoding': form?.encoding, '--delimiter': form?.delimiter },
    ...{ '--quotes': form?.quotes, '--time-zone': time_zone, '--time-format': time_format },
    ...{ '--decimal': decimal, '--brand': brand_id },
  };
  for (const [option, value] of Object.entries(options)) if (value !== undefined) add(option, String(value));
}

/** Adds the options of a field. @returns false if no option says it. */
function addField(name: string, field: FieldPlan, add: (option: string, value: string) => void): boolean {
  const { from, value, default: otherwise, values, negate, divide_by, time_zone, time_format, collect } = field;
  const is_text = [value, otherwise].every((one) => one === undefined || typeof one === 'string');
  if (field.optional || collect === 'list' || !is_text) return false;
  if (from !== undefined) add('--map', `${name}=${from}`);
  if (value !== undefined) add('--set', `${name}=${value}`);
  if (otherwise !== undefined) add('--default', `${name}=${otherwise}`);
  if (values !== undefined) {
    const escaped = (text: string): string => text.replace(/[\\:,]/g, '\\$&');
    const pairs = Object.entries(values).map(([given, to]) => `${escaped(given)}:${escaped(to)}`);
    add('--values', `${name}=${pairs.join(',')}`);
  }
  if (negate) add('--negate', name);
  if (divide_by !== undefined) add('--divide', `${name}=${divide_by}`);
  if (collect === 'sum') add('--sum', name);
  if (time_zone !== undefined) add('--time-zone', `${name}=${time_zone}`);
  if (time_format !== undefined) add('--time-format', `${name}=${time_format}`);
  return true;
}

function shellWord(text: string): string {
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
