/**
 * Writes the parameters of shared SQL as literals. ClickHouse can bind parameters on the server, but it needs a type for each
 * name, which shared SQL does not have. A quoted text has only two characters to escape.
 */
import type { Parameter } from '../port.ts';
import { toLine } from '../row-lines.ts';
import type { Column, Row } from '../schema.ts';
import { columnDdl } from './migrations.ts';

/** A text as a quoted literal. Quotes and backslashes are doubled. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** A value as a literal of its own type. */
export function literal(value: Parameter): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint' || Number.isInteger(value))
    return BigInt.asIntN(64, BigInt(value)) === BigInt(value) ? `toInt64('${value}')` : `toInt128('${BigInt(value)}')`;
  if (!Number.isFinite(value)) throw new Error(`${value} cannot be a parameter of a query`);
  return `toFloat64(${value})`;
}

/**
 * Replaces each `$name` of a query outside of quoted text by its value. A backslash in the quoted texts of the query is doubled,
 * so that it means itself.
 * @throws Error when a parameter is missing, which is a bug in a query.
 */
export function withLiterals(sql: string, parameters: Record<string, Parameter>): string {
  return sql.replaceAll(/'(?:[^']|'')*'|\$(\w+)/g, (found, name: string | undefined) => {
    if (name === undefined) return found.replaceAll('\\', '\\\\');
    if (!Object.hasOwn(parameters, name)) throw new Error(`parameter $${name} of a query is missing`);
    return literal(parameters[name]!);
  });
}

/** More rows than this need a table, because the text of a statement is limited and is parsed each time. */
const MAX_INLINE_ROWS = 100;
const MAX_INLINE_CHARACTERS = 20_000;

/** A few rows as a table function, in the format of an insert; undefined for more rows. @throws RowFault like an insert. */
export function inlineRows(table: string, columns: readonly Column[], rows: readonly Row[]): string | undefined {
  if (rows.length > MAX_INLINE_ROWS) return undefined;
  const structure = quoted(columns.map(columnDdl).join(', '));
  if (rows.length === 0) return `null(${structure})`;
  const lines = rows.map((row) => toLine(table, columns, row)).join('\n');
  return lines.length > MAX_INLINE_CHARACTERS
    ? undefined
    : `format(JSONCompactEachRow, ${structure}, ${quoted(lines)})`;
}
