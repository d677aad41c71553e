/** Tokens: only this server makes them, and nobody reads a recipient in them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clickToken, openToken, readClickToken, readOpenToken } from '../../src/email/payload.ts';
import { canonicalTarget, isCanonicalTarget, withParameters } from '../../src/email/target.ts';
import { keyText, readKeyText, seal, tokenKey, unseal } from '../../src/email/token.ts';
import { ulid } from '../../src/email/ulid.ts';

const SECRET = Buffer.alloc(32, 1);
const KEY = tokenKey('0a1b2c3d', SECRET);
const MAIL = { brand_id: 'default', customer_id: 'anna@example.com', message_id: 'message-1', sent_s: 1_772_000_000 };
const LINK = { url: 'https://shop.example/?a=1', link: 1, links: 2, text_hash: 'abc', is_honeypot: false };
const CLICK = clickToken(MAIL, LINK, KEY);

test('a token gives back what it was made from', () => {
  const mail = {
    ...MAIL,
    campaign_id: 'ü'.repeat(200),
    email_id: 'e',
    campaign_kind: 'flow',
    tracking_days: 7,
  } as const;
  expect(readClickToken(clickToken(mail, { ...LINK, is_honeypot: true }, KEY), KEY)).toEqual({
    ...mail,
    ...LINK,
    is_honeypot: true,
  });
  expect(readOpenToken(openToken(mail, KEY), KEY)).toEqual(mail);
  expect(clickToken(MAIL, LINK, readKeyText(keyText(KEY.kid, SECRET)))).toBe(CLICK);
});

test('nothing of the recipient is in a token', () => {
  const parts = CLICK.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  for (const secret of ['anna', 'example', 'message-1', 'shop']) expect(parts.join(' ') + CLICK).not.toContain(secret);
});

test('a token of one purpose, key or id of a key is none of another', () => {
  const other = tokenKey(KEY.kid, Buffer.alloc(32, 2));
  expect(readOpenToken(CLICK, KEY)).toBeUndefined();
  expect(readClickToken(openToken(MAIL, KEY), KEY)).toBeUndefined();
  expect(readClickToken(CLICK, other)).toBeUndefined();
  const renamed = tokenKey('ffffffff', SECRET);
  expect(readClickToken(CLICK.replace(KEY.kid, 'ffffffff'), renamed)).toBeUndefined();
});

test('no other text is a token: not a changed, cut, longer or random one', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'.split('');
  const changed = fc
    .tuple(fc.nat(CLICK.length), fc.nat(3), fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 3 }))
    .map(([at, cut, put]) => CLICK.slice(0, at) + put + CLICK.slice(at + cut));
  const random = fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 300 }),
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 24 }),
    )
    .map(([payload, mac]) => `${KEY.kid}.${payload}.${mac}`);
  fc.assert(
    fc.property(fc.oneof(changed, random, fc.string()), (text) => {
      fc.pre(text !== CLICK);
      expect(unseal('click', text, KEY)).toBeUndefined();
      expect(readClickToken(text, KEY)).toBeUndefined();
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  '//evil.example',
  '\\\\evil.example',
  'https:\\\\evil.example/',
  'https:/\\evil.example/',
  'https:///evil.example/',
  'https:evil.example',
  ' https://evil.example/',
  'https://evil.example/\r\nset-cookie: a=b',
  'https://evil.example/\u0000',
  'https://shop.example@evil.example/',
  'HTTPS://EVIL.EXAMPLE/',
  'https://evil.example/ä',
  'https://evil.example',
  'ftp://evil.example/',
  `https://evil.example/${'a'.repeat(4_000)}`,
  '',
  5,
  null,
])('a signed target %j that is no canonical page leads nowhere', (url) => {
  const payload = { m: 'm', c: 'c', b: 'b', s: 1, u: url, l: 1, n: 1, t: '' };
  expect(unseal('click', seal('click', payload, KEY), KEY)).toEqual(payload);
  expect(readClickToken(seal('click', payload, KEY), KEY)).toBeUndefined();
});

test('a page in canonical form stays canonical with parameters, and has a Location header', () => {
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.string(),
      fc.string({ unit: 'binary' }),
      (url, name, value) => {
        const page = canonicalTarget(url);
        if (page === null) return;
        expect(isCanonicalTarget(page)).toBe(true);
        const more = withParameters(page, [[`p${encodeURIComponent(name.toWellFormed())}`, value.toWellFormed()]]);
        expect(more).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
        expect(new URL(more).host).toBe(new URL(page).host);
        expect(new URL(more).hash).toBe(new URL(page).hash);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('ulids are those of the specification, and sort by time', () => {
  expect(ulid(1_469_918_176_385, Buffer.alloc(10))).toBe('01ARYZ6S410000000000000000');
  expect(ulid(0, Buffer.alloc(10, 255))).toBe('0000000000ZZZZZZZZZZZZZZZZ');
  fc.assert(
    fc.property(fc.nat(2 ** 47), fc.uint8Array({ minLength: 10, maxLength: 10 }), (now_ms, random) => {
      expect(ulid(now_ms, random)).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      expect(ulid(now_ms, random) < ulid(now_ms + 1, random)).toBe(true);
    }),
  );
});
