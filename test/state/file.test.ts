/** The embedded store: the contract, and what a file has to survive. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileState } from '../../src/state/file.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runsOf } from '../support/tier.ts';
import { stateContract } from './contract.ts';

const parent = temporaryFolder();
const path = (name: string): string => join(parent, name, 'state.db');

stateContract(
  'a file',
  () => FileState.open(path('contract')),
  async () => ['', '-wal', '-shm'].map((ending) => `${path('contract')}${ending}`),
);

const WRITER = new URL('./writer.ts', import.meta.url).pathname;

/** Starts a process that counts in the file, and kills it after so many acknowledged counts. */
async function killedWriter(file: string, acknowledgements: number): Promise<number> {
  const child = fork(WRITER, [file], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let acknowledged = 0;
  await new Promise<void>((resolve) => {
    child.on('message', (count: number) => {
      acknowledged = Math.max(acknowledged, count);
      if (acknowledged >= acknowledgements) child.kill('SIGKILL');
    });
    child.on('exit', () => resolve());
  });
  return acknowledged;
}

test('after kill -9 every acknowledged transaction is there, whole', async () => {
  const file = path('kills');
  const rounds = runsOf('TRIBUTARY_STATE_KILLS', 3, 20);
  let expected = 0;
  for (let round = 0; round < rounds; round++) {
    const acknowledged = await killedWriter(file, expected + 1 + Math.floor(Math.random() * 200));
    const state = await FileState.open(file);
    const [count, double, entries] = await state.transaction(async (t) => [
      (await t.get<number>('counts', 'n')) ?? 0,
      (await t.get<number>('counts', 'double')) ?? 0,
      (await t.list('entries', { limit: 10_000 })).length,
    ]);
    await state.close();
    expect(acknowledged).toBeGreaterThan(expected);
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    expect([double, entries]).toEqual([2 * count!, count]);
    expected = count!;
  }
}, 600_000);

test('a second process on the same file takes its turns with the first', async () => {
  const file = path('shared');
  const state = await FileState.open(file);
  const child = fork(WRITER, [file, '40'], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  const exit = once(child, 'exit');
  for (let i = 0; i < 40; i++)
    await state.transaction(async (t) => {
      await t.put('counts', 'n', ((await t.get<number>('counts', 'n')) ?? 0) + 1);
    });
  await exit;
  expect(await state.get('counts', 'n')).toBe(80);
  await state.close();
}, 600_000);

test('transactions of many openings of one file in one process take turns, and none waits for ever', async () => {
  const states = await Promise.all(Array.from({ length: 20 }, () => FileState.open(path('often'))));
  const count = (state: FileState): Promise<number> =>
    state.transaction(async (t) => {
      const n = ((await t.get<number>('counts', 'n')) ?? 0) + 1;
      // The event loop does other work between the statements of a transaction.
      await new Promise((resolve) => setTimeout(resolve, 5));
      await t.put('counts', 'n', n);
      return n;
    });
  const counted = await Promise.all(states.map(count));
  expect(counted.sort((a, b) => a - b)).toEqual(states.map((_, i) => i + 1));
  await Promise.all(states.map((state) => state.close()));
});

test('only the owner of the files may read them', async () => {
  const file = path('private');
  const state = await FileState.open(file);
  await state.transaction((t) => t.put('keys', 'a', 1));
  const folder = join(parent, 'private');
  for (const name of readdirSync(folder))
    expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
  await state.close();
});

test('a file that is closed is whole without the files beside it', async () => {
  const file = path('copied');
  const state = await FileState.open(file);
  await state.transaction((t) => t.put('keys', 'a', 1));
  await state.close();
  mkdirSync(join(parent, 'copy'));
  copyFileSync(file, path('copy'));
  const copy = await FileState.open(path('copy'));
  expect(await copy.get('keys', 'a')).toBe(1);
  await copy.close();
});

test('a file that cannot be opened is refused with its path', async () => {
  const folder = join(parent, 'broken');
  const file = path('broken');
  await (await FileState.open(file)).close();
  writeFileSync(file, 'this is no database, and long enough to be looked at as one'.repeat(100));
  await expect(FileState.open(file)).rejects.toMatchObject({
    code: 'state_unavailable',
    message: expect.stringContaining(file),
  });
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file where the folder should be');
  await expect(FileState.open(file)).rejects.toMatchObject({ code: 'state_unavailable' });
});

test.each([
  ['a text that is not UTF-8', 0xff],
  ['a text that is not JSON', 0x2c],
])('an entry whose bytes became %s is called corrupt, and the others are read', async (_what, byte) => {
  const file = path(`overwritten ${byte}`);
  const state = await FileState.open(file);
  await state.transaction(async (t) => {
    await t.put('keys', 'a', { name: 'the damaged one' });
    await t.put('keys', 'b', 'sound');
  });
  await state.close();
  const bytes = readFileSync(file);
  bytes.fill(byte, bytes.indexOf('"name"'), bytes.indexOf('the damaged'));
  writeFileSync(file, bytes);
  const again = await FileState.open(file);
  const corrupt = {
    code: 'state_unavailable',
    message: expect.stringMatching(
      /^state: an entry of keys cannot be read: the file is corrupt \(.+\); put a copy in its place/,
    ),
  };
  await expect(again.get('keys', 'a')).rejects.toMatchObject(corrupt);
  await expect(again.list('keys')).rejects.toMatchObject(corrupt);
  await expect(again.transaction((t) => t.get('keys', 'a'))).rejects.toMatchObject(corrupt);
  expect(await again.get('keys', 'b')).toBe('sound');
  await again.close();
});

test('a file of a newer version is refused and left unchanged', async () => {
  const file = path('later');
  const { default: Database } = await import('libsql/promise');
  await (await FileState.open(file)).close();
  const raw = new Database(file, {});
  await raw.exec('update tributary_state_form set form = 99');
  raw.close();
  await expect(FileState.open(file)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('has form 99, and this version of Tributary knows form 1'),
  });
});
