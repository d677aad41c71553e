/** What the program writes is for its owner only, whatever the umask of the shell is. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { KeyRing } from '../../src/server/keys.ts';
import { serve } from '../../src/server/serve.ts';
import { openTributary } from '../../src/tributary.ts';
import { json, ok } from '../cli/harness.ts';
import { KEYS } from '../server/harness.ts';
import { warehouseSetting } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';

const BIN = join(import.meta.dirname, '../../bin/tributary.js');
const SPEND = { spend_id: 's', channel: 'email', amount: '12.5', currency: 'USD', date: '2026-03-01' };

/** The names in a folder, at any depth, that someone else may read, write or enter. */
function openNames(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => (lstatSync(join(folder, name)).mode & 0o077) !== 0,
  );
}

test('every file and folder of an import, an export, a backup and a simulation is closed to others', () => {
  const root = temporaryFolder();
  const shell = (command: string): void =>
    void execFileSync('sh', ['-c', `umask 000; exec "${process.execPath}" "${BIN}" ${command}`], { cwd: root });
  writeFileSync(join(root, 'spend.ndjson'), JSON.stringify(SPEND), { mode: 0o600 });
  shell('import spend spend.ndjson --data parent/data');
  shell('export all --format csv --out parent/export --data parent/data');
  shell('doctor --backup parent/backup --data parent/data');
  shell('doctor --restore parent/backup --data parent/restored');
  shell('simulate --customers 3 --days 14 --out parent/world');
  expect(existsSync(join(root, 'parent/restored/warehouse.duckdb'))).toBe(true);
  expect(openNames(root)).toEqual([]);
});

test('a data folder that others may look into goes on working, and the doctor and the start warn of it', async () => {
  const data = temporaryFolder();
  await ok(['doctor', '--data', data]);
  chmodSync(data, 0o755);
  expect(await ok(['doctor', '--data', data])).toMatch(
    /warning: other users of this machine may look into .* \(mode 755\).*chmod -R go= .*\nno problems found, see the warnings\nnext: /,
  );
  chmodSync(data, 0o700);
  expect((await json(['doctor', '--data', data]))['warnings']).toEqual([]);
  chmodSync(data, 0o750);
  const log: string[] = [];
  const tributary = await openTributary({ folder: data, config: makeConfig(warehouseSetting(data)) });
  const keys = await KeyRing.open(tributary.state, data, KEYS);
  const log_stream = { write: (line: string) => log.push(line) };
  const server = await serve(tributary, keys, { port: 0, log_level: 'warn', log_stream });
  await server.close();
  expect(log.join('')).toContain('other users of this machine may look into');
});
