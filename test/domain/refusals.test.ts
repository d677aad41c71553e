/** Whatever is wrong with a record, the refusal names the field, what is wrong with the value, and what to send instead. */
import { describe, expect, test } from 'vitest';
import { RECORD_NAMES, type RecordName, recordKind } from '../../src/domain/index.ts';
import { InexactNumber } from '../../src/domain/json-text.ts';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { good, read, refusal } from '../support/read.ts';
import { NOW_MS } from '../support/time.ts';
import { GOOD } from './wire.ts';

type Schema = Record<string, unknown>;
const HALF = /holds half of a surrogate pair; send valid Unicode/;
const LIMIT = /characters long; the limit is \d+/;
const BAD_TEXTS: Array<[unknown, RegExp]> = [
  ['\ud800', HALF],
  ['a\0b', /control characters; remove them/],
];
const DECIMAL = /send a decimal|is not a decimal; send digits|must be a decimal string or a number/;

const badJsonObjects: Array<[unknown, RegExp]> = [
  [
    { a: [new InexactNumber('820982911946154508')] },
    /the number 820982911946154508 has more digits .*; send it as a string: "820982911946154508"/,
  ],
  [nested(9), /at most 8 levels deep/],
  [JSON.parse('{"a":{"__proto__":{"b":1}}}'), /without the keys __proto__/],
  [{ prototype: 1 }, /without the keys/],
  [{ a: { constructor: 1 } }, /without the keys/],
  [{ a: 'x'.repeat(20_000) }, /is 20008 characters as JSON; the limit is 16384/],
  [{ a: Number.NaN }, /must be plain JSON/],
];

const halfPairs: Array<[unknown, RegExp]> = [
  [{ a: 'x\ud83d' }, HALF],
  [{ a: [1, { b: ['\udc00\ud83d'] }] }, HALF],
  [{ a: { 'x\udc00': 1 } }, HALF],
  [JSON.parse('{"a":"\\ud83d\\ud83d\\udc00"}'), HALF],
];

