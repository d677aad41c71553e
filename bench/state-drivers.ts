/** The engines that were compared for embedded state. Each driver does the minimum for the bench: it stores a number by its key. */
import { FileState } from '../src/state/file.ts';

export interface Store {
  /** Resolves when it is durable. */
  put(key: string, n: number): Promise<void>;
  get(key: string): Promise<number | undefined>;
  close(): Promise<void>;
}

interface Driver {
  /** The packages that it adds to node_modules. A name that ends in / means all packages of that scope. */
  packages: readonly string[];
  open(path: string): Promise<Store>;
}

// biome-ignore lint/suspicious/noExplicitAny: packages that may not be installed have no types here
const load = async (name: string): Promise<any> => import(name);

const TABLE = 'create table if not exists entries (key text primary key, n bigint)';
const PUT = 'insert into entries values ($1, $2) on conflict (key) do update set n = excluded.n';
const GET = 'select n from entries where key = $1';

export const DRIVERS = {
  'src/state/file.ts (libsql)': { packages: ['libsql', '@libsql/'], open: openOurs },
  'duckdb, a second file': { packages: [], open: openDuckDB },
  lmdb: { packages: ['lmdb', '@lmdb/'], open: openLmdb },
  'node-sqlite3-wasm': { packages: ['node-sqlite3-wasm'], open: openWasm },
} as const satisfies Record<string, Driver>;
export type DriverName = keyof typeof DRIVERS;

async function openOurs(path: string): Promise<Store> {
  const state = await FileState.open(path);
  return {
    put: (key, n) => state.transaction((transaction) => transaction.put('bench', key, n)),
    get: (key) => state.get<number>('bench', key),
    close: () => state.close(),
  };
}

async function openDuckDB(path: string): Promise<Store> {
  // Loaded only here, so that it does not add to the figures of the other engines.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(TABLE);
  return {
    put: async (key, n) => void (await connection.run(PUT, [key, BigInt(n)])),
    get: async (key) => {
      const [row] = (await connection.runAndReadAll(GET, [key])).getRows();
      return row === undefined ? undefined : Number(row[0]);
    },
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function openLmdb(path: string): Promise<Store> {
  const store = (await load('lmdb')).open({ path, encoding: 'json' });
  return {
    put: async (key, n) => {
      await store.put(key, n);
      await store.flushed;
    },
    get: async (key) => store.get(key),
    close: () => store.close(),
  };
}

async function openWasm(path: string): Promise<Store> {
  const { default: sqlite } = await load('node-sqlite3-wasm');
  const database = new sqlite.Database(path);
  database.exec(`pragma synchronous = full; ${TABLE}`);
  return {
    put: async (key, n) => void database.run(PUT.replaceAll(/\$\d/g, '?'), [key, n]),
    get: async (key) => database.get(GET.replaceAll(/\$\d/g, '?'), [key])?.n,
    close: async () => database.close(),
  };
}
