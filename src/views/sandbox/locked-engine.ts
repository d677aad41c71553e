/**
 * The engine of a sandbox: DuckDB in memory, without files, network, extensions and settings. Its tables are filled by this code;
 * after that, one statement of the user reads them.
 */
import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBPreparedStatement,
  StatementType,
  VARCHAR,
} from '@duckdb/node-api';
import type { ResultColumn, SandboxQuestion, SandboxRows, SandboxTable, SqlValue } from './messages.ts';
import { asRefused, Refused } from './refused.ts';
import { writeResult } from './results.ts';
import { quoted } from './sql-names.ts';

/** Stands for the folders that the engine would name in its settings. */
const NOWHERE = '/none';
/** An engine takes at most so many rows in one chunk. */
const CHUNK_ROWS = 2_048;

/** The cells of a table as they came. It is gone before the statement runs. */
const stagedName = ({ name }: SandboxTable): string => quoted(`cells of ${name}`);

export class LockedEngine {
  private constructor(
    private readonly connection: DuckDBConnection,
    private readonly question: SandboxQuestion,
  ) {}

  /** Makes the engine with empty tables, and reads the statement. @throws Refused for a statement that cannot run. */
  static async open(question: SandboxQuestion): Promise<LockedEngine> {
    const { memory_bytes, threads } = question.limits;
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.floor(memory_bytes / 1_000_000)}MB`,
      threads: String(threads),
      temp_directory: '',
      max_temp_directory_size: '0B',
      secret_directory: NOWHERE,
      extension_directory: NOWHERE,
      allow_persistent_secrets: 'false',
      allow_community_extensions: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const engine = new LockedEngine(await instance.connect(), question);
    for (const table of question.tables) await engine.makeTable(table);
    await engine.connection.run('set enable_external_access = false');
    await engine.connection.run('set lock_configuration = true');
    await engine.prepare();
    return engine;
  }

  private async makeTable(table: SandboxTable): Promise<void> {
    const columnsOf = (type: 'sql' | 'cell'): string =>
      table.columns.map((column) => `${quoted(column.name)} ${column[type]}`).join(', ');
    await this.connection.run(`create table ${quoted(table.name)} (${columnsOf('sql')})`);
    await this.connection.run(`create temp table ${stagedName(table)} (${columnsOf('cell')})`);
  }

  /** Adds rows to a table. */
  async take({ table: name, rows, cells }: SandboxRows): Promise<void> {
    const table = this.question.tables.find((one) => one.name === name)!;
    const types = table.columns.map(({ cell }) => (cell === 'DOUBLE' ? DOUBLE : VARCHAR));
    const appender = await this.connection.createAppender(`cells of ${name}`, 'main', 'temp');
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const chunk = DuckDBDataChunk.create(types, Math.min(CHUNK_ROWS, rows - from));
      cells.forEach((column, c) => {
        chunk.setColumnValues(c, Array.prototype.slice.call(column, from, from + CHUNK_ROWS));
      });
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  /** Runs the statement and writes its result. @throws Refused. */
  async run(): Promise<{ columns: ResultColumn[]; rows: number }> {
    for (const table of this.question.tables) {
      const values = table.columns.map(({ value }) => value).join(', ');
      await this.connection.run(`insert into ${quoted(table.name)} select ${values} from ${stagedName(table)}`);
      await this.connection.run(`drop table ${stagedName(table)}`);
    }
    const statement = await this.prepare();
    const result = await statement.stream().catch((error: unknown) => {
      throw asRefused(error);
    });
    return writeResult(result, this.question);
  }

  /** Reads the statement against the tables. @throws Refused unless it is one statement that only reads. */
  private async prepare(): Promise<DuckDBPreparedStatement> {
    try {
      const found = await this.connection.extractStatements(this.question.sql);
      if (found.count !== 1) throw new Refused('statement', SEVERAL);
      const statement = await found.prepare(0);
      const { statementType: kind } = statement;
      if (kind !== StatementType.SELECT)
        throw new Refused('statement', `is a statement of kind ${StatementType[kind]}; only select may run here`);
      bindValues(statement, this.question.values);
      return statement;
    } catch (error) {
      throw asRefused(error);
    }
  }
}

const SEVERAL = 'holds several statements; send one (pivot counts as two unless it lists its values with in)';

function bindValues(statement: DuckDBPreparedStatement, values: Record<string, SqlValue>): void {
  const entries = Object.entries(values);
  if (entries.length === 0) return;
  const whole = entries.filter(([, value]) => Number.isSafeInteger(value));
  statement.bind(
    Object.fromEntries(entries.map(([name, value]) => [name, Number.isSafeInteger(value) ? BigInt(value!) : value])),
    Object.fromEntries(whole.map(([name]) => [name, BIGINT])),
  );
}
