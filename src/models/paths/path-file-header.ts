/** The first line of a path file: which column is which. */
import { badRequest } from '../../domain/errors.ts';

const COLUMNS = ['path', 'total_conversions', 'total_conversion_value', 'total_null'] as const;
const REQUIRED = ['path', 'total_conversions'] as const;
const DELIMITERS = [',', ';', '\t', '|'];

/** `other` columns are passed over. */
export type Column = (typeof COLUMNS)[number] | 'other';

export interface Layout {
  columns: readonly Column[];
  /** The byte between two cells. */
  delimiter: number;
  warnings: string[];
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
    : ['the file has no column total_null: no journey counts as one that did not convert'];
  return {
    columns: names.map((name) => COLUMNS.find((column) => column === name) ?? 'other'),
    delimiter: delimiter.charCodeAt(0),
    warnings,
  };
}
