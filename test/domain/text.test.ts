/** Text is one thing everywhere: names are what they look like, free text holds nothing that moves a cursor, and nothing is half. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import { isProblem } from '../../src/domain/record.ts';
import { listed, nameFault, shownJson, shownLines, shownText, storedText, textFault } from '../../src/domain/text.ts';
import { good, read, refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

/** Characters that are never shown as themselves, each by what it is. */
const HIDDEN: Record<string, string> = {
  'byte order mark': '\ufeff',
  'zero-width space': '\u200b',
  'word joiner': '\u2060',
  'soft hyphen': '\u00ad',
  'left-to-right mark': '\u200e',
  'right-to-left override': '\u202e',
  'isolate of writing direction': '\u2066',
  'Arabic letter mark': '\u061c',
  'Hangul filler': '\u3164',
  'interlinear annotation': '\ufff9',
  'tag letter': '\u{e0041}',
};
const CONTROLS: Record<string, string> = {
  escape: '\u001b',
  bell: '\u0007',
  delete: '\u007f',
  'one-byte control sequence introducer': '\u009b',
  'next line': '\u0085',
  'line separator': '\u2028',
  'paragraph separator': '\u2029',
};
const LINES = ['\t', '\n', '\r'];

type Place = readonly [record: (typeof RECORD_NAMES)[number], field: string];
const placesOf = (is_name: boolean): Place[] =>
  RECORD_NAMES.flatMap((record) =>
    recordKind(record)
      .fields.filter(({ name, kind, schema }) =>
        is_name
          ? (kind === 'id' || schema['x-name'] === true) && name !== 'brand_id'
          : kind === 'text' && schema['x-name'] !== true && schema['enum'] === undefined,
      )
      .map(({ name }): Place => [record, name]),
  );

describe('a name', () => {
  test.each(placesOf(true))('with a hidden character is refused, wherever it stands (%s.%s)', (record, field) => {
    for (const found of Object.values(HIDDEN)) {
      const code = found.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      for (const value of [`${found}a`, `a${found}b`, `a${found}`])
        expect(refusal(record, { ...GOOD[record], [field]: value })).toBe(
          `${field} holds the invisible character U+${code}; remove it`,
        );
    }
    for (const found of [...Object.values(CONTROLS), ...LINES, '\0'])
      expect(refusal(record, { ...GOOD[record], [field]: `a${found}` })).toBe(
        `${field} holds control characters; remove them`,
      );
    expect(refusal(record, { ...GOOD[record], [field]: 'a\udc00' })).toMatch(/half of a surrogate pair/);
  });

  test('in a list is refused by its place', () => {
    expect(refusal('conversions', { ...GOOD.conversions, product_ids: ['p1', '\ufeffp2'] })).toBe(
      'product_ids item 1: holds the invisible character U+FEFF; remove it',
    );
  });

  test('is kept in every script, and in each of its normal forms', () => {
    for (const id of ['é', 'é'.normalize('NFD'), '👩‍👩‍👧', '❤️', 'می‌خواهم', 'क्‍ष', '\u2003x', 'Ω', 'Ω'])
      expect(good('conversions', { ...GOOD.conversions, conversion_id: id })['conversion_id']).toBe(id);
  });
});

describe('free text', () => {
  test.each(placesOf(false))('is stored without hidden characters (%s.%s)', (record, field) => {
    const stored = (value: string): unknown => good(record, { ...GOOD[record], [field]: value })[field];
    for (const found of Object.values(HIDDEN)) expect(stored(`${found}a${found}b`)).toBe('ab');
    for (const found of Object.values(CONTROLS)) expect(stored(`a${found}b`)).toBe('a b');
    for (const found of LINES) expect(stored(`a${found}b`)).toBe(`a${found}b`);
    expect(refusal(record, { ...GOOD[record], [field]: 'a\0' })).toBe(`${field} holds control characters; remove them`);
  });

  test('that is cleaned does not change the id that is made from the content', () => {
    const dirty = { ...GOOD.conversions, category: '\u200bShoes' };
    const ids = [dirty, dirty, { ...dirty, category: 'Shoes' }].map(
      (wire) => good('conversions', wire)['conversion_id'],
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test('is stored once: cleaning it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(storedText(storedText(text))).toBe(storedText(text));
        if (nameFault(text) === undefined) expect(storedText(text)).toBe(text);
        if (textFault(text) === undefined)
          expect(nameFault(storedText(text).replace(/[\t\n\r]/g, ' '))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });
});

test('a setting holds no hidden character, in its name or its value', () => {
  for (const [file, says] of [
    [{ own_domains: ['\ufeffshop.example'] }, 'config.own_domains.0: holds the invisible character U+FEFF; remove it'],
    [{ brands: { 'a\u202eb': {} } }, /config.brands: the name .* holds the invisible character U\+202E/],
    [{ defaults: { custom_models: { m: "case when channel = 'a\0' then 1 else 2 end" } } }, /control characters/],
    [{ cors_origins: ['https://a\u001b.example'] }, /control characters/],
  ] as const)
    expect(() => makeConfig(file)).toThrow(says);
  expect(() => makeConfig({ defaults: { custom_models: { m: '1\n\t+ 1' } } })).not.toThrow();
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: these characters must not be found
const RAW = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b\ufeff]/;

test('what is shown holds no hidden character, and JSON keeps its value', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...Object.values({ ...HIDDEN, ...CONTROLS })),
      (a, b) => {
        const text = `${a}${b}${a}`;
        expect(shownText(text)).not.toMatch(RAW);
        expect(shownText(text).isWellFormed()).toBe(true);
        expect(shownLines(`${text}\r\n${text}`).replace(/\r?\n/g, '')).not.toMatch(RAW);
        const json = shownJson(JSON.stringify({ [text]: text }, null, 2));
        expect(json.replaceAll('\n', '')).not.toMatch(RAW);
        expect(JSON.parse(json)).toEqual({ [text]: text });
      },
    ),
    { numRuns: 1_000 },
  );
});

test('of two names that differ, both are read as they were sent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (id) => {
      const item = read('conversions', { ...GOOD.conversions, conversion_id: id, order_id: id });
      if (!isProblem(item)) expect([item['conversion_id'], item['order_id']]).toEqual([id, id]);
    }),
    { numRuns: 1_000 },
  );
});

test('a list of names in a sentence is cut', () => {
  expect(listed([])).toBe('');
  expect(listed(['a', 'b'])).toBe('a, b');
  const many = Array.from({ length: 5_000 }, (_, i) => `brand ${i} ${'x'.repeat(500)}\n`);
  expect(listed(many).length).toBeLessThan(2_200);
  expect(listed(many)).toMatch(/^brand 0 x+…, .* and 4980 more$/);
});
