/**
 * Paths in the SQL of DuckDB, which reads more into a path than its file: patterns, columns in the names of folders
 * (`date=2020-01-01`), and addresses such as `s3://` that it would fetch. Every path of the program goes through these functions,
 * so a path names one local file and nothing else.
 */
import { resolve } from 'node:path';
import { badRequest } from '../domain/errors.ts';

/** A path as a quoted literal for a statement that writes the file. It is absolute, so it is never an address. */
export function writtenPath(path: string): string {
  return quoted(resolve(path));
}

/**
 * A path as a quoted literal for a function that reads files. Each character of a pattern is put in brackets, where it has no
 * special meaning.
 * @throws bad_request for a backslash beside such a character: in a pattern it divides folders, and nothing takes that from it.
 */
export function readPath(path: string): string {
  const absolute = resolve(path);
  const plain = absolute.replaceAll(/[*?[]/g, '[$&]');
  if (plain !== absolute && absolute.includes('\\'))
    throw badRequest('path', `${absolute} holds both a backslash and one of * ? [; rename the file or its folder`);
  return quoted(plain);
}

/** SQL for the rows of one Parquet file. `options` are further arguments of `read_parquet`. */
export function parquetRows(path: string, options: readonly string[] = []): string {
  return `read_parquet(${[readPath(path), 'hive_partitioning = false', ...options].join(', ')})`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "''")}'`;
}
