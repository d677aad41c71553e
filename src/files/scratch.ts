/** DuckDB without a database of its own, for commands that read and write files. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export interface Scratch {
  readonly connection: DuckDBConnection;
  close(): void;
}

/** Opens an engine that installs no extension, so that it loads nothing from the network. Close it. */
export async function openScratch(threads?: number): Promise<Scratch> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '500MB',
    autoinstall_known_extensions: 'false',
    ...(threads === undefined ? {} : { threads: String(threads) }),
  });
  const connection = await instance.connect();
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
