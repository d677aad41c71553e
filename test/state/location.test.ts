import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { parseStateUrl } from '../../src/state/location.ts';

test('state is a file unless the configuration or the environment names a PostgreSQL, and the environment goes first', () => {
  expect(makeConfig({}).state).toEqual({ engine: 'file' });
  expect(makeConfig({ state: 'postgres://ada@db.example/shop' }).state).toMatchObject({
    host: 'db.example',
    database: 'shop',
  });
  const env = { TRIBUTARY_STATE: 'postgres://here:1234/', TRIBUTARY_STATE_PASSWORD: 'from the environment' };
  expect(makeConfig({ state: 'postgres://ada@db.example/shop' }, env).state).toEqual({
    engine: 'postgres',
    host: 'here',
    port: 1234,
    database: 'tributary',
    username: 'tributary',
    password: 'from the environment',
    tls: 'disable',
  });
});

test('the parts of the URL are read, its password before the one of the environment', () => {
  expect(parseStateUrl('postgresql://a%40b:p%2Fw@[::1]:6432/x?sslmode=verify-full', 'other')).toEqual({
    engine: 'postgres',
    host: '::1',
    port: 6432,
    database: 'x',
    username: 'a@b',
    password: 'p/w',
    tls: 'verify-full',
  });
});

test('a URL that does not fit is refused without repeating it, because it may hold a password', () => {
  for (const text of [
    '',
    'mysql://a:secret@b/c',
    'postgres:',
    'postgres://a:secret@h/d?sslmode=prefer',
    'postgres://a:secret@h/d?x=1',
    'postgres://a:%zz@h',
  ])
    expect(() => parseStateUrl(text, undefined)).toThrow(
      expect.objectContaining({ code: 'bad_request', field: 'state', message: expect.not.stringContaining('secret') }),
    );
});
