/** The keys of links in emails, by command. */
import { expect, test } from 'vitest';
import { instrument } from '../../src/email/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok } from './harness.ts';

const on = (data: string, ...argv: string[]): string[] => ['email-keys', ...argv, '--data', data];

test('are listed without secrets, made, rotated and revoked', async () => {
  const data = temporaryFolder();
  expect(await ok(on(data, 'list'))).toContain('there are no keys yet');
  const key = (await ok(on(data, 'create', '--name', 'mailer'))).split('\n')[0]!;
  const html = '<a href="https://shop.example/">Shop</a>';
  const made = instrument({ html, message_id: 'm', customer_id: 'c' }, { base_url: 'https://track.shop.example', key });
  expect(made.html).toContain('href="https://track.shop.example/c/');

  expect(await ok(on(data, 'rotate'))).toMatch(/^[0-9a-f]{8} makes links now/);
  expect(await ok(on(data, 'rotate'))).toMatch(/^[0-9a-f]{8} makes links now/);
  const { keys } = (await json(on(data, 'list'))) as unknown as { keys: Array<{ kid: string; use: string }> };
  expect(keys.map(({ use }) => use).sort()).toEqual(['next', 'outside', 'retired', 'signing']);
  expect(await ok(on(data, 'list'))).not.toContain(key.slice(-43));

  const kid = keys.find(({ use }) => use === 'outside')!.kid;
  expect(await ok(on(data, 'revoke', kid))).toBe(`${kid} is revoked\n`);
  const again = await cli(on(data, 'revoke', kid));
  expect([again.code, again.err]).toEqual([expect.any(Number), expect.stringContaining('there is no such key')]);
  expect(again.code).not.toBe(0);
});
