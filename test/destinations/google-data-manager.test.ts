/** Orders at Google Ads by the Data Manager API: what is sent, and what is there in the end. */
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { CheckCall, DestinationOptions } from '../../src/destinations/destination.ts';
import { googleDataManager as google } from '../../src/destinations/google-data-manager/google-data-manager.ts';
import type { ConversionMessage } from '../../src/destinations/message.ts';
import type { OutAnswer } from '../../src/network/request.ts';
import { answer, CONTEXT, call, deliver } from './deliver.ts';
import { googleError, startGoogleDataManager } from './fakes/google-data-manager.ts';
import { anyMessage, conversion, corrected, NOW_MS } from './messages.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const ACCOUNT = { client_email: 'robot@project.iam.gserviceaccount.com', private_key: privateKey };
const REFRESH = { client_id: 'id', client_secret: 'right', refresh_token: 'right' };

const settings = (
  options = {},
  secrets: Record<string, string> = { service_account: JSON.stringify(ACCOUNT) },
): DestinationOptions => ({
  id: 'google',
  brand_id: 'default',
  private_network: true,
  options: { account_id: '111', conversion_action_id: '222', ...options },
  secrets,
});
const EMAIL = 'a'.repeat(64);
const told = (message: ConversionMessage, options = {}) => google.translate(message, settings(options), NOW_MS);
const order = (rest: Partial<ConversionMessage> = {}) => conversion({ identifiers: { gclid: 'Cj0KC-_1' }, ...rest });

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started() {
  const fake = await startGoogleDataManager(() => NOW_MS, publicKey);
  close = fake.close;
  return { fake, at: { base_url: fake.url, token_url: `${fake.url}/token` } };
}

test('an order is an event of the conversion action, with what the click is found by', () => {
  const made = told(
    order({ identifiers: { gclid: 'Cj0KC-_1', email_sha256: EMAIL.toUpperCase(), phone_sha256: 'clear' } }),
  );
  const options = { login_account_id: '333', ad_user_data: 'GRANTED', ad_personalization: 'DENIED' };
  const { url, headers, body } = google.request((made as { items: unknown[] }).items, settings(options), CONTEXT);
  expect(url).toBe('https://datamanager.googleapis.com/v1/events:ingest');
  expect(headers['authorization']).toBe('Bearer token');
  expect(JSON.parse(body)).toEqual({
    destinations: [
      {
        operatingAccount: { accountType: 'GOOGLE_ADS', accountId: '111' },
        loginAccount: { accountType: 'GOOGLE_ADS', accountId: '333' },
        productDestinationId: '222',
      },
    ],
    encoding: 'HEX',
    consent: { adUserData: 'CONSENT_GRANTED', adPersonalization: 'CONSENT_DENIED' },
    validateOnly: false,
    events: [
      {
        eventTimestamp: '2026-03-01T11:00:00.000Z',
        transactionId: 'order-1',
        eventSource: 'WEB',
        currency: 'USD',
        conversionValue: 149.99,
        adIdentifiers: { gclid: 'Cj0KC-_1' },
        userData: { userIdentifiers: [{ emailAddress: EMAIL }] },
      },
    ],
  });
});

test('a correction is the order with its newest value; what Google cannot use says why', () => {
  expect(told(corrected(order(), { net_micros: '100000000' }))).toMatchObject({
    items: [{ transactionId: 'order-1', conversionValue: 100 }],
  });
  expect(told(corrected(order(), { email_credit_micros: '0' }))).toEqual({
    skipped: 'Google Ads keeps one value of an order, and it did not change',
  });
  expect(told(order({ identifiers: {} }))).toMatchObject({ refused: expect.stringContaining('gclid') });
  expect(told(order({ conversion_type: 'lead_generation' }))).toEqual({
    skipped: 'options.conversion_types does not have lead_generation',
  });
  const options = { conversion_types: 'lead_generation, demo_request' };
  expect(told(order({ conversion_type: 'demo_request' }), options)).toHaveProperty('items');
});

test('answers: one bad event is refused and the others are sent again', () => {
  const read = (given: OutAnswer) => google.read(given, [1, 2, 3], NOW_MS);
  const error = (status: number, code: string, field?: string) => {
    const made = googleError(status, code, field ? [{ field, description: 'is invalid' }] : []);
    return answer(made.status, made.body);
  };
  const again = { outcome: 'retry', reason: 'another event of the request failed', after_ms: 0 };
  expect(read(answer(200, { requestId: 'r' }))).toEqual({ outcome: 'delivered' });
  expect(read(error(400, 'INVALID_ARGUMENT', 'events[1].currency'))).toEqual({
    each: [again, { outcome: 'refused', reason: 'events[1].currency: is invalid' }, again],
  });
  expect(read(error(400, 'INVALID_ARGUMENT', 'events[7]'))).toEqual({ split: 'answered 400: is invalid' });
  expect(read(error(400, 'INVALID_ARGUMENT'))).toHaveProperty('split');
  expect(read(error(400, 'INVALID_ARGUMENT', 'destinations[0]'))).toMatchObject({ outcome: 'disabled' });
  expect(read(error(401, 'UNAUTHENTICATED'))).toMatchObject({ outcome: 'expired' });
  expect(read(error(403, 'PERMISSION_DENIED'))).toMatchObject({ outcome: 'disabled' });
  expect(read(error(429, 'RESOURCE_EXHAUSTED'))).toMatchObject({ outcome: 'retry' });
  expect(read(error(503, 'UNAVAILABLE'))).toMatchObject({ outcome: 'retry' });
});

