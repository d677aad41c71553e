/** The engine DuckDB: a file that one process opens. */
import { resolve } from 'node:path';
import type { Engine, WarehouseLocation } from '../engine.ts';

export interface DuckDBLocation extends WarehouseLocation {
  engine: 'duckdb';
  path: string;
}

const SCHEME = 'duckdb';

export const DUCKDB: Engine<DuckDBLocation> & { at(path: string): DuckDBLocation } = {
  name: 'duckdb',
  schemes: [SCHEME],
  form: 'duckdb:PATH',
  shared: false,
  at: (path) => ({ engine: 'duckdb', path }),
  parse: (url) => {
    const path = url.slice(SCHEME.length + 1);
    return path === '' ? 'has no path' : DUCKDB.at(path);
  },
  open: async ({ path }, { memory_limit_bytes, threads, read_timeout_ms }) => {
    // The native library is loaded only when a file is opened, so that `--help` is fast.
    const { DuckDBWarehouse } = await import('./warehouse.ts');
    return DuckDBWarehouse.open({
      path: resolve(path),
      ...(memory_limit_bytes === null ? {} : { memory_limit_bytes }),
      ...(threads === null ? {} : { threads }),
      read_timeout_ms,
    });
  },
};
