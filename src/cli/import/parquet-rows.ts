/** Reads the rows of a Parquet file in chunks, with a DuckDB instance of its own in memory. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { assert, badRequest, TributaryError } from '../../domain/errors.ts';
import { parquetRows, readPath } from '../../files/path-sql.ts';
import { openScratch } from '../../files/scratch.ts';
import { textsOf } from '../../files/scratch-texts.ts';
import '../../warehouse/whole-text.ts';
import type { PartPortion, RowSource, TextRows } from '../../mapping/row-source.ts';
import { takenApart } from '../../mapping/rows-part.ts';

const AS_UTC = 'times without a zone are read as UTC; --time-zone names another';

/**
 * @param needs true for the columns that will be used.
 * @param has_zone true if the plan names the zone of times without one; else they are UTC, and a note says so.
 */
export async function openParquet(
  path: string,
  needs: (column: string) => boolean,
  has_zone: boolean,
): Promise<RowSource> {
  const { connection, close } = await openScratch(1);
  try {
    const described = await readAll(connection, `describe select * from ${parquetRows(path)}`);
    const types = new Map(described.map((row) => [row['column_name'] as string, row['column_type'] as string]));
    const [meta] = await readAll(
      connection,
      `select coalesce(sum(num_rows), 0)::double as n from parquet_file_metadata(${readPath(path)})`,
    );
    const needed = [...types.keys()].filter(needs);
    const cells = needed.map((column) => asText(column, types.get(column)!, has_zone));
    // One text a row: to read it and take it apart costs half as much as to read each cell. Many of them are parsed together.
    const row = cells.length === 0 ? "'[],'" : `to_json([${cells.join(', ')}])::varchar || ','`;
    const sql = `select file_row_number + 1, ${row} from ${parquetRows(path, ['file_row_number = true'])}`;
    const places = [...types.keys()].map((column) => needed.indexOf(column));
    const parts = (skip: number): AsyncGenerator<PartPortion> =>
      readParts(path, connection, sql, places, { skip, total: Number(meta!['n']) });
    return {
      columns: [...types.keys()],
      form: { kind: 'ndjson', delimiter: '', preamble: '', mark: false },
      notes: !has_zone && needed.some((column) => ZONELESS.test(types.get(column)!)) ? [AS_UTC] : [],
      rows: (skip) => takenApart(parts(skip)),
      parts,
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

async function* readParts(
  path: string,
  connection: DuckDBConnection,
  sql: string,
  places: readonly number[],
  { skip, total }: { skip: number; total: number },
): AsyncGenerator<PartPortion> {
  const fails = (error: unknown): never => {
    throw unreadable(path, error);
  };
  const result = await connection.stream(`${sql} where file_row_number >= ${skip}`).catch(fails);
  let read = skip;
  for (;;) {
    const chunk = await result.fetchChunk().catch(fails);
    if (!chunk || chunk.rowCount === 0) return;
    const line = Number(chunk.getColumnVector(0).getItem(0));
    assert(line === read + 1, `${path}: row ${line} stands after row ${read}`);
    read += chunk.rowCount;
    const part: TextRows = { kind: 'texts', line, places, bytes: textsOf(chunk, 1) };
    yield { part, share: read / Math.max(1, total) };
  }
}

/** Types of timestamps without a zone. */
const ZONELESS = /^TIMESTAMP(?:_(?:S|MS|NS))?$/;

/** SQL for a column as text: exact decimals, instants in ISO with Z, but for those without a zone that has one, nested values as JSON. */
function asText(column: string, type: string, has_zone: boolean): string {
  const name = `"${column.replaceAll('"', '""')}"`;
  const zone = has_zone && ZONELESS.test(type) ? '' : 'Z';
  if (type.startsWith('TIMESTAMP'))
    return `strftime(make_timestamp_ms(epoch_ms(${name})), '%Y-%m-%dT%H:%M:%S.%g${zone}')`;
  if (/^(STRUCT|MAP|UNION)|\]$/.test(type)) return `to_json(${name})::varchar`;
  return `${name}::varchar`;
}

async function readAll(connection: DuckDBConnection, sql: string) {
  return (await connection.runAndReadAll(sql)).getRowObjects();
}
