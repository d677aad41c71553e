/** Annotations and links, by command. */
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok } from './harness.ts';

test('an annotation is written, listed and deleted', async () => {
  const data = temporaryFolder();
  const on = (...argv: string[]): string[] => ['annotations', ...argv, '--data', data];
  expect(await ok(on('list'))).toBe('there are no annotations\n');
  const [id] = (await ok(on('add', 'A sale began', '--day', '2026-03-10', '--brand', 'shop'))).split(' ');
  expect(await ok(on('list', '--start', '2026-03-01'))).toMatch(/2026-03-10.*A sale began/);
  expect(await ok(on('list', '--end', '2026-03-10'))).toBe('there are no annotations\n');
  expect(await ok(on('delete', id!))).toBe(`${id} is deleted\n`);
  const refused = await cli(on('add', 'x', '--day', 'tomorrow'));
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('error: day: ')]);
});

test('a link is made, listed without its token, and revoked', async () => {
  const data = temporaryFolder();
  const on = (...argv: string[]): string[] => ['share', ...argv, '--data', data];
  const create = on(
    'create',
    '--name',
    'the board',
    '--address',
    '/channels',
    '--period',
    'last_28_days',
    '--days',
    '3',
  );
  const said = await ok(create, { env: { TRIBUTARY_LINK_PASSWORD: 'four blue boats' } });
  const [, path, link_id] = /^(\/s\/[\w-]{43})\n\n(lnk_\w+) ends at 2026-/.exec(said) ?? [];
  expect(link_id).toBeDefined();
  const listed = await ok(on('list'));
  expect(listed).toMatch(/the board/);
  expect(listed).not.toContain(path);
  const { links } = (await json(on('list'))) as unknown as { links: unknown[] };
  expect(links).toMatchObject([{ link_id, kind: 'page', has_password: true, period: 'last_28_days' }]);
  expect(await ok(on('revoke', link_id!))).toBe(`${link_id} is revoked\n`);
  expect(await ok(on('list'))).toBe('there are no links\n');
  const person = await cli(on('create', '--name', 'x', '--address', '/customers/cus_1'));
  expect(person.err).toContain('cannot be shared');
});
