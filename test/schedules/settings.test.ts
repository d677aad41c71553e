/** The settings of schedules: what is wrong is told with its place, and never with a secret. */
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { Recipients } from '../../src/schedules/recipients.ts';
import { openTestState } from '../support/state.ts';

const MAIL = { smtp: 'smtps://u:hunter2@mail.shop.example', from: 'reports@shop.example' };
const read = (schedule: Record<string, unknown>, rest: Record<string, unknown> = {}) =>
  makeConfig({
    public_url: 'https://t.shop.example/',
    mail: MAIL,
    schedules: { board: { period: 'daily', ...schedule } },
    ...rest,
  });
const TO = { recipients: ['anna@shop.example'] };
const S3 = { endpoint: 'https://s3.example', bucket: 'lake', access_key_id: 'a', secret_access_key: 'hunter2' };

test.each([
  [{}, 'config.schedules.board: sends to nobody'],
  [
    { recipients: ['anna@shop.example', 'bo at shop'] },
    'config.schedules.board.recipients: number 2 is no mail address',
  ],
  [{ recipients: ['a@b.example>,<c@d.example'] }, 'number 1 is no mail address'],
  [{ ...TO, time_zone: 'Mars/Olympus' }, 'config.schedules.board.time_zone'],
  [{ ...TO, at: '24:00' }, 'config.schedules.board.at'],
  [{ ...TO, reports: ['/v1/reports/orders'] }, 'cannot be shared'],
  [{ ...TO, reports: ['/v1/reports/campaigns?start=2026-01-01'] }, 'start: is given by the schedule'],
  [{ ...TO, reports: ['/v1/reports/campaigns?colour=red'] }, 'colour: is not a parameter'],
  [{ ...TO, reports: ['/v1/reports/attribution?models=linear,last_touch'] }, 'models: is not for a mail'],
  [{ slack: 'http://hooks.slack.example/hunter2' }, 'config.schedules.board.slack: begins with http://'],
  [{ slack: 'https://127.0.0.1/hunter2' }, 'private_network'],
  [
    { webhook: { url: 'https://shop.example/h', signing_secret: 'hunter2' } },
    'config.schedules.board.webhook.signing_secret: must be whsec_',
  ],
  [{ export: { views: ['orders'] } }, 'config.schedules.board.export: needs either folder or s3'],
  [{ export: { views: ['people'], folder: '/x' } }, '"people" is not one of'],
  [{ export: { views: ['orders'], folder: 'x' } }, 'must be a whole path'],
  [{ ...TO, export: { views: ['orders'], folder: '/x' } }, 'config.schedules.board.recipients: is for reports'],
  [
    { export: { views: ['orders'], s3: { ...S3, endpoint: 'http://10.0.0.1:9000' } } },
    'config.schedules.board.export.s3.endpoint',
  ],
  [{ export: { views: ['orders'], s3: { ...S3, prefix: 'a/../b' } } }, 'config.schedules.board.export.s3.prefix'],
])('%o is refused', (schedule, reason) => {
  expect(() => read(schedule)).toThrow(reason);
  expect(() => read(schedule)).not.toThrow('hunter2');
});

test('mail needs a server and the address of this one, which may be that of the sign-in or of links', () => {
  expect(() => read(TO, { mail: undefined })).toThrow('needs the setting mail');
  expect(() => makeConfig({ mail: MAIL, schedules: { board: { period: 'daily', ...TO } } })).toThrow(
    'needs the setting public_url',
  );
  expect(read(TO).public_url).toBe('https://t.shop.example');
  const of_links = {
    mail: MAIL,
    email: { base_url: 'https://l.shop.example' },
    schedules: { board: { period: 'daily', ...TO } },
  };
  expect(makeConfig(of_links).public_url).toBe('https://l.shop.example');
});

test('only tokens of this program name a recipient, each of one schedule', async () => {
  const recipients = new Recipients(await openTestState(), Date.now);
  const keys = [await recipients.keyOf('a', 'Anna@Shop.example'), await recipients.keyOf('b', 'anna@shop.example')];
  expect(new Set(keys).size).toBe(2);
  expect(await recipients.keyOf('a', 'anna@shop.example')).toBe(keys[0]);
  const tokens = await Promise.all(keys.map((key) => recipients.tokenOf(key)));
  expect(await Promise.all(tokens.map((token) => recipients.find(token)))).toEqual(keys);
  const [one, two] = tokens.map((token) => Buffer.from(token, 'base64url'));
  const mixed = Buffer.concat([one!.subarray(0, 16), two!.subarray(16)]).toString('base64url');
  for (const wrong of [mixed, tokens[0]!.slice(0, -2), '', 'x'.repeat(43)])
    expect(await recipients.find(wrong)).toBeUndefined();
});
