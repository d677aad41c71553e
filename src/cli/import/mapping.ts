/** Turns rows of a file into drafts of records: it says which column fills which field. */
import { inexactIn } from '../../domain/canonical-json.ts';
import { badRequest, type Problem } from '../../domain/errors.ts';
import type { FieldKind } from '../../domain/fields.ts';
import { InexactNumber, parseJson } from '../../domain/json-text.ts';
import type { RecordKind } from '../../domain/record.ts';
import { listed } from '../../domain/text.ts';
import type { FileRow } from './row-source.ts';

export interface MappingOptions {
  /** `FIELD=COLUMN`; FIELD may be `custom_attributes.KEY`. */
  map: readonly string[];
  /** `FIELD=VALUE` for every row. */
  set: readonly string[];
  /** `COLUMN=VALUE`: takes only rows with that text. If there are several, a row must match all. */
  where: readonly string[];
}

interface Target {
  field: string;
  /** A key inside a field that holds an object. */
  key?: string;
  kind: FieldKind;
}

export type Item = Record<string, unknown>;
type Mapped = { item: Item } | { problem: Problem } | undefined;

/** The mapping of one file to records of one kind. */
export class Mapping {
  private readonly mapped: Array<[Target, string]>;
  private readonly constants: Array<[Target, unknown]>;
  private readonly conditions: Array<[string, string]>;
  private readonly kinds: Map<string, FieldKind>;
  /** Fields that columns of the same name fill: no option fills them. */
  private readonly by_name: Set<string>;
  private readonly used_columns: Set<string>;
  private sources: Array<[Target, number]> = [];
  private filters: Array<[number, string]> = [];
  /** Columns that fill no field, each with the field that may have been meant. */
  readonly ignored = new Set<string>();

  constructor(
    private readonly kind: RecordKind,
    options: MappingOptions,
  ) {
    this.kinds = new Map(kind.fields.map((field) => [field.name, field.kind]));
    this.mapped = options.map.map((text) => this.assignment('--map', text));
    this.constants = options.set.map((text) => {
      const [target, value] = this.assignment('--set', text);
      return [target, coerce(target, value)];
    });
    this.conditions = options.where.map((text) => split('--where', text, 'COLUMN=VALUE'));
    const filled = new Set(
      [...this.mapped, ...this.constants]
        .filter(([target]) => target.key === undefined)
        .map(([target]) => target.field),
    );
    this.used_columns = new Set([
      ...this.mapped.map(([, column]) => column),
      ...this.conditions.map(([column]) => column),
    ]);
    const renamed = new Set(this.mapped.map(([, column]) => column));
    this.by_name = new Set([...this.kinds.keys()].filter((field) => !filled.has(field) && !renamed.has(field)));
  }

  /** True if the mapping uses the column. */
  needs = (column: string): boolean => this.by_name.has(column) || this.used_columns.has(column);

  /** Finds the columns of a file. @throws bad_request for a column that the file does not have. */
  bind(columns: readonly string[] | null): void {
    if (columns === null) return;
    const place = (option: string, column: string): number => {
      const at = columns.indexOf(column);
      if (at < 0)
        throw badRequest(option, `the file has no column ${JSON.stringify(column)}; it has ${listed(columns)}`);
      return at;
    };
    this.sources = this.mapped.map(([target, column]) => [target, place('--map', column)]);
    this.filters = this.conditions.map(([column, value]) => [place('--where', column), value]);
    for (const [at, column] of columns.entries()) {
      if (this.by_name.has(column)) this.sources.push([{ field: column, kind: this.kinds.get(column)! }, at]);
      else this.notice(column);
    }
  }

  /** The record of a row; undefined when `where` leaves the row out. */
  apply(row: FileRow): Mapped {
    if (row.problem) return { problem: row.problem };
    const item: Item = {};
    if (row.object) {
      if (!this.fillFromObject(item, row.object)) return undefined;
    } else {
      for (const [at, value] of this.filters) if ((row.cells[at] ?? '') !== value) return undefined;
      for (const [target, at] of this.sources) put(item, target, row.cells[at], true);
    }
    for (const [target, value] of this.constants) put(item, target, value, false);
    const lost =
      row.utf8 === false
        ? Object.keys(item).find((field) => JSON.stringify(item[field]).includes('\ufffd'))
        : undefined;
    if (lost !== undefined) return { problem: { field: lost, reason: 'is not valid UTF-8; save the file as UTF-8' } };
    return inexactProblem(item) ?? { item };
  }