test('a token comes by the key of a service account or by a refresh token, and its refusal says what to check', async () => {
  const { fake, at } = await started();
  const ask = async (secrets: Record<string, string>) => {
    const step = google.token!(settings(at, secrets), [], NOW_MS);
    if (!('request' in step)) return step;
    const given = await call(step.request);
    return google.token!(settings(at, secrets), [given!], NOW_MS);
  };
  const service_account = JSON.stringify(ACCOUNT);
  expect(await ask({ service_account })).toEqual({ value: 'token-1', base_url: '', until_ms: NOW_MS + 3_599_000 });
  expect(await ask(REFRESH)).toMatchObject({ value: 'token-2' });
  const failed = { failed: { outcome: 'disabled', reason: expect.stringContaining('check the secrets') } };
  expect(await ask({ ...REFRESH, refresh_token: 'revoked' })).toMatchObject(failed);
  expect(await ask({ service_account: JSON.stringify({ ...ACCOUNT, client_email: 'other' }) })).toMatchObject(failed);
  fake.fail({ reply: { status: 503 } });
  expect(await ask(REFRESH)).toMatchObject({ failed: { outcome: 'retry' } });
});

test('settings are checked before anything is sent', () => {
  const check = (options: object, secrets?: Record<string, string>) =>
    google.check!(settings(options, secrets))?.option;
  expect(check({})).toBeUndefined();
  expect(check({}, REFRESH)).toBeUndefined();
  expect(check({}, { client_id: 'id' })).toBe('secrets.service_account');
  expect(check({}, { service_account: '{"client_email":"a","private_key":"no key"}' })).toBe('secrets.service_account');
  expect(check({ account_id: '111-222-3333' })).toBe('options.account_id');
  expect(check({ token_url: 'no url' })).toBe('options.token_url');
});

test('the check validates and stores nothing', async () => {
  const { fake, at } = await started();
  const { request, read } = google.check_call as CheckCall;
  const step = google.token!(settings(at), [], NOW_MS) as { request: Parameters<typeof call>[0] };
  const token = google.token!(settings(at), [(await call(step.request))!], NOW_MS) as {
    value: string;
    base_url: string;
  };
  const check = async (options: object) => read((await call(request(settings(options), { ...CONTEXT, token })))!);
  expect(await check(at)).toBeNull();
  expect([fake.validated(), fake.accepted.length]).toEqual([1, 0]);
  expect(await check({ ...at, conversion_action_id: '9' })).toMatchObject({
    problem: 'Google says: destinations[0]: is invalid',
  });
  expect(await check({ ...at, account_id: '9' })).toMatchObject({
    problem: 'Google says: There was a problem with the request.',
  });
});

test('orders and their corrections end with the newest values, though tokens expire and events are bad', async () => {
  const { fake, at } = await started();
  fake.fail({ reply: { status: 500 }, path: '/token' });
  fake.fail({ reply: googleError(429, 'RESOURCE_EXHAUSTED'), path: '/v1/events:ingest' });
  fake.fail({ reply: googleError(401, 'UNAUTHENTICATED'), path: '/v1/events:ingest' });
  fake.fail({ cut: 'after', path: '/v1/events:ingest' });
  const first = Array.from({ length: 30 }, (_, i) =>
    order({
      message_id: `m-${i}-1`,
      conversion_id: `c-${i}`,
      order_id: `order-${i}`,
      ...(i === 8 ? { currency: 'US' } : {}),
    }),
  );
  const second = first.slice(10, 20).map((message) => corrected(message, { net_micros: '5000000' }));
  const settled = await deliver(google, settings(at), [...first, ...second]);
  expect(settled.get('m-8-1')).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('currency') });
  expect([...settled.values()].filter(({ outcome }) => outcome === 'delivered')).toHaveLength(39);
  const values = [...fake.stateByOrder()].sort(([a], [b]) => Number(a.slice(6)) - Number(b.slice(6)));
  const expected = first.flatMap((_, i) => (i === 8 ? [] : [[`order-${i}`, i >= 10 && i < 20 ? 5 : 149.99]]));
  expect(values).toEqual(expected);
  expect(fake.issued()).toBe(2);
});

test('Google would take any message', async () => {
  const { at } = await started();
  const step = google.token!(settings(at), [], NOW_MS) as { request: Parameters<typeof call>[0] };
  const token = google.token!(settings(at), [(await call(step.request))!], NOW_MS) as {
    value: string;
    base_url: string;
  };
  await fc.assert(
    fc.asyncProperty(anyMessage, fc.boolean(), async (message, has_click) => {
      const identifiers = { ...message.identifiers, ...(has_click ? { gclid: 'Cj0KC' } : {}) };
      const made = told({ ...message, identifiers });
      expect(told(structuredClone({ ...message, identifiers }))).toEqual(made);
      if (!('items' in made)) return;
      const given = await call(google.request(made.items, settings(at), { ...CONTEXT, token }));
      expect(given).toMatchObject({ status: 200 });
    }),
    { numRuns: 120 },
  );
});
