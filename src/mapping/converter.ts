/** Turns the values of a file into what the fields of a record take. */
import { currencyDecimals } from '../domain/currencies.ts';
import type { Problem } from '../domain/errors.ts';
import type { FieldKind } from '../domain/fields.ts';
import { mayBe, negated, readAmount, shifted, withoutNoise } from './amounts.ts';
import { parseExactJson } from './exact-json.ts';
import { Notes } from './notes.ts';
import type { FieldPlan, ImportPlan } from './plan.ts';
import { listOf } from './source.ts';
import { readDate, readInstant } from './times.ts';

/** Fields that take more decimals than a currency has are only doubted if decimal commas stand in the same file. */
export const THREE_DECIMALS = 'three_decimals';
const DOUBTFUL =
  'amounts such as 1.250 have three decimals and are read as 1.25; add --decimal , if the point marks thousands';

export type Item = Record<string, unknown>;

export interface Target {
  /** The field as the plan names it: FIELD, or FIELD.KEY. */
  name: string;
  field: string;
  /** A key inside a field that holds an object. */
  key?: string;
  kind: FieldKind;
  is_list: boolean;
  is_choice: boolean;
  /** Of an amount: the field with its currency. */
  currency_field?: string;
  decimals?: number;
  plan: FieldPlan;
}

/** A value that is refused. */
export class Refused {
  constructor(readonly problem: Problem) {}
}

/**
 * An id that a spreadsheet rounded, also as one of several that are joined: 4.5E+12, 4,5e+12, and 4.5E12 with at least one decimal, as
 * a code such as 4E12 may be an id.
 */
const DAMAGED_ID = /(?:^|:)\s*-?\d(?:(?:[.,]\d+)?E\+|[.,]\d+E)\d{1,3}\s*(?:$|:)/i;
/** An id with more digits than a spreadsheet keeps, and the digits behind those. */
const LONG_ID = /^\s*[1-9]\d{14}(\d+)\s*$/;
const FIRST_LINES = 5;
const EXPONENT = /^[+-]?\d+(\.\d+)?e[+-]?\d+$/i;
const MAYBE_THOUSANDS = /^-?[1-9]\d{0,2}\.\d{3}$/;
const WHOLE_OR_DECIMAL = /^[+-]?\d+(\.\d+)?$/;

/** The kind of a note that tells nothing new where a brand keeps emails in one form. */
export const EMAIL_CASE = 'email_case';

/** `zeros` is NaN once one of the ids has other digits at its end. */
export interface LongIds {
  ids: number;
  zeros: number;
  first_lines: number[];
}

export class Converter {
  /** What is to be told about the rows since this was emptied. */
  notes = new Notes();
  /** Ids with more digits than a spreadsheet keeps, by field. */
  readonly long_ids = new Map<string, LongIds>();

  constructor(private readonly plan: ImportPlan) {}