  private fillFromObject(item: Item, object: Record<string, unknown>): boolean {
    for (const [column, value] of this.conditions) if (asText(object[column]) !== value) return false;
    for (const [target, column] of this.mapped) put(item, target, object[column], true);
    for (const column in object) {
      if (this.by_name.has(column)) put(item, { field: column, kind: this.kinds.get(column)! }, object[column], true);
      else this.notice(column);
    }
    return true;
  }

  private notice(column: string): void {
    if (this.used_columns.has(column) || this.ignored.size >= 200) return;
    const meant = this.kind.aliases?.[column];
    const free = meant !== undefined && this.by_name.has(meant);
    this.ignored.add(free ? `${column} (if it is ${meant}, use --map ${meant}=${column})` : column);
  }

  private assignment(option: string, text: string): [Target, string] {
    const [name, value] = split(option, text, 'FIELD=' + (option === '--map' ? 'COLUMN' : 'VALUE'));
    const [field = '', ...rest] = name.split('.');
    const kind = this.kinds.get(field);
    if (kind === undefined)
      throw badRequest(
        option,
        `${field} is not a field of a ${this.kind.singular}; the fields are ${[...this.kinds.keys()].join(', ')}`,
      );
    if (rest.length === 0) return [{ field, kind }, value];
    const is_object =
      kind === 'json' && this.kind.fields.find((known) => known.name === field)?.schema['type'] === 'object';
    if (!is_object)
      throw badRequest(option, `${name}: the field ${field} is not an object, so it has no keys; name the field alone`);
    return [{ field, key: rest.join('.'), kind }, value];
  }
}

function split(option: string, text: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw badRequest(option, `${JSON.stringify(text)} does not have the form ${form}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function put(item: Item, target: Target, value: unknown, convert: boolean): void {
  if (value === undefined || value === null) return;
  // A number that a double would change stays as it was written: as text.
  const exact = value instanceof InexactNumber ? value.literal : value;
  const converted = convert ? coerce(target, exact) : exact;
  if (target.key === undefined) item[target.field] = converted;
  else item[target.field] = { ...(item[target.field] as object | undefined), [target.key]: converted };
}

const WHOLE_OR_DECIMAL = /^[+-]?\d+(\.\d+)?$/;
const EXPONENT = /^[+-]?\d+(\.\d+)?e[+-]?\d+$/i;

/**
 * Turns the text of a cell into the type of its field, and a JSON number into text for an id. Other values stay, and the record
 * refuses them.
 */
function coerce(target: Target, value: unknown): unknown {
  const { kind, key } = target;
  if (key !== undefined) return value;
  if (typeof value === 'number')
    return (kind === 'id' || kind === 'text') && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof value !== 'string') return value;
  switch (kind) {
    case 'integer':
    case 'number':
      return WHOLE_OR_DECIMAL.test(value) || EXPONENT.test(value) ? Number(value) : value;
    case 'amount':
    case 'rate':
      return EXPONENT.test(value) ? Number(value) : value;
    case 'date':
      return /T00:00:00(\.0+)?Z$/.test(value) ? value.slice(0, 10) : value;
    case 'json':
      return /^\s*[[{]/.test(value) ? parsedOr(value) : value;
    default:
      return value;
  }
}

/** The problem of a number inside an object that JSON cannot hand on as it was written. */
function inexactProblem(item: Item): { problem: Problem } | undefined {
  for (const field in item) {
    const inexact = typeof item[field] === 'object' ? inexactIn(item[field]) : undefined;
    if (inexact) return { problem: { field: field + inexact.place, reason: inexact.reason } };
  }
  return undefined;
}

function parsedOr(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof InexactNumber) return value.literal;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