/** Values that a field of a kind must not take, with what the refusal has to say. A lenient field may refuse fewer. */
function badValues(kind: string, schema: Schema, name: string): Array<[unknown, RegExp]> {
  if (schema['x-lenient'] === 'left_out' || schema['x-lenient'] === 'address') {
    if (kind === 'json') return halfPairs;
    return schema['enum'] ? [] : BAD_TEXTS;
  }
  const strings: Array<[unknown, RegExp]> = [
    [7, /must be a string, not a number; send ("7" instead of 7$|one of \w|a text such as ")/],
    [
      true,
      /must be a string, not a boolean; send (a text in double quotes, or leave it out|one of \w|a text such as ")/,
    ],
    [{}, /must be a string, not an object; send /],
    [['x'], /must be a string, not an array; send ("x" instead of \["x"\]|one of \w|a text such as ")/],
    [
      new InexactNumber('820982911946154508'),
      /not a number; send ("820982911946154508" instead of 820982911946154508|one of|a text such as)/,
    ],
  ];
  const texts: Array<[unknown, RegExp]> = [...strings, ...BAD_TEXTS];
  switch (kind) {
    case 'id':
      return name === 'brand_id'
        ? [
            ...strings,
            ['x'.repeat(201), LIMIT],
            ['a b', /is not a brand id; send 1 to 64 letters/],
            ['../etc', /is not a brand id; send 1 to 64 letters/],
          ]
        : [
            ...texts,
            ['', /is empty; leave it out or send a value/],
            ['x'.repeat(10_000), LIMIT],
            ['a\nb', /control characters/],
            ['a\u007f', /control characters/],
          ];
    case 'text':
      if (schema['enum'])
        return [
          ...strings,
          ['nonsense', /"nonsense" is not one of \w+, \w+/],
          ['', /is not one of/],
          ['constructor', /is not one of/],
        ];
      if (schema['x-lenient'] === 'cut') return texts;
      return [...texts, ['x'.repeat((schema['maxLength'] as number) + 1), LIMIT]];
    case 'integer':
      return [
        [1.5, /must be a whole number from .*, not 1.5; round it/],
        ['2', /must be a whole number from .*, not a string; send 2 instead of "2"$/],
        ['two', /must be a whole number .*, not a string; send one without quotes/],
        [Number.NaN, /must be a whole number/],
        [(schema['maximum'] as number) + 1, /out of range; send a number from/],
        [new InexactNumber('820982911946154508'), /820982911946154508 is out of range; send a number from/],
        [0, /out of range/],
      ];
    case 'number':
      return [
        ['0.5', /must be a number from \S+ to \d+, not a string; send 0.5 instead of "0.5"/],
        [true, /must be a number from \S+ to \d+, not a boolean; send one without quotes/],
        [(schema['maximum'] as number) + 0.01, /.01 is out of range; send a number from \S+ to \d+/],
        [(schema['minimum'] as number) - 0.1, /out of range/],
        [Number.NaN, /must be a number|out of range/],
      ];
    case 'instant':
      return [
        ...strings,
        [1_772_366_400, /not a number; send "2026-03-01T12:00:00.000Z" instead of 1772366400/],
        [1_772_366_400_123, /not a number; send "2026-03-01T12:00:00.123Z" instead of 1772366400123/],
        ['yesterday', /is not ISO 8601; send a time with a zone/],
        ['2026-05-01T00:00:00', /has no zone; add Z or an offset/],
        ['2026-02-30T00:00:00Z', /is not a calendar date; check/],
        ['', /is empty|not ISO 8601/],
        ['x'.repeat(41), LIMIT],
        ...(schema['x-any-time']
          ? []
          : [
              ['2026-06-02T00:00:00.001Z', /more than 24 hours ahead/] as [unknown, RegExp],
              ['1969-12-31T23:59:59Z', /before 1970/] as [unknown, RegExp],
            ]),
      ];
    case 'date':
      return [
        ...strings,
        ['2026-02-30', /is not a calendar date; send YYYY-MM-DD/],
        ['01.05.2026', /send YYYY-MM-DD/],
        ['2026-05-01T00:00:00Z', /send YYYY-MM-DD/],
      ];
    case 'currency':
      return [
        ...strings,
        ['usd', /is not an ISO 4217 currency; did you mean USD\?/],
        ['BTC', /send an ISO 4217 code/],
        ['', /is empty/],
      ];
    case 'amount':
      return [
        [true, DECIMAL],
        [{}, DECIMAL],
        [true, /must be a decimal string or a number, not a boolean; send a decimal such as/],
        [new InexactNumber('99999999999999999.99'), /"99999999999999999.99" is too large; the limit is/],
        [Number.NaN, DECIMAL],
        [Number.POSITIVE_INFINITY, DECIMAL],
        ['abc', DECIMAL],
        ['1,50', DECIMAL],
        ['9'.repeat(80), /send a decimal/],
        ['0.0000001', /has 7 decimals, .* takes \d; round it/],
        ['99999999999', /is too large; the limit is/],
      ];
    case 'rate':
      return [
        [true, DECIMAL],
        ['abc', DECIMAL],
        [0, /is not greater than zero/],
        [-1, /is not greater than zero/],
        ['1.0000000001', /has 10 decimals, a rate takes 9/],
      ];
    case 'json':
      if (schema['type'] === 'array')
        return [
          ['p1', /must be an array of strings, not a string; send \["p1"\] instead of "p1"/],
          [{}, /must be an array of strings, not an object; send one such as \["a", "b"\]/],
          [['p', 1], /must be an array of strings, and item 1 is a number; send "1" instead of 1/],
          [['p1', '\udc00'], HALF],
          [Array(501).fill('p'), /has 501 items; the limit is 500/],
          [['x'.repeat(201)], /200 characters/],
          [Array(400).fill('x'.repeat(100)), /the limit is 16384/],
        ];
      return [
        ['{}', /must be an object, not a string; send the object itself, without quotes around it/],
        [[1], /must be an object, not an array; send one such as \{"key": "value"\}/],
        [new InexactNumber('820982911946154508'), /must be an object, not a number/],
        ...badJsonObjects,
        ...halfPairs,
      ];
    case 'flag':
      return [
        ['true', /must be true or false, not a string; send true instead of "true"/],
        [0, /must be true or false, not a number; send false instead of 0/],
        [{}, /must be true or false, not an object; send one without quotes/],
      ];
    default:
      throw new Error(`no bad values for ${kind}`);
  }
}

function nested(levels: number): object {
  return levels === 1 ? { end: true } : { in: nested(levels - 1) };
}

describe.each(RECORD_NAMES)('%s', (record) => {
  const { fields, schema, singular } = recordKind(record);

  test('of the documented form are accepted', () => {
    expect(good(record, GOOD[record])['brand_id']).toBe('default');
  });

  test('are refused by the name of the field that is wrong, with what to do', () => {
    for (const { name, kind, schema: field } of fields) {
      for (const [value, expected] of badValues(kind, field, name)) {
        const problem = read(record, { ...GOOD[record], [name]: value });
        const said = `${record}.${name} = ${String(JSON.stringify(value)).slice(0, 40)}: ${JSON.stringify(problem).slice(0, 300)}`;
        expect(String((problem as { field?: unknown }).field).split('.')[0], said).toBe(name);
        expect(String((problem as { reason?: unknown }).reason), said).toMatch(expected);
      }
    }
  });

  test('without a field that is needed are refused by its name; null is the same as leaving it out', () => {
    for (const name of schema.required ?? []) {
      const { [name]: _left_out, ...rest } = GOOD[record];
      expect(refusal(record, rest)).toBe(`${name} is required`);
      expect(refusal(record, { ...rest, [name]: null })).toBe(`${name} is required`);
    }
  });

  test('may say null for every field that is not needed', () => {
    const optional = fields
      .map((f) => f.name)
      .filter((name) => !schema.required?.includes(name) && !(name in GOOD[record]));
    const nulls = Object.fromEntries(optional.map((name) => [name, null]));
    expect(good(record, { ...GOOD[record], ...nulls })).toEqual(good(record, GOOD[record]));
  });

  test('with a field that there is not are refused by its name, and nothing of JavaScript shows', () => {
    for (const name of [
      'colour',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'prototype',
      '',
      'x'.repeat(5_000),
    ]) {
      const input = JSON.parse(JSON.stringify(GOOD[record]).replace(/}$/, `,${JSON.stringify(name)}:1}`)) as object;
      const said = refusal(record, input);
      expect(said).toMatch(new RegExp(`^${name.slice(0, 100)} is not a field of an? ${singular}; remove it`));
      expect(said.length).toBeLessThan(250);
    }
  });

  test('that are not an object are refused', () => {
    for (const input of [null, 7, 'text', true, [], [GOOD[record]], undefined])
      expect(refusal(record, input)).toMatch(new RegExp(`must be an object with the fields of an? ${singular}`));
  });

  test('of a brand are refused when the key is of another', () => {
    const key = { key_brand_id: 'mine' };
    expect(good(record, GOOD[record], key)['brand_id']).toBe('mine');
    expect(good(record, { ...GOOD[record], brand_id: 'mine' }, key)['brand_id']).toBe('mine');
    expect(refusal(record, { ...GOOD[record], brand_id: 'other' }, key)).toMatch(
      /^brand_id this key writes to brand mine only; leave brand_id out/,
    );
  });
});

describe('a common wrong name', () => {
  test.each([
    ['touchpoints', 'timestamp', 'occurred_at'],
    ['touchpoints', 'user_id', 'customer_id'],
    ['conversions', 'value', 'conversion_value'],
    ['adjustments', 'value', 'amount'],
    ['email_events', 'type', 'event_type'],
    ['spend', 'cost', 'amount'],
    ['customer_segments', 'occurred_at', 'assigned_at'],
  ] as Array<[RecordName, string, string]>)('in %s, %s, is told the right one, %s', (record, wrong, right) => {
    expect(refusal(record, { ...GOOD[record], [wrong]: 'x' })).toMatch(
      new RegExp(`^${wrong} is not a field .*did you mean ${right}\\?$`),
    );
  });
});

describe('rules over several fields', () => {
  const without = (record: RecordName, ...names: string[]) =>
    Object.fromEntries(Object.entries(GOOD[record]).filter(([name]) => !names.includes(name)));

  test('name the field to change', () => {
    for (const record of ['touchpoints', 'conversions'] as const) {
      expect(refusal(record, without(record, 'customer_id'))).toBe(
        'customer_id one of customer_id and anonymous_id is needed; send at least one',
      );
      expect(good(record, { ...without(record, 'customer_id'), anonymous_id: 'a' })['anonymous_id']).toBe('a');
    }
    expect(refusal('adjustments', without('adjustments', 'conversion_id'))).toMatch(
      /^conversion_id one of conversion_id and order_id is needed/,
    );
    expect(refusal('adjustments', { ...GOOD.adjustments, amount: 0 })).toMatch(
      /^amount is zero and would change nothing/,
    );
    expect(refusal('conversions', { ...GOOD.conversions, conversion_value: '-5' })).toMatch(
      /^conversion_value must not be negative; send a refund or correction as an adjustment/,
    );
    expect(refusal('conversions', { ...GOOD.conversions, conversion_value: '0.001' })).toMatch(
      /^conversion_value "0.001" has 3 decimals, USD takes 2/,
    );
    expect(refusal('conversions', { ...GOOD.conversions, currency: 'JPY' })).toMatch(
      /^conversion_value "149.99" has 2 decimals, JPY takes 0/,
    );
    expect(refusal('identity_links', { ...GOOD.identity_links, right_id: 'a1' })).toMatch(/^right_id equals left_id/);
    expect(refusal('fx_rates', { ...GOOD.fx_rates, base: 'EUR' })).toMatch(/^base equals currency/);
    expect(refusal('customer_segments', { ...GOOD.customer_segments, expires_at: '2026-05-01T00:00:00Z' })).toMatch(
      /^expires_at is not after assigned_at/,
    );
  });

  test('refuse an adjustment that would raise revenue, unless it is a correction', () => {
    const sent = (amount: unknown, reason?: string) => refusal('adjustments', { ...GOOD.adjustments, amount, reason });
    expect(sent('30', 'refund')).toBe(
      'amount is above zero, and a refund lowers the order; send "-30", or the reason correction if the order gained value',
    );
    expect(sent('+0.10', 'chargeback')).toMatch(/^amount is above zero, and a chargeback .* send "-0.1"/);
    expect(sent(1200.5, 'cancellation')).toMatch(/^amount is above zero, and a cancellation .* send "-1200.5"/);
    for (const reason of ['refund', 'chargeback', 'cancellation', 'correction', undefined])
      expect(sent('-30', reason)).toMatch(/^accepted/);
    for (const reason of ['correction', undefined]) expect(sent('30', reason)).toMatch(/^accepted/);
  });

  test('let a segment end in the far future, and an event lie 24 hours ahead', () => {
    expect(
      good('customer_segments', { ...GOOD.customer_segments, expires_at: '2099-01-01T00:00:00Z' })['expires_at'],
    ).toBe(Date.UTC(2099, 0, 1));
    expect(
      good('email_events', { ...GOOD.email_events, occurred_at: new Date(NOW_MS + MS_PER_DAY).toISOString() }),
    ).toBeTruthy();
  });
});
