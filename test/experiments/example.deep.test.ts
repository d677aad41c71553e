/** "An example: the shop of the demo" of docs/experiments.md, to the letter: its commands, and what the last one prints. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ok } from '../cli/harness.ts';
import { temporaryFolder } from '../support/folder.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/experiments.md'), 'utf8');
const section = /## An example: the shop of the demo\n([\s\S]*?)\n## /.exec(page)![1]!;
const [commands, printed] = section.split('prints, below its title:') as [string, string];

test('the page shows what the commands print', async () => {
  const folder = temporaryFolder();
  const run = (line: string): Promise<string> =>
    ok(
      line
        .trim()
        .split(' ')
        .slice(1)
        .map((word) => word.replace(/^(world|shop)/, (name) => join(folder, name))),
    );
  let shown = '';
  for (const line of commands.split('\n').filter((text) => text.startsWith('    tributary '))) shown = await run(line);
  const wanted = printed.split('\n').filter((line) => line.startsWith('    '));
  expect(wanted.length).toBeGreaterThan(20);
  const lines = shown.split('\n').filter((line) => line !== '');
  expect(lines.slice(-wanted.length)).toEqual(wanted.map((line) => line.slice(4)));
  const plan = /`(tributary experiments plan [^`]*)`/.exec(printed)![1]!;
  expect(await run(plan)).toMatch(/^You need 12,247 people/);
}, 120_000);
