/** Writes the result of a statement into a file, as JSON rows, CSV or Parquet, within the limits of an answer. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import {
  type DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBResult,
  type DuckDBType,
  DuckDBTypeId,
  JsonDuckDBValueConverter,
} from '@duckdb/node-api';
import { writtenPath } from '../../files/path-sql.ts';
import type { ResultColumn, SandboxQuestion } from './messages.ts';
import { asRefused, Refused } from './refused.ts';
import { quoted } from './sql-names.ts';

type Written = { columns: ResultColumn[]; rows: number };

/** Takes the chunks of a result until a limit is reached. @throws Refused. */
async function eachChunk(
  result: DuckDBResult,
  { max_rows }: SandboxQuestion['limits'],
  take: (chunk: DuckDBDataChunk) => void,
): Promise<number> {
  let rows = 0;
  for (;;) {
    // The statement runs while its rows are fetched.
    const chunk = await result.fetchChunk().catch((error: unknown) => {
      throw asRefused(error);
    });
    if (!chunk || chunk.rowCount === 0) return rows;
    rows += chunk.rowCount;
    if (rows > max_rows)
      throw new Refused('limit', `gives more than ${max_rows} rows, the limit; group the rows, or add a limit`);
    take(chunk);
  }
}

const tooLarge = (max_bytes: number): Refused =>
  new Refused('limit', `gives more than ${max_bytes} bytes, the limit; select fewer columns or rows`);

export function writeResult(result: DuckDBResult, question: SandboxQuestion): Promise<Written> {
  return question.format === 'json' ? writeJson(result, question) : writeByEngine(result, question);
}

/** Types whose values are whole numbers and come as text, because some of them are larger than JSON's numbers. */
const WHOLE = [DuckDBTypeId.BIGINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.HUGEINT, DuckDBTypeId.UHUGEINT];

/** Rows as JSON objects, without the brackets of the list. Decimals are texts; whole numbers too, where JSON's numbers end. */
async function writeJson(result: DuckDBResult, { result: path, limits }: SandboxQuestion): Promise<Written> {
  const names = result.deduplicatedColumnNames();
  const types = result.columnTypes();
  const whole = types.map(({ typeId }) => WHOLE.includes(typeId));
  const file = openSync(path, 'wx', 0o600);
  let bytes = 0;
  try {
    const rows = await eachChunk(result, limits, (chunk) => {
      const text = chunk
        .convertRows(JsonDuckDBValueConverter)
        .map((row) =>
          JSON.stringify(Object.fromEntries(row.map((value, c) => [names[c]!, whole[c] ? numberOf(value) : value]))),
        )
        .join(',\n');
      bytes += writeSync(file, bytes === 0 ? text : `,\n${text}`);
      if (bytes > limits.max_bytes) throw tooLarge(limits.max_bytes);
    });
    return { columns: columnsOf(names, types), rows };
  } finally {
    closeSync(file);
  }
}

function numberOf(value: unknown): unknown {
  const number = typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) ? number : value;
}

const columnsOf = (names: readonly string[], types: readonly DuckDBType[]): ResultColumn[] =>
  names.map((name, c) => ({ name, type: String(types[c]) }));

/** CSV and Parquet are written by a second engine. It may write files, and no statement of the user reaches it. */
async function writeByEngine(result: DuckDBResult, question: SandboxQuestion): Promise<Written> {
  const { result: path, limits, format, safe_text } = question;
  const names = result.deduplicatedColumnNames();
  const types = result.columnTypes();
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(limits.memory_bytes / 1_000_000)}MB`,
    threads: '1',
    temp_directory: '',
    autoinstall_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`create table result (${types.map((type, c) => `c${c} ${type}`).join(', ')})`);
  const appender = await connection.createAppender('result');
  const rows = await eachChunk(result, limits, (chunk) => appender.appendDataChunk(chunk));
  appender.closeSync();
  const cells = types.map((type, c) => `${cellOf(type, `c${c}`, format, safe_text)} as ${quoted(names[c]!)}`);
  const form = format === 'csv' ? 'format csv, header true' : 'format parquet, compression zstd';
  await connection.run(`copy (select ${cells.join(', ')} from result) to ${writtenPath(path)} (${form})`);
  if (statSync(path).size > limits.max_bytes) throw tooLarge(limits.max_bytes);
  return { columns: columnsOf(names, types), rows };
}

function cellOf(type: DuckDBType, cell: string, format: string, safe_text: string): string {
  // A spreadsheet runs texts that look like formulas.
  if (format === 'csv' && type.typeId === DuckDBTypeId.VARCHAR) return safe_text.replaceAll('this_text', cell);
  // Parquet has no integer of 128 bits, and the engine would write a double.
  if (format === 'parquet' && type.typeId === DuckDBTypeId.HUGEINT) return `cast(${cell} as decimal(38, 0))`;
  return cell;
}
