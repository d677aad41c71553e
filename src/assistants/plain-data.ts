/**
 * The data of an answer in the form that an assistant reads: the figures of the API in fewer characters, lists up to a length, and texts
 * of others as short data. Nothing is computed here.
 *
 * - A field that is null in the API is left out, and so is `NAME_micros` beside `NAME`: both say the same amount.
 * - A list of three rows or more is `{columns, rows}`, so that names stand there once.
 * - Every text and every name of a field is free of control and invisible characters, and has a length.
 */
import { bareText } from '../domain/text.ts';

/** A list of which the assistant gets the first rows only. */
export interface CutList {
  list: string;
  shown: number;
  of: number;
}

/** How much of the lists is shown. */
export interface Showing {
  /** Rows of a list. */
  rows: number;
  /** True for the columns that the rows of the lists of an answer have. */
  has: (column: string) => boolean;
}

const MAX_NAME = 120;
/** Sentences of reports, which may hold names. */
const MAX_SENTENCE = 600;
const SENTENCE = /(?:^|_)(?:message|reason|because|note|notes|withheld)$/;
/** Shorter lists of objects say their names in each. */
const MIN_TABLE_ROWS = 3;
const MICROS = '_micros';

type Fields = Record<string, unknown>;

/** A text of others: on one line, without what nobody sees, and of at most `max_length` characters. */
export function shortText(text: string, max_length: number = MAX_NAME): string {
  // What is too long by far is not searched to its end.
  const bare = bareText(text.length > 4 * max_length ? text.slice(0, 4 * max_length) : text);
  if (bare.length <= max_length) return bare;
  const cut = bare.slice(0, max_length - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** A text of the program, in which texts of others may be quoted. */
export const shortSentence = (text: string): string => shortText(text, MAX_SENTENCE);

/** The parts of an answer as an assistant reads them, and the lists that were cut. */
export function plainData(parts: Fields, showing: Showing): { data: Fields; cut: CutList[] } {
  const reader = new PlainReader(showing);
  return { data: reader.fields(parts, ''), cut: reader.cut };
}

class PlainReader {
  readonly cut: CutList[] = [];

  constructor(private readonly showing: Showing) {}

  fields(object: Fields, place: string): Fields {
    const made: Fields = {};
    for (const [name, inner] of Object.entries(object)) {
      if (inner === null || inner === undefined || isRepeated(name, object)) continue;
      const own = this.freeName(shortText(name), made);
      Object.defineProperty(made, own, {
        value: this.value(inner, name, place === '' ? name : `${place}.${name}`),
        enumerable: true,
      });
    }
    return made;
  }

  private value(inner: unknown, name: string, place: string): unknown {
    if (typeof inner === 'string') return SENTENCE.test(name) ? shortSentence(inner) : shortText(inner);
    if (Array.isArray(inner)) return this.list(inner, name, place);
    return isFields(inner) ? this.fields(inner, place) : inner;
  }

  private list(all: readonly unknown[], name: string, place: string): unknown {
    const some = all.slice(0, this.showing.rows);
    if (some.length < all.length) this.noteCut({ list: shortText(place), shown: some.length, of: all.length });
    if (!some.every(isFields)) return some.map((one) => this.value(one, name, `${place}.*`));
    const rows = some.map((row) => this.fields(this.chosen(row, place), `${place}.*`));
    return rows.length < MIN_TABLE_ROWS ? rows : tableOf(rows, namesOf(some));
  }

  /** Only lists that are a part of the answer have columns to choose. */
  private chosen(row: Fields, place: string): Fields {
    if (place.includes('.')) return row;
    return Object.fromEntries(Object.entries(row).filter(([name]) => this.showing.has(name)));
  }

  /** Lists within rows share one entry, which tells of the longest. */
  private noteCut(one: CutList): void {
    const known = this.cut.find(({ list }) => list === one.list);
    if (known === undefined) this.cut.push(one);
    else known.of = Math.max(known.of, one.of);
  }

  /** Two names that differ in invisible characters only stay two. */
  private freeName(name: string, made: Fields): string {
    let free = name;
    for (let n = 2; Object.hasOwn(made, free); n += 1) free = `${name} (${n})`;
    return free;
  }
}

/** True if the same amount stands beside it as a decimal. */
function isRepeated(name: string, object: Fields): boolean {
  return name.endsWith(MICROS) && Object.hasOwn(object, name.slice(0, -MICROS.length));
}

/** The names of the fields of all rows, in their order. */
const namesOf = (rows: readonly Fields[]): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row).map((name) => shortText(name)))),
];

/** @param order the names as the API has them, with those of fields that are null. */
function tableOf(rows: readonly Fields[], order: readonly string[]): { columns: string[]; rows: unknown[][] } {
  const used = namesOf(rows);
  const columns = [...new Set([...order.filter((name) => used.includes(name)), ...used])];
  return { columns, rows: rows.map((row) => columns.map((name) => (Object.hasOwn(row, name) ? row[name] : null))) };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
