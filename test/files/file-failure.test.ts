/** A path that cannot be used is called by its name and its fault, whichever command meets it. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fileFailure } from '../../src/files/file-failure.ts';
import { cli, ok } from '../cli/harness.ts';
import { temporaryFolder } from '../support/folder.ts';

const root = temporaryFolder();
const data = join(root, 'data');
const file = join(root, 'file.ndjson');
const loop = join(root, 'loop');
const long = join(root, 'x'.repeat(300));

beforeAll(async () => {
  symlinkSync(loop, loop);
  const row = { spend_id: 's', channel: 'x', amount: '1', currency: 'USD', date: '2026-03-01' };
  writeFileSync(file, `${JSON.stringify(row)}\n`);
  await ok(['import', 'spend', file, '--data', data]);
});

test.each([
  [join(file, 'x'), 'is in a file, not in a folder; name another path (ENOTDIR)'],
  [root, 'is a folder; name a file (EISDIR)'],
  [join(root, 'missing'), 'does not exist; check the path (ENOENT)'],
  [long, 'is too long for a path; name a shorter one (ENAMETOOLONG)'],
  [loop, 'leads through too many links; name what they lead to (ELOOP)'],
])('%s', (path, sentence) => {
  let failure: unknown;
  try {
    readFileSync(path);
  } catch (error) {
    failure = error;
  }
  // Reading a folder fails at its bytes, which have no path.
  if (path === root) Object.assign(failure as Error, { path });
  expect(fileFailure(failure)).toMatchObject({ code: 'bad_request', message: `${path} ${sentence}` });
});

test('other errors stay what they are', () => {
  for (const error of [new Error('x'), new TypeError('y'), 'text', undefined, Object.assign(new Error(), { code: 1 })])
    expect(fileFailure(error)).toBeUndefined();
});

describe('a command', () => {
  const OUT = [
    ['export', 'all', '--out'],
    ['export', 'spend', '--out'],
    ['doctor', '--backup'],
    ['doctor', '--restore'],
    ['simulate', '--customers', '10', '--out'],
    ['fit', 'markov', '--paths'],
  ];
  test.each(
    OUT.flatMap((argv) =>
      [join(file, 'x', 'y'), file, join(long, 'y'), join(loop, 'y')].map((path) => [...argv, path]),
    ),
  )('says what is wrong: %s %s %s', async (...argv) => {
    const owns = argv[0] === 'simulate' ? [] : ['--data', data];
    const { code, err } = await cli([...argv, ...owns], { env: { TRIBUTARY_DEBUG: '1' } });
    expect([argv, code]).toEqual([argv, expect.toBeOneOf([1, 2, 3])]);
    expect(err).toMatch(/^error: .*(; [a-z]|does not exist)/);
    // The stack shows the kind of an error: only ours may come up.
    expect(err).not.toMatch(/^(?!TributaryError)\w*Error\b.*\n +at /m);
  });

  test.each([['runs', 'compare'], ['keys', 'revoke'], ['receipt'], ['report', 'customer']])(
    'refuses half of a surrogate pair as an id: %s %s',
    async (...argv) => {
      const { code, err } = await cli([...argv.filter(Boolean), '\ud8001', '--data', data]);
      expect([code, err]).toEqual([1, expect.stringContaining('holds half of a surrogate pair; send valid Unicode')]);
    },
  );
});
