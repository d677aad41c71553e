/**
 * The plan of an import: how the rows of a file become records. Every option of `tributary import` is a field of it, and the
 * command line is parsed into it. It is plain data, so it can be written to a file (`--plan`), and known files have theirs in the code.
 */
import { readFileSync } from 'node:fs';
import { badRequest } from '../domain/errors.ts';
import { isRecordName, RECORD_NAMES, type RecordName, recordKind } from '../domain/index.ts';
import { isTimeZone } from '../domain/time.ts';
import { Compile, type Static, Type } from '../domain/typebox.ts';
import { checkTimeFormat } from './time-format.ts';

const Text = (description: string) => Type.Optional(Type.String({ description }));
const Flag = (description: string) => Type.Optional(Type.Boolean({ description }));
const closed = { additionalProperties: false } as const;

const FilePlanSchema = Type.Object(
  {
    encoding: Text('The encoding of a text file, such as windows-1252; found by itself when left out'),
    delimiter: Text('The character between csv cells; found by itself when left out'),
    skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000, description: 'Lines above the header' })),
    quotes: Type.Optional(
      Type.Union([Type.Literal('guarded'), Type.Literal('strict')], {
        description: '`guarded` also refuses a quote that would swallow whole rows; `strict` reads by RFC 4180 alone',
      }),
    ),
  },
  closed,
);

const FieldPlanSchema = Type.Object(
  {
    from: Text('Where the value comes from: a column, A|B, A+B, a path (see source.ts)'),
    value: Type.Optional(Type.Unknown({ description: 'The value of every row' })),
    default: Type.Optional(Type.Unknown({ description: 'The value where `from` finds none' })),
    values: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Replaces values; `*` stands for all others' }),
    ),
    optional: Flag('The file need not have the column'),
    negate: Flag('Changes the sign of a number'),
    divide_by: Type.Optional(Type.Integer({ minimum: 10, description: 'A power of ten: 100 makes units of cents' })),
    time_zone: Text('For this field, instead of the one of the plan'),
    time_format: Text('For this field, instead of the one of the plan'),
    collect: Type.Optional(
      Type.Union([Type.Literal('list'), Type.Literal('sum')], {
        description: 'With group_lines: what the rows of a group become. Lists are collected without it',
      }),
    ),
  },
  closed,
);

const ConditionSchema = Type.Object(
  {
    column: Type.String({ description: 'A source, as `from`' }),
    op: Type.Unsafe<'=' | '!=' | '>' | '<' | 'in'>({ type: 'string', enum: ['=', '!=', '>', '<', 'in'] }),
    values: Type.Array(Type.String(), { minItems: 1 }),
  },
  closed,
);

const RecordPlanSchema = Type.Object(
  {
    record: Type.Unsafe<RecordName>(Type.String()),
    fields: Type.Record(Type.String(), FieldPlanSchema, {
      description: 'By FIELD, or FIELD.KEY for a key of a field that holds an object',
    }),
    by_name: Flag('Columns with the name of a field fill it; true when left out'),
    where: Type.Optional(Type.Array(ConditionSchema, { description: 'A row must fit all of them' })),
    each: Text('A column that holds a list: each item of it is a record, and stands in the place of the list in paths'),
    group_lines: Text('The field whose value rows of one order share; they must stand together'),
  },
  closed,
);

export const ImportPlanSchema = Type.Object(
  {
    file: Type.Optional(FilePlanSchema),
    brand_id: Text('The brand of all records'),
    time_zone: Text('The zone of times without one'),
    time_format: Text('The form of all times: epoch_s, epoch_ms, epoch_us, or a pattern such as dd/MM/yyyy HH:mm'),
    decimal: Type.Optional(Type.Union([Type.Literal('.'), Type.Literal(',')])),
    strict: Flag('Refuses what is otherwise only warned of, such as ids that a spreadsheet changed'),
    records: Type.Array(RecordPlanSchema, { minItems: 1, maxItems: 20 }),
  },
  closed,
);

export type FilePlan = Static<typeof FilePlanSchema>;
export type FieldPlan = Static<typeof FieldPlanSchema>;
export type Condition = Static<typeof ConditionSchema>;
export type RecordPlan = Static<typeof RecordPlanSchema>;
export type ImportPlan = Static<typeof ImportPlanSchema>;

const validator = Compile(ImportPlanSchema);

/** Reads a plan from a JSON file. @throws bad_request naming what is wrong. */
export function readPlan(path: string): ImportPlan {
  let plan: unknown;
  try {
    plan = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw badRequest('--plan', `${path} cannot be read as JSON: ${(error as Error).message}`);
  }
  if (!validator.Check(plan)) {
    const [error] = validator.Errors(plan);
    throw badRequest('--plan', `${error?.instancePath ?? ''} ${error?.message ?? 'is no plan of an import'}`.trim());
  }
  return checkPlan(plan);
}

/** Refuses a plan that names what does not exist. @throws bad_request. @returns the same plan. */
export function checkPlan(plan: ImportPlan): ImportPlan {
  checkTimes('', plan);
  for (const { record, fields, group_lines, each } of plan.records) {
    if (!isRecordName(record)) throw badRequest('RECORD', `${record} is not one of ${RECORD_NAMES.join(', ')}`);
    const known = recordKind(record).fields.map(({ name }) => name);
    if (group_lines !== undefined && !known.includes(group_lines))
      throw badRequest(
        '--group-lines',
        `${group_lines} is not a field of ${record}; the fields are ${known.join(', ')}`,
      );
    if (group_lines !== undefined && each !== undefined)
      throw badRequest(
        '--group-lines',
        `${group_lines}: a record of several rows cannot also be one of several items of a row`,
      );
    for (const [name, field] of Object.entries(fields)) {
      checkTimes(`${name}=`, field);
      if (field.divide_by !== undefined && !/^10+$/.test(String(field.divide_by)))
        throw badRequest('--divide', `${name}: ${field.divide_by} is not a power of ten, such as 100`);
    }
  }
  return plan;
}

/** True if a plan names the zone of times without one, for all fields or for some. */
export function namesZone({ time_zone, records }: ImportPlan): boolean {
  return (
    time_zone !== undefined ||
    records.some(({ fields }) => Object.values(fields).some((field) => field.time_zone !== undefined))
  );
}

function checkTimes(field: string, { time_zone, time_format }: Pick<FieldPlan, 'time_zone' | 'time_format'>): void {
  if (time_zone !== undefined && !isTimeZone(time_zone))
    throw badRequest('--time-zone', `${field}${time_zone} is not a time zone; write one such as Europe/Berlin or UTC`);
  const fault = time_format === undefined ? undefined : checkTimeFormat(time_format);
  if (fault !== undefined) throw badRequest('--time-format', `${field}${time_format} ${fault}`);
}
