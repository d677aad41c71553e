/** Reads the rows of a Parquet file in chunks, with a DuckDB instance of its own in memory. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import { parquetRows, readPath } from '../../files/path-sql.ts';
import { openScratch } from '../../files/scratch.ts';
import '../../warehouse/whole-text.ts';
import type { FileRow, Portion, RowSource } from './row-source.ts';

export async function openParquet(path: string, needs: (column: string) => boolean): Promise<RowSource> {
  const { connection, close } = await openScratch(1);
  try {
    const described = await readAll(connection, `describe select * from ${parquetRows(path)}`);
    const types = new Map(described.map((row) => [row['column_name'] as string, row['column_type'] as string]));
    const [meta] = await readAll(
      connection,
      `select coalesce(sum(num_rows), 0)::double as n from parquet_file_metadata(${readPath(path)})`,
    );
    const needed = [...types.keys()].filter(needs);
    const cells = needed.map((column) => asText(column, types.get(column)!));
    // One text a row: to read it and take it apart costs half as much as to read each cell.
    const row = cells.length === 0 ? "'[]'" : `to_json([${cells.join(', ')}])::varchar`;
    const sql = `select file_row_number + 1, ${row} from ${parquetRows(path, ['file_row_number = true'])}`;
    const places = [...types.keys()].map((column) => needed.indexOf(column));
    return {
      columns: [...types.keys()],
      form: { kind: 'ndjson', delimiter: '', preamble: '', mark: false },
      notes: [],
      rows: (skip) => readRows(path, connection, sql, places, { skip, total: Number(meta!['n']) }),
      close: async () => close(),
    };
  } catch (error) {
    close();
    throw unreadable(path, error);
  }
}

/** A file may also turn out to be damaged while its rows are read: until then only its end was. */
function unreadable(path: string, error: unknown): TributaryError {
  if (error instanceof TributaryError) return error;
  return badRequest('FILE', `${path} cannot be read as Parquet: ${(error as Error).message.split('\n')[0]}`);
}

/** @param places the index of each column of the file in a row of the result; -1 if the column was not asked for. */
async function* readRows(
  path: string,
  connection: DuckDBConnection,
  sql: string,
  places: readonly number[],
  { skip, total }: { skip: number; total: number },
): AsyncGenerator<Portion> {
  const fails = (error: unknown): never => {
    throw unreadable(path, error);
  };
  const result = await connection.stream(`${sql} where file_row_number >= ${skip}`).catch(fails);
  let read = skip;
  for (;;) {
    const chunk = await result.fetchChunk().catch(fails);
    if (!chunk || chunk.rowCount === 0) return;
    read += chunk.rowCount;
    const [lines, texts] = chunk.getColumns() as [bigint[], string[]];
    const rows = texts.map((text, i): FileRow => {
      const values = JSON.parse(text) as (string | null)[];
      return { line: Number(lines[i]), cells: places.map((place) => values[place] ?? undefined) };
    });
    yield { rows, share: read / Math.max(1, total) };
  }
}

/** SQL for a column as text: exact decimals, instants in ISO with Z (timestamps without a zone are UTC), nested values as JSON. */
function asText(column: string, type: string): string {
  const name = `"${column.replaceAll('"', '""')}"`;
  if (type.startsWith('TIMESTAMP')) return `strftime(make_timestamp_ms(epoch_ms(${name})), '%Y-%m-%dT%H:%M:%S.%gZ')`;
  if (/^(STRUCT|MAP|UNION)|\]$/.test(type)) return `to_json(${name})::varchar`;
  return `${name}::varchar`;
}

async function readAll(connection: DuckDBConnection, sql: string) {
  return (await connection.runAndReadAll(sql)).getRowObjects();
}
