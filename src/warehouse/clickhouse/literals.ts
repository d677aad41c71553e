/**
 * Parameters of shared SQL as literals. ClickHouse binds parameters on the server too, but wants a type beside each name,
 * which shared SQL does not have; and a quoted text has exactly two characters to escape.
 */
import type { Parameter } from '../port.ts';
import type { Column, Row } from '../schema.ts';
import { columnDdl } from './migrations.ts';
import { toLines } from './rows.ts';

/** A text as a quoted literal: quotes are doubled, as shared SQL writes them, and so are backslashes. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** A value as a literal of its own type. */
export function literal(value: Parameter): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'bigint' || Number.isInteger(value))
    return BigInt.asIntN(64, BigInt(value)) === BigInt(value) ? `toInt64('${value}')` : `toInt128('${BigInt(value)}')`;
  if (!Number.isFinite(value)) throw new Error(`${value} cannot be a parameter`);
  return `toFloat64(${value})`;
}

/**
 * Puts the values of `$name` into a query, outside of quoted text. A backslash in the query's own texts is only itself.
 * @throws Error when a parameter is missing: that is a bug in a query, not input.
 */
export function withLiterals(sql: string, parameters: Record<string, Parameter>): string {
  return sql.replaceAll(/'(?:[^']|'')*'|\$(\w+)/g, (found, name: string | undefined) => {
    if (name === undefined) return found.replaceAll('\\', '\\\\');
    if (!Object.hasOwn(parameters, name)) throw new Error(`parameter $${name} of a query is missing`);
    return literal(parameters[name]!);
  });
}

/** More than this is a table's matter: a statement's text is limited, and parsed each time. */
const MAX_INLINE_ROWS = 100;
const MAX_INLINE_CHARACTERS = 20_000;

/** Few rows as a table function, written as for an insert; undefined when they are too many. @throws RowFault like an insert. */
export function inlineRows(table: string, columns: readonly Column[], rows: readonly Row[]): string | undefined {
  if (rows.length > MAX_INLINE_ROWS) return undefined;
  const structure = quoted(columns.map(columnDdl).join(', '));
  if (rows.length === 0) return `null(${structure})`;
  const lines = toLines(table, columns, rows);
  return lines.length > MAX_INLINE_CHARACTERS
    ? undefined
    : `format(JSONCompactEachRow, ${structure}, ${quoted(lines)})`;
}
