/** What a sender does not have in hand never costs the event: the first address counts, long texts are cut, and the reader says so. */
import { describe, expect, test } from 'vitest';
import { readAddress } from '../../src/domain/address.ts';
import type { Problem } from '../../src/domain/errors.ts';
import { parseJson } from '../../src/domain/json-text.ts';
import { good, refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, 10.0.0.1', '203.0.113.9'],
  ['203.0.113.9,10.0.0.1', '203.0.113.9'],
  ['203.0.113.9 10.0.0.1', '203.0.113.9'],
  ['unknown, 203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:8080, 10.0.0.1:80', '203.0.113.9'],
  ['2001:db8:85a3:8d3:1319:8a2e:370:7348, 198.51.100.7', '2001:db8:85a3:8d3:1319:8a2e:370:7348'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['[::ffff:203.0.113.9]:443', '203.0.113.9'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:80', 'fe80::1'],
  ['"203.0.113.9"', '203.0.113.9'],
  ['for="[2001:db8:cafe::17]:4711";proto=https;by=203.0.113.43', '2001:db8:cafe::17'],
  ['for=192.0.2.60;proto=http', '192.0.2.60'],
  ['203.0.113.0/24', '203.0.113.0'],
  ['203.0.113.9|10.0.0.1', '203.0.113.9'],
  ['["203.0.113.9","10.0.0.1"]', '203.0.113.9'],
  ["['2001:db8::1', '10.0.0.1']", '2001:db8::1'],
  ['[203.0.113.9, 10.0.0.1]', '203.0.113.9'],
  ['localhost', null],
  ['', null],
  ['999.1.1.1', null],
  ['-', null],
  [`${'x,'.repeat(400)}203.0.113.9`, null],
])('the first address of %j is %j', (text, address) => {
  expect(readAddress(text)).toBe(address);
});

function readWith(record: 'touchpoints' | 'conversions', rest: Record<string, unknown>) {
  const warnings: Problem[] = [];
  const item = good(record, { ...GOOD[record], ...rest }, { warn: (warning) => warnings.push(warning) });
  return { item, warnings };
}

describe('a record', () => {
  test.each([
    ['touchpoints', 'user_agent', 1_000],
    ['touchpoints', 'url', 4_000],
    ['touchpoints', 'referrer', 4_000],
    ['touchpoints', 'utm_term', 1_000],
    ['touchpoints', 'os', 100],
    ['conversions', 'conversion_page', 4_000],
  ] as const)('of %s keeps the first part of a long %s, and the sender is told', (record, field, limit) => {
    expect(readWith(record, { [field]: 'x'.repeat(limit) }).warnings).toEqual([]);
    const { item, warnings } = readWith(record, { [field]: 'x'.repeat(limit + 1) });
    expect(item[field]).toBe('x'.repeat(limit));
    expect(warnings).toEqual([
      { field, reason: `is ${limit + 1} characters long and was cut after ${limit}; send fewer` },
    ]);
  });

  test.each([
    [
      `https://a.example/?token=${'x'.repeat(5_000)}&utm_source=news&utm_campaign=spring`,
      '?utm_source=news&utm_campaign=spring',
    ],
    [`https://a.example/?${'a=1&'.repeat(1_500)}utm_source=news#top`, '&a=1&a=1'],
    [`/cart?token=${'x'.repeat(5_000)}&utm_source=news`, '/cart?utm_source=news'],
    [`https://a.example/?utm_source=news&utm_campaign=${'s'.repeat(3_980)}`, '?utm_source=news'],
    [`https://a.example/${'x'.repeat(5_000)}?utm_source=news#${'y'.repeat(2_000)}`, 'x?utm_source=news'],
    [`https://a.example/#${'y'.repeat(4_000)}&utm_source=news`, '/#utm_source=news'],
  ])('of a long URL keeps whole parameters, and those behind a very long one (%#)', (url, end) => {
    const { item, warnings } = readWith('touchpoints', { url });
    expect(String(item['url']).length).toBeLessThanOrEqual(4_000);
    expect(String(item['url']).endsWith(end)).toBe(true);
    expect(warnings).toHaveLength(1);
  });

  test('is not cut in the middle of a character', () => {
    expect(readWith('touchpoints', { browser: `${'x'.repeat(99)}👍` }).item['browser']).toBe('x'.repeat(99));
  });

  test.each([
    ['ip_address', 7],
    ['ip_address', [203, 0, 113, 9]],
    ['evidence', 'machine'],
    ['click_ids', ['gclid']],
    ['user_agent', ['Mozilla/5.0']],
    ['user_agent', true],
    ['url', { href: 'https://a.example/' }],
    ['referrer', false],
    ['browser', 120],
    ['os', {}],
    ['device_type', 'smartphone'],
    ['device_type', 3],
    ['geo_location', 'DE'],
    ['geo_location', ['DE']],
  ])('loses %s when it does not fit (%j), and nothing else; the sender is told the fix', (field, value) => {
    const { item, warnings } = readWith('touchpoints', { campaign_id: 'spring', [field]: value });
    expect(item).toMatchObject({ campaign_id: 'spring', customer_id: GOOD.touchpoints['customer_id'] });
    expect(item).not.toHaveProperty(field);
    expect(warnings).toEqual([
      { field, reason: expect.stringMatching(/; (send|did) .+; it was left out$|is not one of/) },
    ]);
  });

  test('loses a text that holds no address, and takes the first of a list', () => {
    expect(readWith('touchpoints', { ip_address: 'jane' }).warnings).toEqual([
      {
        field: 'ip_address',
        reason: '"jane" holds no IP address; send one such as "203.0.113.9"; it was left out',
      },
    ]);
    for (const list of ['203.0.113.9, 10.0.0.1', ['203.0.113.9', '10.0.0.1'], '203.0.113.9, '.repeat(400)]) {
      const { item, warnings } = readWith('touchpoints', { ip_address: list });
      expect(readAddress(item['ip_address'] as string)).toBe('203.0.113.9');
      expect(warnings).toEqual([]);
    }
  });

  test.each([
    [
      'geo_location',
      '{"lat":52.52000659999999925276,"country":"DE"}',
      { country: 'DE', lat: '52.52000659999999925276' },
    ],
    ['click_ids', '{"gclid":820982911946154508}', { gclid: '820982911946154508' }],
    ['evidence', '{"machine":true,"of":[{"n":1e400}]}', { machine: true, of: [{ n: '1e400' }] }],
  ])('keeps the digits of a number in %s that JSON does not keep, as a text', (field, text, kept) => {
    const { item, warnings } = readWith('touchpoints', { [field]: parseJson(text) });
    expect(JSON.parse(item[field] as string)).toEqual(kept);
    expect(warnings).toEqual([
      { field: expect.stringContaining(`${field}.`), reason: expect.stringMatching(/kept as a text$/) },
    ]);
  });

  test.each([
    ['geo_location', { country: 'x'.repeat(100_000) }, /characters as JSON/],
    ['evidence', { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } }, /8 levels deep/],
    ['click_ids', JSON.parse('{"__proto__":{"gclid":"x"}}'), /without the keys __proto__/],
  ])('loses %s when it is no JSON of a field', (field, value, reason) => {
    const { item, warnings } = readWith('touchpoints', { [field]: value });
    expect(item).not.toHaveProperty(field);
    expect(warnings).toEqual([{ field, reason: expect.stringMatching(reason) }]);
    expect(warnings[0]?.reason).toMatch(/; it was left out$/);
  });

  test('is refused for half of a surrogate pair in evidence, and for such a number in its own data', () => {
    expect(refusal('touchpoints', { ...GOOD.touchpoints, evidence: { a: '\ud83d' } })).toContain('evidence.a');
    const custom_attributes = parseJson('{"id":820982911946154508}');
    expect(refusal('touchpoints', { ...GOOD.touchpoints, custom_attributes })).toContain('send it as a string');
    const evidence = parseJson('{"id":820982911946154508}');
    expect(refusal('identity_links', { ...GOOD.identity_links, evidence })).toContain('send it as a string');
  });

  test('is refused for a label of a wrong type, since labels say what earns credit', () => {
    expect(refusal('touchpoints', { ...GOOD.touchpoints, utm_campaign: 2026 })).toBe(
      'utm_campaign must be a string, not a number; send "2026" instead of 2026',
    );
  });
});
