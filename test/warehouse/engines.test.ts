/** One URL says where the warehouse is; what is wrong with one is said without repeating it. */
import { describe, expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { parseWarehouseUrl } from '../../src/warehouse/engines.ts';

const server = {
  engine: 'clickhouse',
  url: 'http://db.example:8123',
  username: 'default',
  password: '',
  database: 'tributary',
  cluster: null,
};

describe('the URL of a warehouse', () => {
  test('names a DuckDB file, or a ClickHouse server with what is usual left out', () => {
    expect(parseWarehouseUrl('duckdb:/data/a b.duckdb', undefined)).toEqual({
      engine: 'duckdb',
      path: '/data/a b.duckdb',
    });
    expect(parseWarehouseUrl('clickhouse://db.example', undefined)).toEqual(server);
    expect(parseWarehouseUrl('clickhouses://db.example', undefined)).toEqual({
      ...server,
      url: 'https://db.example:8443',
    });
    expect(parseWarehouseUrl('clickhouse://me@db.example:80/sales?cluster=main', 'secret')).toEqual({
      ...server,
      url: 'http://db.example:80',
      username: 'me',
      password: 'secret',
      database: 'sales',
      cluster: 'main',
    });
  });

  test('may hold a password, with any character in it, which goes before that of the environment', () => {
    expect(parseWarehouseUrl('clickhouse://me:a%40b%3A%2F@db.example', 'other')).toMatchObject({ password: 'a@b:/' });
  });

  test('that says something else is refused with what to send, and without its password', () => {
    for (const url of [
      'clickhouse://me:secret@db.example/two words',
      'clickhouse://me:secret@db.example/x?cluster=a`b',
      'clickhouse://me:secret@db.example/x?claster=a',
      'clickhouse:///x?password=secret',
      'postgres://me:secret@db.example/x',
      'clickhouse://me:secret%zz@db.example',
      'duckdb:',
      'secret',
    ]) {
      const refused = () => parseWarehouseUrl(url, undefined);
      expect(refused, url).toThrow(/^warehouse: .*send duckdb:PATH or clickhouse:/);
      expect(refused, url).not.toThrow(/secret/);
    }
  });

  test('is taken from the environment before the file, and is a file in the data folder when nobody names one', () => {
    expect(makeConfig({}).warehouse).toBeNull();
    expect(makeConfig({ warehouse: 'duckdb:a' }).warehouse).toEqual({ engine: 'duckdb', path: 'a' });
    const env = { TRIBUTARY_WAREHOUSE: 'clickhouse://db.example', TRIBUTARY_CLICKHOUSE_PASSWORD: 'p' };
    expect(makeConfig({ warehouse: 'duckdb:a' }, env).warehouse).toEqual({ ...server, password: 'p' });
  });
});
