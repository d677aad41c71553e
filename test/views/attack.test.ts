/** A stranger with a key of scope sql gets rows of the views or a refusal, whatever the statement. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, type Answer, READ, startServer, type TestServer } from '../server/harness.ts';
import { bearer, ORDER, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DEEP } from '../support/tier.ts';

const SECRET = 'what-only-the-operator-may-read';
const loot = temporaryFolder();
const secret_file = join(loot, 'secret.csv');
const target = join(loot, 'written');
const deep = (open: string, close: string, n: number): string => `select ${open.repeat(n)}1${close.repeat(n)}`;

let server: TestServer;
let ANALYST: Record<string, string>;
beforeAll(async () => {
  writeFileSync(secret_file, `a,b\n${SECRET},1\n`);
  process.env['TRIBUTARY_TEST_SECRET'] = SECRET;
  server = await startServer({
    shared: true,
    sql_limits: {
      timeout_ms: 4_000,
      memory_bytes: 200_000_000,
      max_process_bytes: 600_000_000,
      max_rows: 10_000,
      max_bytes: 2_000_000,
    },
  });
  await server.post('/v1/touchpoints', [{ ...TOUCH, touchpoint_id: 't1' }]);
  await server.post('/v1/conversions', [ORDER]);
  await server.flush();
  ANALYST = bearer((await server.post('/v1/keys', { name: 'analyst', scope: 'sql' }, ADMIN)).body.key);
});
afterAll(async () => {
  delete process.env['TRIBUTARY_TEST_SECRET'];
  await server.close();
});

const ask = (sql: string, rest: object = {}, headers = ANALYST): Promise<Answer> =>
  server.post('/v1/sql', { sql, start: '2026-03-01', end: '2026-04-01', ...rest }, headers);

/** Files, network, other programs. */
const OUTSIDE = [
  `select * from read_csv('${secret_file}')`,
  `select * from read_csv_auto('${secret_file}')`,
  `select * from '${secret_file}'`,
  `select * from read_text('${secret_file}')`,
  `select * from read_blob('${secret_file}')`,
  `select * from read_json('${secret_file}')`,
  `select * from read_ndjson_objects('${secret_file}')`,
  `select * from read_parquet('/proc/self/environ')`,
  `select * from parquet_metadata('${secret_file}')`,
  `select * from parquet_kv_metadata('${secret_file}')`,
  `select * from sniff_csv('${secret_file}')`,
  `select * from read_duckdb('${secret_file}')`,
  `select * from glob('${loot}/*')`,
  `select * from read_text('/proc/self/environ')`,
  `select * from read_text('/proc/1/cmdline')`,
  `select * from read_text('/dev/stdin')`,
  `select * from read_csv('https://127.0.0.1/x.csv')`,
  `select * from 'http://127.0.0.1:1/x.parquet'`,
  `select * from 's3://bucket/x.parquet'`,
  `copy (select 1) to '${target}'`,
  `copy credits to '${target}' (format parquet)`,
  `copy credits from '${secret_file}'`,
  `export database '${target}'`,
  `import database '${loot}'`,
  `attach '${target}' as x`,
  `attach ':memory:' as x`,
  `attach 'postgres://127.0.0.1/x' as x (type postgres)`,
  `detach memory`,
  `install httpfs`,
  `force install httpfs from 'http://127.0.0.1:1'`,
  `load httpfs`,
  `load '${secret_file}'`,
  `select * from postgres_scan('host=127.0.0.1', 'public', 'x')`,
  `select * from sqlite_scan('${secret_file}', 'x')`,
  `select * from enable_logging(storage = 'file', storage_path = '${target}')`,
  `select * from enable_logging(storage = 'stdout')`,
  `pragma enable_profiling = 'json'; select 1`,
  `pragma profiling_output = '${target}'`,
  `select getenv('TRIBUTARY_TEST_SECRET')`,
  `create secret s (type s3, key_id 'x', secret 'y')`,
];

/** Changes of the engine, of its data, or of what it allows. */
const CHANGES = [
  'set enable_external_access = true',
  'set lock_configuration = false',
  `set temp_directory = '${target}'`,
  'reset lock_configuration',
  'pragma enable_object_cache',
  `set allowed_directories = ['/']`,
  "set memory_limit = '100GB'",
  'set variable x = 1',
  'create table x (a int)',
  'create temp table x as select 1',
  'create view x as select 1',
  'create macro x() as 1',
  `create function x() as table select * from read_text('${secret_file}')`,
  'create sequence x',
  "create type x as enum ('a')",
  'insert into credits select * from credits',
  'insert into orders (order_no) values (1) returning *',
  'update orders set net_revenue = 0',
  'delete from orders',
  'truncate orders',
  'drop table orders',
  'alter table orders add column x int',
  'begin',
  'checkpoint',
  'vacuum',
  'use memory',
  'prepare x as select 1',
  'execute x',
  'deallocate x',
  'call enable_logging()',
  'explain analyze select 1',
  'select 1; select 2',
  'select 1; drop table orders',
  'select 1 /* ; */; set threads = 9',
  'select 1 -- \n; delete from orders',
  ';',
  '/* nothing */',
  '-- nothing',
  '\u0000select 1',
  'with x as (delete from orders returning *) select * from x',
  `select * from query('delete from orders')`,
  `select * from query('select 1; drop table orders')`,
  `select * from json_execute_serialized_sql('{"statements": []}')`,
  "select nextval('x')",
  "select write_log('x')",
];

