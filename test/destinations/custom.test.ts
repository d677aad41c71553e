/** A request of one's own: templates are filled with values that stay values, and faults of a template are told at the start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { custom } from '../../src/destinations/custom/custom.ts';
import { placeholderNames } from '../../src/destinations/custom/placeholders.ts';
import type { DestinationOptions, RequestTemplate } from '../../src/destinations/destination.ts';
import type { Message } from '../../src/destinations/message.ts';
import { answer, CONTEXT, deliver } from './deliver.ts';
import { startCustom } from './fakes/custom.ts';
import { anyHistory, anyMessage, conversion, corrected, NOW_MS, PROFILE } from './messages.ts';

const STATE_TEMPLATE: RequestTemplate = {
  method: 'PUT',
  url: 'https://crm.example/shop/orders/{{conversion_id}}?source=tributary',
  headers: { Authorization: 'Bearer {{secret.token}}', 'X-Message': '{{ message_id }}' },
  body: {
    order: '{{order_id}}',
    label: 'Order {{order_id}} of {{brand_id}}',
    net: '{{state.net}}',
    email_credit: '{{state.email_credit}}',
    exact: ['{{state.email_credit_micros}}', '{{revision}}'],
    revision: '{{revision}}',
    products: '{{product_ids}}',
    first: { channel: '{{state.first_touch.channel}}', ad: '{{identifiers.gclid}}' },
    source: 'tributary',
    version: 1,
    nothing: null,
  },
};
const LEDGER_TEMPLATE: RequestTemplate = {
  method: 'POST',
  url: 'https://crm.example/shop/ledger',
  headers: { Authorization: 'Bearer {{secret.token}}', 'Idempotency-Key': '{{message_id}}' },
  body: { conversion_id: '{{conversion_id}}', net_micros: '{{difference.net_micros}}', why: '{{correction.parts}}' },
};

const settings = (
  template: Partial<RequestTemplate> = {},
  options: Record<string, string> = {},
  of: RequestTemplate = STATE_TEMPLATE,
): DestinationOptions => ({
  id: 'crm',
  brand_id: 'default',
  private_network: true,
  options,
  secrets: { token: 'right' },
  template: { ...of, ...template },
});
const ledger = (template: Partial<RequestTemplate> = {}) =>
  settings(template, { corrections: 'difference' }, LEDGER_TEMPLATE);

function requestOf(message: Message, of = settings()) {
  const told = custom.translate(message, of, NOW_MS);
  if (!('items' in told)) throw new Error(JSON.stringify(told));
  return custom.request(told.items, of, CONTEXT);
}
const ORDER = conversion();
const LESS = corrected(ORDER, { net_micros: '100000000', email_credit_micros: '50000000' });

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function started() {
  const fake = await startCustom('right');
  close = fake.close;
  return fake;
}

describe('a template', () => {
  test('is filled: a placeholder alone keeps its type, one inside a text is text', () => {
    const { body, ...request } = requestOf(ORDER);
    expect(request).toEqual({
      method: 'PUT',
      url: 'https://crm.example/shop/orders/conversion-1?source=tributary',
      headers: { 'content-type': 'application/json', authorization: 'Bearer right', 'x-message': 'm-1-1' },
    });
    expect(JSON.parse(body)).toEqual({
      order: 'order-1',
      label: 'Order order-1 of default',
      net: 149.99,
      email_credit: 75,
      exact: ['74995000', 1],
      revision: 1,
      products: ['sku-1', 'sku-2'],
      first: { channel: 'email', ad: null },
      source: 'tributary',
      version: 1,
      nothing: null,
    });
  });

  test('has the change since the last message where the option says so, and all of it at first', () => {
    const bodies = [ORDER, LESS].map((message) => JSON.parse(requestOf(message, ledger()).body));
    expect(bodies).toEqual([
      { conversion_id: 'conversion-1', net_micros: '149990000', why: null },
      {
        conversion_id: 'conversion-1',
        net_micros: '-49990000',
        why: [{ cause: 'refunds', net_micros: '-49990000', email_credit_micros: '-24995000' }],
      },
    ]);
  });

  test('is for orders or for customers', () => {
    const customers = settings(
      { url: 'https://crm.example/customers', body: { id: '{{customer_id}}', worth: '{{lifetime_value}}' } },
      { message: 'profile' },
    );
    expect(custom.check!(customers)).toBeNull();
    expect(JSON.parse(requestOf(PROFILE, customers).body)).toEqual({ id: 'customer-1', worth: 449.97 });
    expect(custom.translate(ORDER, customers, NOW_MS)).toHaveProperty('skipped');
    expect(custom.translate(PROFILE, settings(), NOW_MS)).toHaveProperty('skipped');
  });

  test('is not filled for changes where the option says none', () => {
    const none = settings({}, { corrections: 'none' });
    expect(custom.translate(LESS, none, NOW_MS)).toHaveProperty('skipped');
    expect(custom.translate(ORDER, none, NOW_MS)).toHaveProperty('items');
  });
});

test('whatever an order holds, its values stay values and its ids stay one part of the path', () => {
  const template = settings({
    body: { alone: '{{order_id}}', inside: '<{{order_id}}|{{customer_id}}>', list: '{{product_ids}}', fixed: 'x' },
  });
  fc.assert(
    fc.property(anyMessage, (message) => {
      const told = custom.translate(message, template, NOW_MS);
      expect(custom.translate(structuredClone(message), template, NOW_MS + 1)).toEqual(told);
      if (!('items' in told)) return;
      const { url, body, headers } = custom.request(told.items, template, CONTEXT);
      expect(JSON.parse(body)).toEqual({
        alone: message.order_id,
        inside: `<${message.order_id ?? ''}|${message.customer_id ?? ''}>`,
        list: message.product_ids,
        fixed: 'x',
      });
      const { origin, pathname, search } = new URL(url);
      expect([origin, search]).toEqual(['https://crm.example', '?source=tributary']);
      expect(pathname.split('/')).toEqual(['', 'shop', 'orders', encodeURIComponent(message.conversion_id)]);
      expect(Object.entries(headers).flat()).not.toContain(message.conversion_id);
    }),
    { numRuns: 100 },
  );
});

test.each(['.', '..', '"},"admin":true,{"', '{{secret.token}}', '$&', '../../admin', 'a/b?c#d', '\ud800'])(
  'the id %j leads nowhere else',
  (conversion_id) => {
    const of = settings({ body: { id: '{{conversion_id}}' } });
    const told = custom.translate(conversion({ conversion_id }), of, NOW_MS);
    if ('refused' in told) return expect(conversion_id).toMatch(/^\.+$/);
    const { url, body } = requestOf(conversion({ conversion_id }), of);
    expect(JSON.parse(body)).toEqual({ id: conversion_id });
    expect(new URL(url).pathname).toMatch(/^\/shop\/orders\/[^/]+$/);
    expect(body + url).not.toContain('right');
    return undefined;
  },
);

test('an id that the URL needs and the order does not have is named', () => {
  const of = settings({ url: 'https://crm.example/orders/{{order_id}}' });
  expect(custom.translate(conversion({ order_id: null }), of, NOW_MS)).toEqual({
    refused: 'order_id is missing, and template.url needs it; send it with the conversion',
  });
});

describe('a fault is told before anything is sent:', () => {
  test.each<[string, DestinationOptions, string, RegExp]>([
    ['no template', { ...settings(), template: undefined }, 'template', /is needed/],
    [
      'an unknown name',
      settings({ body: { a: { b: ['{{conversionid}}'] } } }),
      'template.body.a.b[0]',
      /conversionid.*conversion_id/,
    ],
    ['a name of JavaScript', settings({ body: ['{{constructor}}'] }), 'template.body[0]', /not known/],
    ['a name of customers', settings({ body: '{{lifetime_value}}' }), 'template.body', /not known/],
    ['loose braces', settings({ body: { a: '{{conversion_id' } }), 'template.body.a', /other half/],
    ['a list in a text', settings({ body: { a: 'x{{product_ids}}' } }), 'template.body.a', /list/],
    [
      'a placeholder as a name',
      settings({ body: { '{{order_id}}': 1 } }),
      'template.body.{{order_id}}',
      /name of a field/,
    ],
    ['a secret in the body', settings({ body: { a: '{{secret.token}}' } }), 'template.body.a', /only in headers/],
    [
      'a secret in the URL',
      settings({ url: 'https://crm.example/{{secret.token}}' }),
      'template.url',
      /only in headers/,
    ],
    [
      'a secret that is not given',
      settings({ headers: { A: '{{secret.other}}' } }),
      'template.headers.A',
      /add other to secrets/,
    ],
    [
      'a person in the URL',
      settings({ url: 'https://crm.example/{{customer_id}}' }),
      'template.url',
      /not known in a URL/,
    ],
    [
      'an order in the URL of a customer',
      settings({ body: 1 }, { message: 'profile' }),
      'template.url',
      /not known in a URL/,
    ],
    ['a host from an order', settings({ url: 'https://{{order_id}}.example/' }), 'template.url', /host/],
    ['a host that goes on', settings({ url: 'https://crm.example{{order_id}}/' }), 'template.url', /host/],
    ['another scheme', settings({ url: 'file:///etc/passwd' }), 'template.url', /https/],
    [
      'an id in a header',
      settings({ headers: { A: '{{conversion_id}}' } }),
      'template.headers.A',
      /not known in a header/,
    ],
    ['a header of the connection', settings({ headers: { Host: 'x' } }), 'template.headers.Host', /connection/],
    ['a header with a space', settings({ headers: { 'A b': 'x' } }), 'template.headers.A b', /name of a header/],
    ['a header with a line end', settings({ headers: { A: 'x\r\nB: y' } }), 'template.headers.A', /characters/],
    ['a secret with a line end', { ...settings(), secrets: { token: 'right\n' } }, 'secrets.token', /line end/],
    [
      'a difference without the option',
      settings({}, {}, LEDGER_TEMPLATE),
      'template.body.net_micros',
      /options.corrections/,
    ],
    ['an unknown option', settings({}, { corrections: 'all' }), 'options.corrections', /state, difference, none/],
    ['an unknown kind', settings({}, { message: 'order' }), 'options.message', /conversion, profile/],
  ])('%s', (_, of, option, sentence) => {
    const problem = custom.check!(of);
    expect(problem).toEqual({ option, problem: expect.stringMatching(sentence) });
    expect(problem!.problem).not.toContain('right');
  });

  test('and a good template has none', () => {
    expect(custom.check!(settings())).toBeNull();
    expect(custom.check!(ledger())).toBeNull();
  });
});

test('every name that the page lists can be used, and the page lists all', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/destinations/custom.md'), 'utf8');
  for (const kind of ['conversion', 'profile'] as const) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${kind}\``))!;
    const listed = [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name!).slice(1);
    expect(listed.toSorted()).toEqual(placeholderNames(kind).toSorted());
    const of = settings(
      { url: 'https://crm.example/', body: listed.map((name) => `{{${name}}}`) },
      { message: kind, corrections: 'difference' },
    );
    expect(custom.check!(of)).toBeNull();
    expect(JSON.parse(requestOf(kind === 'profile' ? PROFILE : LESS, of).body)).not.toContain(undefined);
  }
});

test('orders are there as they are in the end, by state and by the sum of differences, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyHistory, { minLength: 1, maxLength: 3 }), async (histories) => {
      const fake = await started();
      const messages = histories.flatMap((history, i) =>
        history.map((message) => ({ ...message, conversion_id: `c/${i}`, message_id: `m-${i}-${message.revision}` })),
      );
      for (const status of [408, 425, 429, 500, 503]) fake.fail({ reply: { status } });
      fake.fail({ cut: 'after' });
      const url = (template: RequestTemplate) => template.url.replace('https://crm.example', fake.url);
      await deliver(custom, settings({ url: url(STATE_TEMPLATE) }), messages);
      fake.fail({ cut: 'after' });
      await deliver(custom, ledger({ url: url(LEDGER_TEMPLATE) }), messages);
      const newest = new Map(messages.map((message) => [message.conversion_id, message]));
      expect(fake.stateByOrder().size).toBe(newest.size);
      for (const [id, { revision }] of fake.stateByOrder()) expect(revision).toBe(newest.get(id)!.revision);
      expect(fake.sumsByOrder()).toEqual(new Map([...newest].map(([id, { state }]) => [id, BigInt(state.net_micros)])));
      await fake.close();
    }),
    { numRuns: 4 },
  );
});

test('an answer of 2xx is a delivery; 408, 425, 429 and 5xx are tried again; other 4xx are refused', () => {
  const read = (status: number, headers = {}) => custom.read(answer(status, 'no', headers), [], NOW_MS);
  for (const status of [200, 201, 204]) expect(read(status)).toEqual({ outcome: 'delivered' });
  for (const status of [408, 425, 429, 500, 503]) expect(read(status)).toMatchObject({ outcome: 'retry' });
  for (const status of [401, 403]) expect(read(status)).toMatchObject({ outcome: 'disabled' });
  for (const status of [400, 404, 409, 410, 422]) expect(read(status)).toMatchObject({ outcome: 'refused' });
  expect(read(503, { 'retry-after': '30' })).toMatchObject({ after_ms: 30_000 });
  expect(read(302)).toMatchObject({ outcome: 'disabled', reason: expect.stringContaining('redirects') });
});
