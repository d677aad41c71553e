/** Turns rows of a file into drafts of records, as a plan says. */
import type { Problem } from '../domain/errors.ts';
import type { FieldKind } from '../domain/fields.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import { currencyOfHeader } from './amounts.ts';
import { Columns, objectReader, type Read } from './columns.ts';
import { fits } from './conditions.ts';
import { Converter, type Item, Refused, type Target } from './converter.ts';
import { REJECTED_COLUMNS } from './csv-rows.ts';
import { EachItem } from './each.ts';
import { checkFilled, lostText } from './mapping-checks.ts';
import { nearest } from './nearest.ts';
import type { Condition, ImportPlan, RecordPlan } from './plan.ts';
import type { FileRow, RowSource } from './row-source.ts';
import { isNothing, type Path, parseSource, pathsOf, type Source, startsWith } from './source.ts';
import { fillableFields, put, putDefault, targetOf } from './targets.ts';
import { type FoundColumns, UnusedColumns } from './unused-columns.ts';

export type { Item };
export type Mapped = { item: Item } | { problem: Problem } | undefined;

interface Filled {
  target: Target;
  source: Source;
  read: Read;
  /** True if a row had a value, undefined before one was looked at: a row that is refused for one field is not asked for the next. */
  seen?: boolean;
}

interface Filter {
  condition: Condition;
  source: Source;
  read: Read;
}

/** What a mapping found out from rows. */
export interface MappingFindings {
  seen: (boolean | undefined)[];
  unused: FoundColumns;
}

/** The mapping of one file to records of one kind. */
export class Mapping {
  readonly record: RecordName;
  readonly converter: Converter;
  private readonly filled: Filled[];
  private readonly constants: Array<[Target, unknown]>;
  private readonly defaults: Target[];
  private readonly filters: Filter[];
  private readonly amounts: Target[];
  private readonly kinds: Map<string, FieldKind>;
  /** Fields that columns of the same name fill: no option fills them. */
  private readonly by_name: Map<string, Target>;
  private readonly used: Path[];
  private from_columns: Array<[Target, Read]> = [];
  private header_currencies: Array<[string, string]> = [];
  private readonly decimal: '.' | ',';
  private readonly each: EachItem | undefined;
  private readonly unused = new UnusedColumns();
  /** Rows that `where` let through; whoever reads it sets it to 0. */
  matched = 0;

  constructor(
    readonly plan: RecordPlan,
    whole: ImportPlan,
    converter = new Converter(whole),
  ) {
    this.record = plan.record;
    this.converter = converter;
    this.decimal = whole.decimal ?? '.';
    this.each = plan.each === undefined ? undefined : new EachItem(plan.each);
    this.kinds = new Map(fillableFields(plan.record).map((field) => [field.name, field.kind]));
    const all = Object.entries(plan.fields).map(([name, field]) => targetOf(plan, name, field));
    this.constants = all
      .filter(({ plan: { value } }) => value !== undefined)
      .map((target) => [target, this.constant(target)]);
    this.filled = all
      .filter(({ plan: { from } }) => from !== undefined)
      .map((target) => ({ target, source: parseSource(target.plan.from!), read: () => undefined }));
    this.defaults = all.filter((target) => target.plan.default !== undefined);
    this.filters = (plan.where ?? []).map((condition) => ({
      condition,
      source: parseSource(condition.column),
      read: () => undefined,
    }));
    this.used = [...this.filled, ...this.filters].flatMap(({ source }) => pathsOf(source));
    const taken = new Set(
      all
        .filter(({ key, plan: { from, value } }) => key === undefined && (from ?? value) !== undefined)
        .map(({ field }) => field),
    );
    const renamed = new Set(this.filled.map(({ source }) => source.text));
    const free = plan.by_name === false ? [] : [...this.kinds.keys()];
    this.by_name = new Map(
      free
        .filter((field) => !taken.has(field) && !renamed.has(field))
        .map((field) => [field, targetOf(plan, field, plan.fields[field] ?? {})]),
    );
    this.amounts = [...all, ...this.by_name.values()].filter(
      ({ kind, key }) => key === undefined && (kind === 'amount' || kind === 'rate'),
    );
  }