/** What the engine tells about itself must name nothing of the machine. */
const LEAKS = [
  'select * from duckdb_settings()',
  'select * from duckdb_extensions()',
  'select * from duckdb_databases()',
  'select * from duckdb_secrets()',
  'select * from duckdb_temporary_files()',
  'select * from duckdb_memory()',
  'select * from duckdb_logs()',
  'select * from duckdb_log_contexts()',
  'select * from duckdb_variables()',
  'select * from duckdb_prepared_statements()',
  'select * from pragma_database_list()',
  'select * from pragma_user_agent()',
  'pragma database_list',
  'pragma show_tables_expanded',
  `select current_setting('secret_directory'), current_setting('extension_directory'), current_setting('home_directory'), current_setting('temp_directory')`,
  'select * from information_schema.tables',
  'select * from pg_catalog.pg_settings',
  'select * from sqlite_master',
  'show all tables',
  'select current_user, current_database(), current_query(), version()',
  `select * from which_secret('s3://x', 's3')`,
  `select error('${'x'.repeat(5_000)}')`,
];

/** Time, memory, rows, bytes, depth. */
const BOMBS = [
  'with recursive r(i) as (select 1 union all select i + 1 from r) select count(*) from r',
  "with recursive r(t) as (select 'x' union all select t || t from r) select count(*) from r",
  'select count(*) from range(100000000000) a, range(100000000000) b',
  'select sum(a.range * b.range % 7) from range(10000000) a, range(10000000) b',
  'select * from range(1000000)',
  'select * from generate_series(1, 9000000000000000000)',
  'select range(1000000000)',
  'select list_sum(range(1000000000))',
  "select repeat('x', 2000000000)",
  "select length(repeat(repeat('x', 100000000), 100))",
  "select string_agg(repeat('x', 1000000), '') from range(100000)",
  "select repeat('x', 1000000) from range(100)",
  'select list(range) from range(500000000)',
  'select count(distinct hash(range)) from range(10000000000)',
  'select * from range(5000000) order by hash(range) desc',
  "select regexp_replace(repeat('a', 1000000), '(a*)*b', '')",
  "select md5(string_agg(range::varchar, '')) from range(1000000000)",
  deep('(', ')', 9_000),
  deep('abs(', ')', 3_000),
  deep('[', ']', 9_000),
  `select ${'1 + '.repeat(4_000)}1`,
  `select ${'not '.repeat(4_000)}true`,
  `${'select * from ('.repeat(1_000)}select 1${')'.repeat(1_000)}`,
  `select 1${' union all select 1'.repeat(900)}`,
  `select * from ${'(values (1)) a, '.repeat(900)}(values (1)) b`,
  "select printf('%*d', 2000000000, 1)",
  "select format('{:>2000000000}', 1)",
  "select lpad('x', 2000000000, 'y')",
  "select bitstring('1', 2000000000)",
  'select 170141183460469231731687303715884105727::hugeint + 1',
  'select factorial(100000)',
  'select apply(range(100000), x -> apply(range(100000), y -> x * y))',
  'select sleep_ms(100000)',
];

const STATEMENTS = [...OUTSIDE, ...CHANGES, ...LEAKS, ...BOMBS];
/** The quick tier asks one statement in so many of each sort. */
const STRIDE = DEEP ? 1 : 12;

function expectNothing(sql: string, { status, text }: Answer): void {
  const about = sql.slice(0, 100);
  expect([200, 400, 422], `${about}: ${status} ${text.slice(0, 300)}`).toContain(status);
  expect(text, about).not.toContain(SECRET);
  for (const place of [server.folder, process.cwd(), process.execPath, `${homedir()}/`]) {
    // A path that the statement names may come back in the message on it.
    if (!sql.includes(place))
      expect(text.includes(place), `${about} names ${place}: ${text.slice(0, 500)}`).toBe(false);
  }
  expect(text.length, about).toBeLessThan(2_100_000);
}

describe(`of ${STATEMENTS.length} statements, all`, () => {
  test.each([
    ['read nothing from outside, and write nothing there', OUTSIDE],
    ['change nothing', CHANGES],
    ['learn nothing about the machine', LEAKS],
    ['end within their limits', BOMBS],
  ] as const)('%s', async (_name, statements) => {
    const slow: number[] = [];
    const queue = statements.filter((_, i) => i % STRIDE === 0);
    const lane = async (): Promise<void> => {
      for (let sql = queue.shift(); sql !== undefined; sql = queue.shift()) expectNothing(sql, await ask(sql));
    };
    let done = false;
    const watch = (async () => {
      while (!done) {
        const began = performance.now();
        expect((await server.get('/v1/reports/attribution?start=2026-03-01&end=2026-04-01', READ)).status).toBe(200);
        slow.push(performance.now() - began);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    await Promise.all([lane(), lane()]);
    done = true;
    await watch;
    // Others were answered all the while.
    expect(slow.length).toBeGreaterThan(1);
    expect(Math.max(...slow)).toBeLessThan(20_000);
    expect(existsSync(target)).toBe(false);
  });

  test('leave the server as it was', async () => {
    const { body } = await ask('select sum(attributed_revenue) as revenue from credits');
    expect(body.rows).toEqual([{ revenue: '149.990000' }]);
    expect((await server.get('/health/ready', {})).body.ready).toBe(true);
    expect(readdirSync(join(server.folder, 'sql-results'))).toEqual([]);
    expect(readdirSync(loot)).toEqual(['secret.csv']);
  });
});
