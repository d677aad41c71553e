/** A link in a folder leads the program to no other file: what is written stands under its own name, or is refused. */
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createFile, ensureFile, nameFile, openOwnFile, overwriteFile, replaceFile } from '../../src/files/private.ts';
import { SeenIds } from '../../src/log/seen-ids.ts';
import { checkDisk } from '../../src/log/spool-check.ts';
import { writeWorld } from '../../src/simulation/write.ts';
import { FileState } from '../../src/state/file.ts';
import { cli, ok } from '../cli/harness.ts';
import { temporaryFolder } from '../support/folder.ts';
import { serverProcess } from '../support/server-process.ts';
import { AFTER_MARCH_MS } from '../support/time.ts';

const root = temporaryFolder();
const data = join(root, 'data');
const SPEND = { spend_id: 's', channel: '=1+1', amount: '12.5', currency: 'USD', date: '2026-03-01' };

beforeAll(async () => {
  writeFileSync(join(root, 'good.ndjson'), `${JSON.stringify(SPEND)}\n`);
  await ok(['import', 'spend', join(root, 'good.ndjson'), '--data', data]);
});

/** A folder with a file that no one may change, and links to it and to nothing. */
function trap(): {
  folder: string;
  victim: string;
  link(name: string): void;
  dangle(name: string): void;
  harmed(): boolean;
} {
  const folder = temporaryFolder();
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'mine');
  return {
    folder,
    victim,
    link: (name) => symlinkSync(victim, join(folder, name)),
    dangle: (name) => symlinkSync(join(folder, 'nothing'), join(folder, name)),
    harmed: () => readFileSync(victim, 'utf8') !== 'mine' || existsSync(join(folder, 'nothing')),
  };
}

test('each way to write a file refuses a link, or replaces it', () => {
  const { folder, victim, link, dangle, harmed } = trap();
  link('link');
  dangle('dangling');
  linkSync(victim, join(folder, 'hard'));
  writeFileSync(join(folder, 'finished'), 'new');
  const path = (name: string): string => join(folder, name);
  for (const name of ['link', 'dangling']) {
    for (const write of [createFile, ensureFile, openOwnFile])
      expect(() => write(path(name), 'F')).toThrow(
        /^F: .* is a link, and the program writes through no link; remove it/,
      );
    expect(() => overwriteFile(path(name), 'F', 'x')).toThrow('is a link');
    expect(() => nameFile(path('finished'), path(name), 'F')).toThrow('is a link');
    replaceFile(path(name), 'replaced');
    expect(lstatSync(path(name)).isFile()).toBe(true);
    expect(readFileSync(path(name), 'utf8')).toBe('replaced');
  }
  expect(() => openOwnFile(path('hard'), 'F')).toThrow(/is a file with other names; remove it/);
  expect(() => openOwnFile(folder, 'F')).toThrow();
  expect(() => createFile(victim, 'F')).toThrow(/^F: .* exists already; name a new file or folder/);
  link('whole.tmp');
  replaceFile(path('whole'), 'whole');
  expect(readFileSync(path('whole'), 'utf8')).toBe('whole');
  expect(harmed()).toBe(false);
});

test('refused rows are not written through a link', async () => {
  for (const kind of ['link', 'dangle'] as const) {
    const { folder, harmed, ...plant } = trap();
    const file = join(folder, 'spend.ndjson');
    writeFileSync(file, '{}\n');
    plant[kind]('spend.ndjson.rejected.ndjson');
    const { code, err } = await cli(['import', 'spend', file, '--data', join(folder, 'data')]);
    expect([code, err]).toEqual([1, expect.stringMatching(/^error: FILE: .*rejected\.ndjson is a link/)]);
    expect(harmed()).toBe(false);
  }
});

test('an export is not written through a link, and no half of it stays', async () => {
  const { folder, harmed, link, dangle } = trap();
  link('spend.csv');
  dangle('spend.parquet');
  dangle('spend.ndjson');
  for (const format of ['csv', 'parquet', 'ndjson'])
    for (const out of [folder, join(folder, `spend.${format}`)])
      expect((await cli(['export', 'spend', '--format', format, '--out', out, '--data', data])).err).toMatch(
        /^error: --out: .* is a link/,
      );
  mkdirSync(join(folder, 'elsewhere'));
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'folder'));
  dangle('folder-of-nothing');
  for (const out of ['folder', 'folder/', 'folder-of-nothing'])
    expect((await cli(['export', 'all', '--out', `${folder}/${out}`, '--data', data])).err).toMatch(/ is a link/);
  expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(harmed()).toBe(false);
});

test('the files of a run, of state and of an import stand in the folder, whatever stood there', async () => {
  const { folder, harmed, link, dangle } = trap();
  for (const name of ['server.json.tmp', 'lock.pid.tmp', 'known-ids.bloom.tmp', 'truth.json']) link(name);
  dangle('state.db');
  await expect(FileState.open(join(folder, 'state.db'))).rejects.toThrow('is a link');
  rmSync(join(folder, 'state.db'));
  await new SeenIds().save(join(folder, 'known-ids.bloom'), 1);
  await writeWorld({ customers: 1, days: 14, seed: 1, end_ms: AFTER_MARCH_MS }, folder);
  const { child } = await serverProcess(folder);
  expect(lstatSync(join(folder, 'server.json')).isFile()).toBe(true);
  child.kill('SIGKILL');
  expect(harmed()).toBe(false);
});

test('csv comes back by an import as it was; for a spreadsheet, what would run is marked', async () => {
  const out = temporaryFolder();
  const channel = (file: string): string => readFileSync(file, 'utf8');
  await ok(['export', 'spend', '--format', 'csv', '--out', join(out, 'exact'), '--data', data]);
  expect(channel(join(out, 'exact/spend.csv'))).toContain(',=1+1,');
  await ok(['import', 'spend', join(out, 'exact/spend.csv'), '--data', join(out, 'again')]);
  await ok(['export', 'spend', '--out', join(out, 'again.ndjson'), '--data', join(out, 'again')]);
  expect(JSON.parse(channel(join(out, 'again.ndjson')))).toMatchObject({ channel: '=1+1' });
  const flags = ['--format', 'csv', '--spreadsheet'];
  await ok(['export', 'spend', ...flags, '--out', join(out, 'sheet'), '--data', data]);
  expect(channel(join(out, 'sheet/spend.csv'))).toContain(",'=1+1,");
  expect((await cli(['export', 'spend', '--spreadsheet', '--out', join(out, 'no'), '--data', data])).err).toContain(
    '--spreadsheet: is for csv only',
  );
});

test('the probe of the spool writes through no link, and takes the place of one', async () => {
  const folder = temporaryFolder();
  const other = join(folder, 'other');
  writeFileSync(other, 'kept');
  symlinkSync(other, join(folder, 'probe'));
  await checkDisk(folder);
  expect([readFileSync(other, 'utf8'), existsSync(join(folder, 'probe'))]).toEqual(['kept', false]);
});
