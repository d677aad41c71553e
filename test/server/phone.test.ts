/** Phone numbers: a person is known by one, no number is stored, and a family that shares one stays apart. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { phoneNumber } from '../../src/domain/phone.ts';
import { order, touch } from '../support/events.ts';
import { at, MARCH_QUERY } from '../support/time.ts';
import { ADMIN, type Body, startServer } from './harness.ts';

const NUMBER = '+49 (0)151 234-5678';
const nobody = { customer_id: undefined, anonymous_id: undefined };

test.each([
  ['+49 151 2345678', '+491512345678'],
  ['0049 (0) 151/234.56-78', '+491512345678'],
  ['＋49 151 2345678', '+491512345678'],
  ['+1 (212) 555-0100', '+12125550100'],
  ['tel:+49-151-2345678', '+491512345678'],
  ['(+49)\u00a0151\t2345678 ', '+491512345678'],
  ['+44 (0)20 7946 0958', '+442079460958'],
  ['0151 2345678', null],
  ['+٤٩ ١٥١ ٢٣٤٥٦٧٨', null],
  ['+49 151 2345678; +49 151 2345679', null],
  ['+0 151 2345678', null],
  ['+49 151', null],
  ['+49 151 2345678 ext 3', null],
  ['+1234567890123456', null],
])('%s is %s', (sent, number) => {
  expect(phoneNumber(sent)).toBe(number);
});

test('a click that is known by a phone number counts for the order of the customer with the number', async () => {
  const server = await startServer();
  const clicked = { ...touch('t1', 'email_click', at(1)), ...nobody, channel: 'sms', phone: NUMBER };
  expect((await server.post('/v1/touchpoints', clicked)).body).toMatchObject({ accepted: 1 });
  await server.post('/v1/conversions', order('o1', '20', at(2), { customer_id: 'ann', phone: '0049 151 2345678' }));
  await server.flush();
  const { body } = await server.get(`/v1/reports/attribution?${MARCH_QUERY}&group_by=channel`);
  expect(body.channel_attribution).toMatchObject([{ channel: 'sms', attributed_revenue: '20.000000' }]);
  for (const asked of ['ann', NUMBER, '+491512345678']) {
    const found = await server.get(`/v1/customers/${encodeURIComponent(asked)}`);
    expect([asked, found.status, found.body.journeys?.length]).toEqual([asked, 200, 1]);
  }
  // A sister orders with the same number: the two stay two people, and each has her own order.
  await server.post('/v1/conversions', order('o2', '30', at(3), { customer_id: 'eve', phone: NUMBER }));
  await server.flush();
  const { body: eve } = await server.get('/v1/customers/eve');
  expect(JSON.stringify(eve.journeys)).not.toContain('o1');
  expect(bytesWith(server.folder, ['1512345678', '151 234'])).toEqual([]);
  const { body: erased } = await server.call('DELETE', `/v1/customers/${encodeURIComponent('ann')}`, {
    headers: ADMIN,
  });
  await server.tributary.erasures.work();
  expect((await server.get(`/v1/erasures/${erased.erasure_id}`, ADMIN)).body.status).toBe('done');
  expect((await server.get('/v1/customers/ann')).status).toBe(404);
});

test('a number without a country code is refused with the fix, and one beside a browser is left out with a warning', async () => {
  const server = await startServer();
  const { body } = await server.post('/v1/touchpoints', [
    { ...touch('t1', 'email_click', at(1)), phone: '0151 2345678' },
    { ...touch('t2', 'email_click', at(1)), anonymous_id: 'browser', phone: NUMBER },
    { ...touch('t3', 'email_click', at(1)), email: 'tel:+491512345678' },
  ]);
  expect(body.accepted).toBe(1);
  const reasons = body.rejected.map(({ index, field, reason }: Body) => `${index} ${field} ${reason}`);
  expect(reasons).toEqual([
    expect.stringMatching(/^0 phone is not a phone number with its country code; send one such as/),
    expect.stringMatching(/^2 email is not an e-mail address/),
  ]);
  expect(JSON.stringify(body.warnings)).toMatch(/names an anonymous_id/);
});

/** The files of a folder whose bytes hold one of the texts. */
function bytesWith(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    if (!statSync(path).isFile()) return false;
    const bytes = readFileSync(path);
    return texts.some((text) => bytes.includes(text));
  });
}
