/** One process at a time uses a data folder, in whatever state it is. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderLock } from '../../src/files/folder-lock.ts';
import { cli, ok } from '../cli/harness.ts';
import { temporaryFolder } from '../support/folder.ts';
import { serverProcess } from '../support/server-process.ts';

const IN_USE =
  /^error: --data: .* is in use by another process \(pid (\d+)\); only one process .* or name another folder\n$/;

test('while a server is stopped, nothing else opens its folder; after kill -9 the next one starts at once', async () => {
  const data = join(temporaryFolder(), 'data');
  const { child, address } = await serverProcess(data);
  // Its own commands go through it.
  await ok(['doctor', '--data', data]);
  child.kill('SIGSTOP');
  const another = ['--warehouse', `duckdb:${join(data, 'other.duckdb')}`];
  for (const argv of [
    ['serve', '--port', '0'],
    ['serve', '--port', '0', ...another],
    ['serve', '--port', '0', '--role', 'report', ...another],
    ['doctor', '--restore', data],
    ['keys', 'list', ...another],
  ]) {
    const { code, err } = await cli([...argv, '--data', data]);
    expect([argv, code, err]).toEqual([argv, 1, expect.stringMatching(IN_USE)]);
    expect(IN_USE.exec(err)![1]).toBe(String(child.pid));
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const next = await serverProcess(data);
  expect(next.address).not.toBe(address);
});

test('a lock is for one holder, also within a process and under another name of the folder', () => {
  const parent = temporaryFolder();
  const [folder, link] = [join(parent, 'data'), join(parent, 'link')];
  const lock = FolderLock.take(folder);
  symlinkSync(folder, link);
  for (const name of [folder, link, folder])
    expect(() => FolderLock.take(name)).toThrow(`is in use by another process (pid ${process.pid})`);
  // What reads the folder, also its files, frees nothing.
  readFileSync(join(folder, 'lock.pid'));
  lock.release();
  lock.release();
  FolderLock.take(link).release();
});

test('names no process that is gone, and leaves an empty file that only its owner reads', () => {
  const folder = temporaryFolder();
  const lock = FolderLock.take(folder);
  writeFileSync(join(folder, 'lock.pid'), '999999999\n');
  expect(() => FolderLock.take(folder)).toThrow(/in use by another process; only/);
  lock.release();
  expect(existsSync(join(folder, 'lock.pid'))).toBe(false);
  const { mode, size } = statSync(join(folder, 'lock.db'));
  expect([mode & 0o777, size]).toEqual([0o600, 0]);
});

test('holds also where the pid cannot be written', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'lock.pid'));
  const lock = FolderLock.take(folder);
  expect(() => FolderLock.take(folder)).toThrow(/in use by another process; only/);
  lock.release();
  FolderLock.take(folder).release();
});

test('a file with the name of the lock that is none is not touched, and named', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'lock.db');
  writeFileSync(path, 'something else '.repeat(100));
  expect(() => FolderLock.take(folder)).toThrow(/lock\.db is not the empty file of the lock; remove it/);
  expect(statSync(path).size).toBe(1_500);
  rmSync(path);
  symlinkSync(join(folder, 'nothing'), path);
  expect(() => FolderLock.take(folder)).toThrow(/lock\.db is a link/);
  expect(existsSync(join(folder, 'nothing'))).toBe(false);
});

test('a file where the folder should be is named', () => {
  const file = join(temporaryFolder(), 'rows.csv');
  writeFileSync(file, 'a,b\n');
  for (const folder of [file, join(file, 'data')])
    expect(() => FolderLock.take(folder)).toThrow(`--data: ${folder} is a file, or in one; name a folder that exists`);
});
