import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FileState } from '../../src/state/file.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, ok } from './harness.ts';

test('what the command line does on a data folder stands in the audit log, and a cut log is found out', async () => {
  const data = temporaryFolder();
  const on = (...argv: string[]): string[] => ['audit', ...argv, '--data', data];
  expect(await ok(on())).toBe('no entries\n');
  await ok(['keys', 'create', '--name', 'shop', '--scope', 'write', '--data', data]);
  expect(await ok(on('list', '--kind', 'action'))).toMatch(/POST \/v1\/keys/);
  const [, head] = /note the head elsewhere: (\d+:[0-9a-f]{64})\n$/.exec(await ok(on('verify'))) ?? [];
  expect(await ok(on('verify', '--head', head!))).toMatch(/^2 entries are whole/);
  const state = await FileState.open(join(data, 'state.db'));
  const [newest] = await state.list('audit_entries');
  await state.transaction((transaction) => transaction.delete('audit_entries', newest!.key));
  await state.close();
  const broken = await cli(on('verify'));
  expect([broken.code, broken.out]).toEqual([1, 'the audit log is broken: entry 2 is missing\n']);
});