  /** True if the mapping uses the column. */
  needs = (column: string): boolean =>
    this.by_name.has(column) || this.each?.column === column || this.used.some((path) => startsWith(path, column));

  /** Finds the columns of a file. @throws bad_request for a column that the file does not have. */
  bind(source: Pick<RowSource, 'columns' | 'form' | 'linesAbove'>): void {
    const { columns } = source;
    this.each?.bind(source);
    if (columns === null) {
      for (const use of [...this.filled, ...this.filters]) use.read = objectReader(use.source);
      return;
    }
    const wanted = [...this.filled, ...this.filters].map((use) => use.source.text);
    const found = new Columns(columns, source, wanted);
    for (const filled of this.filled) filled.read = found.reader(filled.source, '--map', filled.target.plan.optional);
    for (const filter of this.filters) filter.read = found.reader(filter.source, '--where');
    for (const column of columns) {
      const target = this.by_name.get(column);
      if (target) this.from_columns.push([target, found.named(column, 'FILE')]);
      else this.notice(column);
    }
    const fields = new Set(this.from_columns.map(([{ field }]) => field));
    checkFilled(this.record, { by_name: this.by_name, found: fields, named: this.filled.length }, source);
    this.bindCurrencies();
  }

  /** True if `where` lets the row through. */
  takes(row: FileRow): boolean {
    for (const { condition, read } of this.filters) if (!fits(condition, read(row), this.decimal)) return false;
    return true;
  }

  /** The records of a row: with `each` one of each item of its list. None when `where` leaves all of them out. */
  applyEach(row: FileRow): Exclude<Mapped, undefined>[] {
    const rows = this.each === undefined || row.problem ? [row] : this.each.rowsOf(row);
    if (!Array.isArray(rows)) return [{ problem: rows }];
    return rows.map((one) => this.apply(one)).filter((mapped) => mapped !== undefined);
  }

  /** The record of a row; undefined when `where` leaves the row out. */
  apply(row: FileRow): Mapped {
    if (row.problem) return { problem: row.problem };
    if (this.filters.length > 0 && !this.takes(row)) return undefined;
    this.matched++;
    return this.draft(row);
  }

  /** The record of a row, whatever `where` says. */
  draft(row: FileRow): { item: Item } | { problem: Problem } {
    const item: Item = {};
    const { converter } = this;
    if (converter.marked.size > 0) converter.marked.clear();
    for (const [target, value] of this.constants) put(item, target, value);
    const unfilled = row.object ? this.fillFromObject(item, row, row.object) : this.fillFromCells(item, row);
    if (unfilled) return { problem: unfilled };
    if (this.amounts.length > 0) {
      const problem = converter.nameCurrencies(this.amounts, item, this.header_currencies);
      if (problem) return { problem };
    }
    for (const target of this.defaults) putDefault(item, target);
    if (this.amounts.length > 0) {
      const problem = converter.finishAmounts(this.amounts, item, row.line);
      if (problem) return { problem };
    }
    if (row.utf8 === false) {
      const problem = lostText(item);
      if (problem) return { problem };
    }
    return { item };
  }

  /** The value that one field has in a row, converted or refused; undefined if it has none. */
  fieldValue(field: string, row: FileRow): unknown {
    const filled = this.filled.find(({ target }) => target.name === field);
    const target = filled?.target ?? this.by_name.get(field);
    const read = filled?.read ?? this.from_columns.find(([{ name }]) => name === field)?.[1];
    const raw = read ? read(row) : row.object?.[field];
    if (target === undefined || isNothing(raw)) return undefined;
    return this.converter.convert(target, raw, row.line);
  }

  /** The fields of a record that lists or sums over the rows of a group fill. */
  collected(): Target[] {
    const all = [...this.filled.map(({ target }) => target), ...this.from_columns.map(([target]) => target)];
    return all.filter(({ key, is_list, plan }) => key === undefined && (is_list || plan.collect !== undefined));
  }

