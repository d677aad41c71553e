/** Turns the values of a file into what the fields of a record take. */
import { currencyDecimals } from '../../domain/currencies.ts';
import type { Problem } from '../../domain/errors.ts';
import type { FieldKind } from '../../domain/fields.ts';
import { mayBe, negated, readAmount, shifted, withoutNoise } from './amounts.ts';
import { parseExactJson } from './exact-json.ts';
import { Notes } from './notes.ts';
import type { FieldPlan, ImportPlan } from './plan.ts';
import { listOf } from './source.ts';
import { readDate, readInstant } from './times.ts';

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

/** An id that a spreadsheet rounded, also as one of several that are joined. */
const DAMAGED_ID = /(?:^|:)\d(?:[.,]\d+)?E\+\d{1,3}(?:$|:)/;
const EXPONENT = /^[+-]?\d+(\.\d+)?e[+-]?\d+$/i;
const WHOLE_OR_DECIMAL = /^[+-]?\d+(\.\d+)?$/;

export class Converter {
  /** What is to be told about the rows since this was emptied. */
  notes = new Notes();

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
    if (target.is_list) return asList(value);
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

  /** Checks and rounds the amounts of an item once its currency is known. @returns the problem, if there is one. */
  finishAmounts(
    targets: readonly Target[],
    item: Item,
    marked: ReadonlyMap<string, [string, unknown]>,
    line: number,
  ): Problem | undefined {
    for (const { field, currency_field, decimals, kind } of targets) {
      const value = item[field];
      if (typeof value !== 'string' || value.length < 9) {
        if (!marked.has(field)) continue;
      }
      const found = marked.get(field);
      if (found && currency_field !== undefined) {
        const named = item[currency_field];
        if (named === undefined) item[currency_field] = found[0];
        else if (typeof named === 'string' && !mayBe(found[0], found[1], named))
          return { field, reason: `is in ${found[0]}, but ${currency_field} says ${named}; correct one of them` };
      }
      if (typeof value !== 'string') continue;
      const currency = currency_field === undefined ? undefined : item[currency_field];
      const places = kind === 'rate' ? 9 : (decimals ?? currencyDecimals(String(currency)) ?? 2);
      const rounded = withoutNoise(value, places);
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

  private refuse(target: Target, reason: string): Refused {
    return new Refused({ field: target.name, reason });
  }

  private timesOf(plan: FieldPlan) {
    return {
      time_zone: plan.time_zone ?? this.plan.time_zone,
      time_format: plan.time_format ?? this.plan.time_format,
    };
  }

  private id(target: Target, value: unknown, line: number): unknown {
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    if (typeof value !== 'string') return value;
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
    return value;
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
