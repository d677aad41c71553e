/**
 * One opened file: its instance, the connection that writes, and connections for reads. A warehouse that writes its file anew opens the
 * new one, and closes the old one when the reads that began on it have ended.
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { unopened } from './failures.ts';
import { RelationCache } from './relation-cache.ts';
import type { RowsFolder } from './rows-file.ts';

/**
 * The size of the write-ahead file at which the engine moves it into its own. Then it writes the last row group of a table again,
 * which has up to 122,880 rows, so small files cost most of the time of loading. A start after a crash reads such a file in a second.
 */
const CHECKPOINT_THRESHOLD = '128MB';

export interface FileOptions {
  /** The path of the file, or ':memory:'. */
  path: string;
  memory_limit_bytes: number;
  threads: number;
}

export class OpenedFile {
  readonly cache: RelationCache;
  private readonly idle: DuckDBConnection[] = [];
  private reads = 0;
  private retired = false;

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly writer: DuckDBConnection,
    folder: RowsFolder,
  ) {
    this.cache = new RelationCache(instance, folder);
  }

  /**
   * Opens or creates the file.
   * @param number tells apart the files that one warehouse opens: two instances must not share a folder for what they spill.
   * @throws warehouse_unavailable when another process has it open, or it is corrupt.
   */
  static async open(
    { path, memory_limit_bytes, threads }: FileOptions,
    folder: RowsFolder,
    number: number,
  ): Promise<OpenedFile> {
    try {
      const instance = await DuckDBInstance.create(path, {
        memory_limit: `${Math.floor(memory_limit_bytes / 1e6)}MB`,
        threads: String(threads),
        autoinstall_known_extensions: 'false',
        checkpoint_threshold: CHECKPOINT_THRESHOLD,
        ...(path === ':memory:' ? {} : { temp_directory: `${path}.tmp${number === 0 ? '' : number}` }),
      });
      return new OpenedFile(instance, await instance.connect(), folder);
    } catch (cause) {
      throw unopened(path, cause);
    }
  }

  /** A connection for one read. */
  async take(): Promise<DuckDBConnection> {
    this.reads += 1;
    try {
      return this.idle.pop() ?? (await this.instance.connect());
    } catch (error) {
      this.reads -= 1;
      throw error;
    }
  }

  giveBack(connection: DuckDBConnection): void {
    this.reads -= 1;
    if (!this.retired) this.idle.push(connection);
    else {
      connection.closeSync();
      if (this.reads === 0) void this.end();
    }
  }

  /** Takes no more reads, and closes after the last one. */
  async close(): Promise<void> {
    this.retired = true;
    for (const connection of this.idle.splice(0)) connection.closeSync();
    this.writer.closeSync();
    if (this.reads === 0) await this.end();
  }

  private async end(): Promise<void> {
    await this.cache.close();
    this.instance.closeSync();
  }
}