  /**
   * The value for a field, or why there is none. A value of a kind that the field does not take stays; the record refuses it.
   * Undefined where `values` replaces it by the empty text, which stands for no value.
   */
  convert(target: Target, given: unknown, line: number): unknown {
    const { plan, kind } = target;
    const value = plan.values === undefined ? given : replaced(plan.values, given);
    if (plan.values !== undefined && value === '') return undefined;
    if (target.key !== undefined) return value;
    if (target.is_list) return this.list(target, asList(value), line);
    if (Array.isArray(value))
      return this.refuse(target, 'has several values; name one of them, such as list[0] or list[key=name]');
    switch (kind) {
      case 'id':
        return this.id(target, value, line);
      case 'text':
        if (typeof value === 'number' && Number.isFinite(value)) return String(value);
        if (typeof value === 'string') return target.is_choice ? value.trim() : value;
        return value;
      case 'integer':
      case 'number':
        return typeof value === 'string' ? this.number(target, value) : value;
      case 'flag':
        return typeof value === 'string' ? flagOf(value) : value;
      case 'amount':
      case 'rate':
        return typeof value === 'string' || typeof value === 'number' ? this.decimal(target, value, line) : value;
      case 'currency':
        return typeof value === 'string' ? value.trim().toUpperCase() : value;
      case 'instant':
        return typeof value === 'string' || typeof value === 'number' ? this.instant(target, value, line) : value;
      case 'date': {
        if (typeof value !== 'string' && typeof value !== 'number') return value;
        const day = readDate(value, this.timesOf(plan));
        return typeof day === 'string' ? day : this.refuse(target, day.problem);
      }
      case 'json':
        return typeof value === 'string' && /^\s*[[{]/.test(value) ? (parseExactJson(value) ?? value) : value;
    }
  }

  /**
   * Fills the currencies of amounts: from the names of columns, and from the marks beside the digits of this row.
   * @returns the problem if a mark and the rest of the row disagree.
   */
  nameCurrencies(
    targets: readonly Target[],
    item: Item,
    of_headers: ReadonlyArray<readonly [field: string, currency: string]>,
  ): Problem | undefined {
    for (const [field, currency] of of_headers) item[field] ??= currency;
    if (this.marked.size === 0) return undefined;
    for (const { field, currency_field } of targets) {
      const found = this.marked.get(field);
      if (found === undefined || currency_field === undefined) continue;
      const named = item[currency_field];
      if (named === undefined) item[currency_field] = found[0];
      else if (typeof named === 'string' && !mayBe(found[0], found[1], named))
        return { field, reason: `is in ${found[0]}, but ${currency_field} says ${named}; correct one of them` };
    }
    return undefined;
  }

  /** Rounds the noise of the amounts of an item, once its currency is known. @returns the problem, if there is one. */
  finishAmounts(targets: readonly Target[], item: Item, line: number): Problem | undefined {
    for (const target of targets) {
      const { field, currency_field, decimals, kind } = target;
      const value = item[field];
      if (typeof value !== 'string' || value.length < 5) continue;
      const currency = currency_field === undefined ? undefined : item[currency_field];
      const of_currency = currencyDecimals(String(currency)) ?? 2;
      if (kind === 'amount' && of_currency < 3 && MAYBE_THOUSANDS.test(value)) {
        const problem = this.doubtful(target, value, line);
        if (problem) return problem;
      }
      if (value.length < 9) continue;
      const rounded = withoutNoise(value, kind === 'rate' ? 9 : (decimals ?? of_currency));
      if (rounded === undefined) continue;
      item[field] = rounded;
      this.notes.add(
        'rounded',
        field,
        'the noise of a binary fraction was rounded away, as in 29.990000000000002',
        line,
      );
    }
    return undefined;
  }

  /** An amount such as 1.250, which is 1250 where the point marks thousands. */
  private doubtful({ name, decimals }: Target, value: string, line: number): Problem | undefined {
    const is_usual = decimals !== undefined;
    if (this.plan.strict && !is_usual) {
      const reason = `${value} has three decimals, as if the point marked thousands; add --decimal , or write it with two`;
      return { field: name, reason };
    }
    this.notes.add(is_usual ? THREE_DECIMALS : 'doubtful_amount', name, DOUBTFUL, line);
    return undefined;
  }

  private refuse(target: Target, reason: string): Refused {
    return new Refused({ field: target.name, reason });
  }

  private timesOf(plan: FieldPlan) {
    return {
      time_zone: plan.time_zone ?? this.plan.time_zone,
      time_format: plan.time_format ?? this.plan.time_format,
    };
  }

  /** Looks at the ids of a list. */
  private list(target: Target, ids: unknown, line: number): unknown {
    if (!Array.isArray(ids)) return ids;
    return ids.map((id) => this.id(target, id, line)).find((id) => id instanceof Refused) ?? ids;
  }

  private id(target: Target, value: unknown, line: number): unknown {
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    if (typeof value !== 'string') return value;
    if (value.length >= 16) this.noteLong(target.name, value, line);
    if (value.length < 200 && DAMAGED_ID.test(value)) {
      if (this.plan.strict)
        return this.refuse(
          target,
          `${JSON.stringify(value)} is an id that a spreadsheet rounded; export the file again as text`,
        );
      this.notes.add(
        'damaged_id',
        target.name,
        'ids such as 4.5E+12 were rounded by a spreadsheet, so different ids may have become one; export the file again, or refuse them with --strict',
        line,
      );
    }
    if (target.field === 'customer_id' && value.includes('@') && value !== value.toLowerCase())
      this.notes.add(
        EMAIL_CASE,
        target.name,
        'emails have capital letters, so they are other persons than the same emails without; the setting "customer_ids": "email" makes them one (docs/settings.md). Set it before an import',
        line,
      );
    return value;
  }

  /** Counts ids with more digits than a spreadsheet keeps, and the zeros that it would have put in their place. */
  private noteLong(field: string, id: string, line: number): void {
    const behind = LONG_ID.exec(id)?.[1];
    if (behind === undefined) return;
    const found = this.long_ids.get(field) ?? { ids: 0, zeros: 0, first_lines: [] };
    this.long_ids.set(field, found);
    if (!/^0+$/.test(behind)) found.zeros = Number.NaN;
    found.ids++;
    found.zeros += behind.length;
    if (found.first_lines.length < FIRST_LINES) found.first_lines.push(line);
  }

  /** Adds what another converter found in the rows that follow. */
  addLongIds(found_later: ReadonlyMap<string, LongIds>): void {
    for (const [field, later] of found_later) {
      const found = this.long_ids.get(field) ?? { ids: 0, zeros: 0, first_lines: [] };
      this.long_ids.set(field, found);
      found.ids += later.ids;
      found.zeros += later.zeros;
      found.first_lines = [...found.first_lines, ...later.first_lines].slice(0, FIRST_LINES);
    }
  }

  private number(target: Target, given: string): unknown {
    const amount = readAmount(given, this.plan.decimal ?? '.');
    if (typeof amount === 'string') return this.refuse(target, amount);
    const text = this.changed(target.plan, amount.text);
    return amount.currency === undefined && (WHOLE_OR_DECIMAL.test(text) || EXPONENT.test(text)) ? Number(text) : given;
  }

  private decimal(target: Target, value: string | number, line: number): unknown {
    const amount = readAmount(value, this.plan.decimal ?? '.');
    if (typeof amount === 'string') return this.refuse(target, amount);
    if (amount.currency !== undefined) this.marked.set(target.field, [amount.currency, value]);
    if (typeof value === 'number' && /^-?\d{17,}$/.test(String(value)))
      this.notes.add('large_number', target.name, 'has more digits than a JSON number holds; write it as text', line);
    return this.changed(target.plan, amount.text);
  }

  /** The currencies that stand beside the amounts of this row, with the amount as it was written. */
  readonly marked = new Map<string, [string, unknown]>();

  private changed({ negate, divide_by }: FieldPlan, text: string): string {
    const divided = divide_by === undefined ? text : shifted(text, 1 - String(divide_by).length);
    return negate ? negated(divided) : divided;
  }

  private instant(target: Target, value: string | number, line: number): unknown {
    const read = readInstant(value, this.timesOf(target.plan));
    if (typeof read === 'string') return this.refuse(target, read);
    if (read.clock !== undefined) {
      const message =
        read.clock === 'twice'
          ? 'the clock showed this time twice, when summer time ended; the first one is taken'
          : 'the clock skipped this time, when summer time began; it is taken as an hour later';
      this.notes.add('clock_change', target.name, message, line);
    }
    return read.text;
  }
}

function replaced(values: Readonly<Record<string, string>>, given: unknown): unknown {
  if (given === undefined || given === null || typeof given === 'object') return given;
  const text = String(given);
  if (Object.hasOwn(values, text)) return values[text];
  const trimmed = text.trim();
  if (Object.hasOwn(values, trimmed)) return values[trimmed];
  return Object.hasOwn(values, '*') ? values['*'] : given;
}

/** A list of texts: of JSON, or divided at `;` `,` or `|`. */
function asList(value: unknown): unknown {
  const given = typeof value === 'string' && /^\s*\[/.test(value) ? (parseExactJson(value) ?? value) : value;
  if (typeof given === 'number') return [String(given)];
  if (typeof given === 'string') return listOf(given);
  if (!Array.isArray(given)) return given;
  return given.map((item) => (typeof item === 'number' ? String(item) : item));
}

/** The meaning of a text for a field that is true or false. Another text stays; the record refuses it. */
function flagOf(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  if (['true', 'yes', 'y', '1'].includes(word)) return true;
  return ['false', 'no', 'n', '0'].includes(word) ? false : text;
}