  /** Columns that the plan names and that no row had, each with its field and the nearest column; after the last row. */
  unseen(): Array<{ field: string; column: string; nearest: string | undefined; required: boolean }> {
    const required: readonly string[] = recordKind(this.record).schema.required ?? [];
    return this.filled
      .filter(({ seen, target }) => seen === false && target.plan.optional !== true)
      .map(({ target, source }) => ({
        field: target.name,
        column: source.text,
        nearest: nearest(
          source.alternatives[0]?.map((part) => ('literal' in part ? '' : part.column)).find(Boolean) ?? source.text,
          this.unused.keys,
        ),
        required: required.includes(target.field) && target.plan.default === undefined,
      }));
  }

  /** Columns that fill no field, each with the field that may have been meant. */
  get ignored(): ReadonlySet<string> {
    return this.unused.ignored;
  }

  /** What was found out since the last call, or since the columns were found. */
  takeFindings(): MappingFindings {
    const seen = this.filled.map((filled) => filled.seen);
    for (const filled of this.filled) delete filled.seen;
    return { seen, unused: this.unused.take() };
  }

  /** Adds what another mapping by the same plan found out from the rows that follow. */
  addFindings({ seen, unused }: MappingFindings): void {
    for (const [i, filled] of this.filled.entries())
      if (seen[i] !== undefined) filled.seen = (filled.seen ?? false) || seen[i];
    this.unused.add(unused);
  }

  private fillFromCells(item: Item, row: FileRow): Problem | undefined {
    for (const filled of this.filled) {
      const problem = this.fill(item, filled.target, filled.read(row), row.line, filled);
      if (problem) return problem;
    }
    for (const [target, read] of this.from_columns) {
      const problem = this.fill(item, target, read(row), row.line);
      if (problem) return problem;
    }
    return undefined;
  }

  private fillFromObject(item: Item, row: FileRow, object: Record<string, unknown>): Problem | undefined {
    for (const filled of this.filled) {
      const problem = this.fill(item, filled.target, filled.read(row), row.line, filled);
      if (problem) return problem;
    }
    for (const column in object) {
      const target = this.by_name.get(column);
      if (target === undefined) this.notice(column);
      else {
        const problem = this.fill(item, target, object[column], row.line);
        if (problem) return problem;
      }
    }
    return undefined;
  }

  private fill(item: Item, target: Target, raw: unknown, line: number, filled?: Filled): Problem | undefined {
    if (filled) filled.seen ??= false;
    if (raw === undefined || raw === null) return undefined;
    if (filled) filled.seen = true;
    const value = this.converter.convert(target, raw, line);
    if (value instanceof Refused) return value.problem;
    put(item, target, value);
    return undefined;
  }

  private notice(column: string): void {
    this.unused.see(column);
    if (column === '' || this.unused.is_full || REJECTED_COLUMNS.includes(column) || this.plan.by_name === false)
      return;
    if (this.used.some((path) => startsWith(path, column))) return;
    const meant = recordKind(this.record).aliases?.[column];
    const free = meant !== undefined && this.by_name.has(meant);
    this.unused.ignore(free ? `${column} (if it is ${meant}, use --map ${meant}=${column})` : column);
  }

  private constant(target: Target): unknown {
    const { value } = target.plan;
    if (typeof value !== 'string') return value;
    const converted = this.converter.convert({ ...target, plan: {} }, value, 0);
    return converted instanceof Refused ? value : converted;
  }

  /** Takes the currency from the name of a column where nothing else fills the currency of an amount. */
  private bindCurrencies(): void {
    for (const { target, source } of this.filled) {
      const { currency_field, key } = target;
      if (currency_field === undefined || key !== undefined) continue;
      const { from, value } = this.plan.fields[currency_field] ?? {};
      if ((from ?? value) !== undefined) continue;
      if (this.from_columns.some(([{ field }]) => field === currency_field)) continue;
      const currency = currencyOfHeader(source.text);
      if (currency !== undefined) this.header_currencies.push([currency_field, currency]);
    }
  }
}
