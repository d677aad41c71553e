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
  /** True if the separators of touches have blanks around them; undefined before the first one. */
  spaced?: boolean;
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

/**
 * Compares a separator of touches with the first one of the file. A `>` of the other form may be part of a name.
 * @throws bad_request with the number of the line.
 */
export function checkSeparator(layout: Layout, spaced: boolean, line: number): void {
  if (layout.spaced === spaced) return;
  if (layout.spaced !== undefined)
    throw badRequest(
      `line ${line}`,
      'has a > with blanks around it where another has none, so it may be part of a name; write " > " between all touches, and take > out of names',
    );
  layout.spaced = spaced;
  if (!spaced)
    layout.warnings.push(
      'touches are separated by > without blanks, so a name with > counts as two touches; write " > " between touches to have it refused',
    );
}

/** The refusal of a line with another number of cells than the header. */
export function wrongCells({ columns, delimiter }: Layout, text: string, line: number): TributaryError {
  const found = text.split(String.fromCharCode(delimiter)).length;
  return badRequest(
    `line ${line}`,
    `has ${found} cells where the header has ${columns.length}; quote cells that hold the delimiter`,
  );
}
