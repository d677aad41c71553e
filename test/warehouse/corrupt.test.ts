/** A file that is not what the engine wrote is called corrupt, whatever words stand in it or in its path; a lock is called a lock. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { FileState } from '../../src/state/file.ts';
import { explained as explainedByServer } from '../../src/warehouse/clickhouse/failures.ts';
import { explained, unopened } from '../../src/warehouse/duckdb/failures.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { temporaryFolder } from '../support/folder.ts';
import { committed, rowOf } from './rows.ts';

const root = join(temporaryFolder(), 'a lock, a block');
let good: Buffer;

beforeAll(async () => {
  mkdirSync(root);
  const path = join(root, 'good.duckdb');
  const warehouse = await DuckDBWarehouse.open({ path, threads: 1 });
  await warehouse.migrate();
  const spend = Array.from({ length: 3_000 }, (_, i) => rowOf('spend', { spend_id: `lock block ${i}` }));
  await warehouse.append(committed({ spend }));
  await warehouse.close();
  good = readFileSync(path);
});

/** A copy with other bytes from a place on. */
function overwritten(at: number, bytes: Buffer): Buffer {
  return Buffer.concat([good.subarray(0, at), bytes, good.subarray(at + bytes.length)]);
}

const SPOILT: Record<string, () => Buffer> = {
  'zero bytes': () => Buffer.alloc(0),
  'one byte': () => Buffer.from('x'),
  'only zeros': () => Buffer.alloc(20_000),
  'another sort of file': () => Buffer.from('a lock of another process '.repeat(1_000)),
  'a wrong magic': () => overwritten(8, Buffer.from('XXXX')),
  'a version that never was': () => overwritten(12, Buffer.from([255])),
  'damaged headers': () => overwritten(4_096, Buffer.alloc(8_192, 7)),
  'the first headers only': () => good.subarray(0, 4_096),
  'no blocks': () => good.subarray(0, 12_288),
  'half of it': () => good.subarray(0, good.length >> 1),
  'a damaged second half': () => overwritten(good.length >> 1, Buffer.alloc(good.length >> 1, 7)),
};

test.each(Object.keys(SPOILT))('a warehouse with %s', async (name) => {
  const path = join(root, `${name}.duckdb`);
  writeFileSync(path, SPOILT[name]!());
  await expect(DuckDBWarehouse.open({ path, threads: 1 })).rejects.toMatchObject({
    code: 'warehouse_unavailable',
    retry_after_s: undefined,
    message: expect.stringMatching(/\.duckdb is corrupt \(.*\); keep it, and restore a backup into a new data folder$/),
  });
});

test('a warehouse with damaged rows is corrupt when they are read, and its disk is not blamed', async () => {
  const path = join(root, 'rows.duckdb');
  writeFileSync(path, overwritten(12_388, Buffer.alloc(500, 7)));
  const asked = (async () => {
    const warehouse = await DuckDBWarehouse.open({ path, threads: 1 });
    await warehouse.read((s) => s.query('select * from spend')).finally(() => warehouse.close());
  })();
  await expect(asked).rejects.toMatchObject({ message: expect.stringMatching(/ is corrupt \(/) });
});

test('a damaged write-ahead file is corrupt', async () => {
  const path = join(root, 'wal.duckdb');
  copyFileSync(join(root, 'good.duckdb'), path);
  const message = `IO Error: Failure while replaying WAL file "${path}.wal": Corrupt WAL file: entry at byte position 56`;
  expect(unopened(path, new Error(message)).message).toContain('is corrupt');
});

test('only the lock of another process is called one, with its pid', () => {
  const told = (message: string): string => unopened('/data/lock/w.duckdb', new Error(message)).message;
  expect(
    told(
      'IO Error: Could not set lock on file "/data/lock/w.duckdb": Conflicting lock is held in /usr/bin/node (PID 919). See also https://duckdb.org',
    ),
  ).toBe(
    'cannot open /data/lock/w.duckdb: another process has it open (pid 919); stop it, or send commands through the running server',
  );
  for (const message of [
    'IO Error: Cannot open file "/data/lock/w.duckdb": Permission denied',
    'IO Error: Could not read from file "/data/lock/w.duckdb": Is a directory',
    'IO Error: Cannot open file "/data/Could not set lock on file/w": No such file or directory',
  ])
    expect(told(message)).toBe(`cannot open /data/lock/w.duckdb: ${message}`);
});

test('an error that quotes data is not taken for another one', () => {
  const quoted = new Error(
    'Conversion Error: Could not convert "Corrupt database file, out of memory, IO Error: lock"',
  );
  expect(explained(quoted, 'read')).toBe(quoted);
  const attempt = { host: 'http://h', doing: 'read', timeout_ms: 1 } as const;
  const bug = new SyntaxError(`Unexpected token 'a', "aborted, socket timeout" is not valid JSON`);
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  for (const error of [bug, full]) expect(explainedByServer(error, attempt)).toBe(error);
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH'])
    expect(explainedByServer(Object.assign(new Error('x'), { code }), attempt)).toMatchObject({
      code: 'warehouse_unavailable',
    });
});

test('a file of state that is none, or half of one, is corrupt', async () => {
  const whole = join(root, 'state.db');
  const state = await FileState.open(whole);
  await state.transaction(async (t) => {
    for (let i = 0; i < 200; i++) await t.put('things', `thing ${i}`, 'x'.repeat(2_000));
  });
  await state.close();
  const bytes = readFileSync(whole);
  const cases = { text: Buffer.from('locked '.repeat(2_000)), half: bytes.subarray(0, bytes.length >> 1) };
  for (const [name, content] of Object.entries(cases)) {
    const path = join(root, `${name}.state`);
    writeFileSync(path, content);
    const asked = (async () => {
      const opened = await FileState.open(path);
      await opened.list('things').finally(() => opened.close());
    })();
    const error = await asked.catch((cause) => cause);
    expect(error).toBeInstanceOf(TributaryError);
    expect([error.code, error.message]).toEqual([
      'state_unavailable',
      expect.stringContaining('the file is corrupt ('),
    ]);
  }
});
