/** Wherever a provider writes the address, the name or the IP address of a person: nothing in the data folder holds it. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PROVIDERS } from '../../src/sources/index.ts';
import { lettersOf } from '../../src/sources/letters.ts';
import { proofOf } from '../../src/sources/source.ts';
import { KEYS } from '../server/harness.ts';
import { filesWith, told } from '../support/kept-texts.ts';
import { DEEP } from '../support/tier.ts';
import { type SourceServer, startSource } from './harness.ts';
import { headersOf, samplesOf } from './samples.ts';

const ADDRESS = 'Petra.Marker+tag@example.com';
const WAYS: ReadonlyArray<(held: string) => string> = [
  () => ADDRESS,
  (held) => `${held} ${ADDRESS}`,
  (held) => `${held}_${ADDRESS.toUpperCase()}_7`,
  () => `https://shop.example/a?to=${ADDRESS}&utm_campaign=${encodeURIComponent(ADDRESS)}&utm_source=news`,
  () =>
    `https://shop.example/?next=${encodeURIComponent(`https://shop.example/?e=${encodeURIComponent(ADDRESS)}&x=1`)}`,
  () => `Petra Markerson <${ADDRESS}>`,
  () => `550 5.1.1 <${ADDRESS}>: unknown`,
];
/** Every spelling of the address, the name and the IP address, in small letters. */
const SECRETS = ['petra.marker', 'markerson', '203.0.113.77'];
const PERSONAL = {
  first_name: 'Markerson',
  merges: { FNAME: 'Markerson', EMAIL: ADDRESS },
  ip_opt: '203.0.113.77',
  ip: '203.0.113.77',
  contact: { name: 'Petra Markerson' },
  billing_person: { name: 'Petra Markerson', email: ADDRESS, phone: '1' },
  seen_at: '203.0.113.77',
  Geo: { IP: '203.0.113.77', City: 'Markerson' },
  subject: 'Markerson, your order',
  Subject: 'Markerson, your order',
  [ADDRESS]: ADDRESS,
};

const BODY_PARTS = ['Message', 'tag'];

/** JSON with the person in every object, and one of its texts changed. JSON within a text is changed, too. */
function withPerson(json: unknown, at: number, way: (held: string) => string): { body: unknown; texts: number } {
  let texts = 0;
  const walk = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') {
      if (BODY_PARTS.includes(name) && /^[[{]/.test(value)) return JSON.stringify(walk(JSON.parse(value)));
      return texts++ === at ? way(value) : value;
    }
    if (Array.isArray(value)) return value.map((item) => walk(item));
    if (typeof value !== 'object' || value === null) return value;
    const own = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, key)]));
    // Its own fields come first: SparkPost names the kind of an event by the first one.
    return { ...own, ...PERSONAL, ...own };
  };
  return { body: walk(json), texts };
}

/** The quick tier has one way for each text. */
const waysAt = (at: number): typeof WAYS => (at >= 0 && DEEP ? WAYS : [WAYS[(at + 1) % WAYS.length]!]);

/** Bodies of a provider with the person everywhere. */
function* bodiesOf(provider: string): Generator<string> {
  for (const { json, form } of samplesOf(provider)) {
    const events = new URLSearchParams(form).get('mandrill_events');
    const fields = Object.fromEntries([...new URLSearchParams(form)].map(([key, value]) => [key, value]));
    const mailchimp = {
      ...fields,
      data: { old_email: 'anna@example.com', new_email: 'ann@example.com', email: ADDRESS },
    };
    const content = json ?? (events === null ? mailchimp : JSON.parse(events));
    const asSent = (body: unknown): string =>
      events === null
        ? JSON.stringify(body)
        : new URLSearchParams({ mandrill_events: JSON.stringify(body) }).toString();
    const { texts } = withPerson(content, -1, String);
    for (let at = -1; at < texts; at++) for (const way of waysAt(at)) yield asSent(withPerson(content, at, way).body);
  }
}

const TOKEN = 'a-token-of-at-least-20-characters';

/** A server with a source whose proof is another test's subject. */
async function startUnproven(provider: string): Promise<SourceServer> {
  const source = PROVIDERS.get(provider)!;
  const needs = Object.fromEntries((source.needs ?? []).map((name) => [name, 'x']));
  const settings = { brand_id: 'default', secrets: ['secret'], public_keys: [], options: needs };
  if (source.verify) vi.spyOn(source, 'verify').mockReturnValue({ ok: true });
  const is_signed = proofOf(source, settings) !== 'none';
  return startSource(
    {
      provider,
      options: needs,
      ...(is_signed ? { secrets: ['secret'] } : { path_token: TOKEN, basic_auth: { user: 'u', password: 'p' } }),
    },
    { ip_storage: 'none' },
  );
}

/** What is kept of the secrets: in files, tables, letters, lists and lines of the log. */
async function keptIn(server: SourceServer): Promise<string[]> {
  await server.flush();
  const letters = await lettersOf(server.tributary.state, 'hook');
  const texts = [await told(server.tributary.warehouse), letters, await server.status(), server.log];
  const all = JSON.stringify(texts).toLowerCase();
  const spellings = SECRETS.flatMap((text) => [text, text.toUpperCase(), text.replace(/^./, (c) => c.toUpperCase())]);
  const found = SECRETS.filter((text) => all.includes(text)).map((text) => {
    const at = all.indexOf(text);
    return all.slice(Math.max(0, at - 200), at + 60);
  });
  return [...found, ...filesWith(server.folder, ['Petra.Marker', 'petra.marker', ...spellings])];
}

