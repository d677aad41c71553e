/** The form of a path file: its first line, which names the columns, and the bytes that end cells and names. */
import { badRequest, type TributaryError } from '../../domain/errors.ts';

const COLUMNS = ['path', 'total_conversions', 'total_conversion_value', 'total_null'] as const;
const REQUIRED = ['path', 'total_conversions'] as const;
const DELIMITERS = [',', ';', '\t', '|'];

/** `other` columns are ignored. */
export type Column = (typeof COLUMNS)[number] | 'other';

export interface Layout {
  columns: readonly Column[];
  /** The byte between two cells. */
  delimiter: number;
  warnings: string[];
  /** The blanks around the separators of touches; undefined before the first one. */
  blanks?: Blanks;
}

/** @param text the line, with or without a byte order mark and line end. */
export function readLayout(text: string, line: number): Layout {
  const header = text.replace(/^\ufeff/, '').trimEnd();
  const delimiter = DELIMITERS.reduce((best, next) =>
    header.split(next).length > header.split(best).length ? next : best,
  );
  const names = header.split(delimiter).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase(),
  );
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw badRequest(
      `line ${line}`,
      `has no column ${missing.join(' and no column ')}; name the columns ${COLUMNS.join(',')} (the last two may be left out)`,
    );
  const twice = COLUMNS.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) throw badRequest(`line ${line}`, `has two columns named ${twice}; rename one`);
  const warnings = names.includes('total_null')
    ? []
    : ['the file has no column total_null, so the fit sees no path that did not convert'];
  return {
    columns: names.map((name) => COLUMNS.find((column) => column === name) ?? 'other'),
    delimiter: delimiter.charCodeAt(0),
    warnings,
  };
}

export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
const DASH = 0x2d;
const EQUALS = 0x3d;
const BRACKET = 0x5b;
/** Between two touches. */
export const ARROW = 0x3e;

export function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

export function pastBlanks(bytes: Uint8Array, start: number, delimiter: number): number {
  let at = start;
  while ((bytes[at] === SPACE || bytes[at] === TAB) && bytes[at] !== delimiter) at++;
  return at;
}

export function endsCell(bytes: Uint8Array, at: number, delimiter: number): boolean {
  const byte = bytes[at];
  return byte === delimiter || byte === NEWLINE || (byte === RETURN && bytes[at + 1] === NEWLINE);
}

export function endsName(bytes: Uint8Array, at: number, quoted: boolean, delimiter: number): boolean {
  const byte = bytes[at];
  if (byte === ARROW || byte === NEWLINE) return true;
  if (quoted) return byte === QUOTE && bytes[at + 1] !== QUOTE;
  return byte === delimiter || (byte === RETURN && bytes[at + 1] === NEWLINE);
}

/** The blanks around a separator of touches. */
type Blanks = 'both' | 'none' | 'before' | 'after';

function blanksAround(before: boolean, after: boolean): Blanks {
  if (before) return after ? 'both' : 'before';
  return after ? 'after' : 'none';
}

/**
 * Compares a separator of touches with the first one of the file. A `>` of the other form may be part of a name.
 * @param to the end of the name before it, @param at its own place.
 * @throws bad_request with the number of the line.
 */
export function checkSeparator(layout: Layout, bytes: Uint8Array, to: number, at: number, line: number): void {
  if (at === to && (bytes[at - 1] === DASH || bytes[at - 1] === EQUALS)) throw otherForm('an arrow', line);
  const blanks = blanksAround(at > to, bytes[at + 1] === SPACE || bytes[at + 1] === TAB);
  if (layout.blanks === blanks) return;
  if (layout.blanks !== undefined)
    throw badRequest(
      `line ${line}`,
      'has a > with other blanks around it than another one, so it may be part of a name; write " > " between all touches, and take > out of names',
    );
  layout.blanks = blanks;
  if (blanks !== 'both')
    layout.warnings.push(
      'touches are separated by > without blanks on both sides, so a name with > counts as two touches; write " > " between touches to have it refused',
    );
}

/** Refuses a path that is a list in JSON. @param at the place of its first touch. */
export function checkPath(bytes: Uint8Array, at: number, line: number): void {
  if (bytes[at] === BRACKET && bytes[at + 1] === QUOTE) throw otherForm('a list in JSON', line);
}

function otherForm(found: string, line: number): TributaryError {
  return badRequest(`line ${line}`, `has ${found}; write the touches as names with " > " between them`);
}

/** The refusal of a line with another number of cells than the header. */
export function wrongCells({ columns, delimiter }: Layout, text: string, line: number): TributaryError {
  const found = text.split(String.fromCharCode(delimiter)).length;
  return badRequest(
    `line ${line}`,
    `has ${found} cells where the header has ${columns.length}; quote cells that hold the delimiter`,
  );
}
