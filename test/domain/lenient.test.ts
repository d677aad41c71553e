/** What a sender does not have in hand never costs the event: the first address counts, long texts are cut, and the reader says so. */
import { describe, expect, test } from 'vitest';
import { readAddress } from '../../src/domain/address.ts';
import type { Problem } from '../../src/domain/errors.ts';
import { good } from '../support/read.ts';
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

  test('is not cut in the middle of a character', () => {
    expect(readWith('touchpoints', { browser: `${'x'.repeat(99)}👍` }).item['browser']).toBe('x'.repeat(99));
  });

  test('loses what is no address, of whatever type, and nothing else', () => {
    for (const address of [7, ['203.0.113.9'], {}, true]) {
      const { item, warnings } = readWith('touchpoints', { ip_address: address, url: 'https://a.example/' });
      expect(item).toMatchObject({ url: 'https://a.example/' });
      expect(item).not.toHaveProperty('ip_address');
      expect(warnings).toEqual([
        {
          field: 'ip_address',
          reason: expect.stringMatching(
            /^must be a string, not an? \w+, and was left out; send one such as "203.0.113.9"$/,
          ),
        },
      ]);
    }
    expect(readWith('touchpoints', { ip_address: 'jane' }).warnings).toEqual([
      { field: 'ip_address', reason: '"jane" holds no IP address and was left out; send one such as "203.0.113.9"' },
    ]);
    expect(readWith('touchpoints', { ip_address: '203.0.113.9, 10.0.0.1' }).warnings).toEqual([]);
  });
});