afterEach(() => vi.restoreAllMocks());

describe.each([...PROVIDERS.keys()])('%s', (provider) => {
  test('leaves no address, name or IP address of a person anywhere', async () => {
    const server = await startUnproven(provider);
    const is_signed = proofOf(PROVIDERS.get(provider)!, { brand_id: '', secrets: ['s'], public_keys: [], options: {} });
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`;
    const headers = { ...headersOf(provider), ...(is_signed === 'none' && { authorization: basic }) };
    const path = is_signed === 'none' ? `/v1/sources/hook/${TOKEN}` : '/v1/sources/hook';
    for (const body of bodiesOf(provider)) {
      const answer = await server.deliver(body, headers, path);
      expect(answer.status, answer.text).toBe(200);
    }
    const { accepted, letters } = await server.status();
    expect(accepted).toBeGreaterThan(0);
    if (DEEP) expect(letters).toBeGreaterThan(0);
    expect(await keptIn(server)).toEqual([]);
  }, 120_000);
});

test("Segment's API keeps no address but that of an id", async () => {
  const server = await startSource({ provider: 'sendgrid', public_key: 'x' }, { ip_storage: 'none' });
  const base = { anonymousId: 'd', timestamp: '2026-03-10T09:00:00Z' };
  const url = `https://shop.example/?e=${encodeURIComponent(ADDRESS)}`;
  const batch = [
    { ...base, type: 'track', event: `Sent ${ADDRESS}`, properties: { email: ADDRESS, to: [{ [ADDRESS]: url }] } },
    {
      ...base,
      type: 'page',
      name: ADDRESS,
      properties: { url },
      context: { campaign: { name: ADDRESS }, ip: '203.0.113.77' },
    },
    {
      ...base,
      type: 'track',
      event: 'Email Opened',
      messageId: ADDRESS,
      properties: { email: ADDRESS, email_id: ADDRESS },
    },
    {
      ...{ ...base, type: 'track', event: 'Order Completed', messageId: `o-${ADDRESS}` },
      properties: { order_id: `o ${ADDRESS}`, total: 5, currency: 'USD', coupon: ADDRESS, email: ADDRESS },
    },
    { ...base, type: 'identify', traits: { email: ADDRESS, name: 'Petra Markerson' } },
  ];
  const { body } = await server.post('/v1/batch', { batch, writeKey: KEYS.TRIBUTARY_WRITE_KEY }, {});
  expect(body).toMatchObject({ accepted: 5, rejected: [] });
  expect(await keptIn(server)).toEqual([]);
});

test('ids with addresses stay apart, and stay the same', async () => {
  const server = await startUnproven('generic');
  const order = (order_id: string) => ({
    ...{ type: 'order', order_id, value: '5', currency: 'USD', occurred_at: '2026-03-10T09:00:00Z', customer_id: 'c' },
  });
  const ids = ['a@example.com', 'b@example.com', 'a@nowhere', 'b@nowhere', `${'x'.repeat(180)}a@example.com`];
  for (let i = 0; i < 2; i++) await server.deliver(JSON.stringify(ids.map(order)));
  const orders = await server.rows('conversions');
  expect(orders).toHaveLength(ids.length);
  expect(new Set(orders.map(({ order_id }) => order_id)).size).toBe(ids.length);
});

test('an id of a message stays as the server wrote it, unless it holds the recipient', async () => {
  const server = await startUnproven('sparkpost');
  const [event] = samplesOf('sparkpost')[0].json as Array<{ msys: { track_event: object } }>;
  const ids = ['20130503182626.18666.16540@mail.shop.example', 'anna@example.com', '0001anna@example.com-0001'];
  const body = ids.map((message_id, i) => ({
    msys: { track_event: { ...event!.msys.track_event, message_id, event_id: String(i) } },
  }));
  const basic = `Basic ${Buffer.from('u:p').toString('base64')}`;
  await server.deliver(JSON.stringify(body), { authorization: basic }, `/v1/sources/hook/${TOKEN}`);
  const found = (await server.rows('touchpoints')).map(({ message_id }) => message_id);
  expect(found[0]).toBe(ids[0]);
  expect(found.slice(1).join()).not.toContain('@');
});

test('a brand that keeps addresses as ids keeps them', async () => {
  const source = { provider: 'generic', secrets: ['secret'] };
  vi.spyOn(PROVIDERS.get('generic')!, 'verify').mockReturnValue({ ok: true });
  const server = await startSource(source, { brands: { default: { customer_ids: 'email' } } });
  const order = {
    ...{ type: 'order', order_id: 'o1', value: '5', currency: 'USD', occurred_at: '2026-03-10T09:00:00Z' },
    ...{ email: 'Anna@Example.com', coupons: ['Anna@Example.com'] },
  };
  await server.deliver(JSON.stringify(order));
  const [row] = await server.rows('conversions');
  expect(row).toMatchObject({ customer_id: 'anna@example.com' });
});
