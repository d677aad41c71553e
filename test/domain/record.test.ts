/** What is read is what was sent, in one form; and equal content is one event, however it is written. */
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EqualLines } from '../../src/domain/equal-lines.ts';
import { RECORD_NAMES, type RecordName, recordKind } from '../../src/domain/index.ts';
import { canonicalJson } from '../../src/domain/record.ts';
import { withArticle } from '../../src/domain/record-kind.ts';
import { good, refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

const idOf = (record: (typeof RECORD_NAMES)[number], input: unknown): unknown =>
  good(record, input)[recordKind(record).id_field];

function shuffledKeys(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => shuffledKeys(item, random));
  const entries = Object.entries(value).map(([key, item]) => [key, shuffledKeys(item, random), random()] as const);
  return Object.fromEntries(entries.sort((a, b) => a[2] - b[2]).map(([key, item]) => [key, item]));
}

describe('an event sent without an id', () => {
  test.each(RECORD_NAMES)('has the same one each time it is sent, in any order of its fields (%s)', (record) => {
    const wire = { ...GOOD[record], brand_id: 'default' };
    fc.assert(
      fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
        const again = shuffledKeys(wire, () => stream.next().value);
        expect(good(record, again)).toEqual(good(record, wire));
        expect(JSON.stringify(good(record, again))).toBe(JSON.stringify(good(record, wire)));
      }),
      { numRuns: 30 },
    );
    expect(idOf(record, wire)).toMatch(new RegExp(`^${recordKind(record).id_prefix}[0-9a-f]{32}$`));
    expect(idOf(record, GOOD[record])).toBe(idOf(record, wire));
  });

  test('has the same one in every spelling of the same content', () => {
    const id = idOf('conversions', GOOD.conversions);
    for (const spelling of [
      { conversion_value: 149.99 },
      { conversion_value: '149.990' },
      { occurred_at: '2026-05-01T02:00:00.000+02:00' },
      { category: null },
      { currency: null },
    ]) {
      expect(idOf('conversions', { ...GOOD.conversions, ...spelling })).toBe(id);
    }
  });

  test('has another one when anything in it differs', () => {
    const variants = [
      {},
      { conversion_value: '149.98' },
      { currency: 'EUR' },
      { occurred_at: '2026-05-01T00:00:00.001Z' },
      { customer_id: 'c2' },
      { order_id: 'o2' },
      { product_ids: ['p2', 'p1'] },
      { custom_properties: {} },
      { category: '' },
      { brand_id: 'b' },
      { session_id: 'c1' },
      { anonymous_id: 'c1' },
    ];
    expect(new Set(variants.map((v) => idOf('conversions', { ...GOOD.conversions, ...v }))).size).toBe(variants.length);
  });

  test('keeps the id it is given', () => {
    for (const id of ['1', 'O\'Neil "x"', '__proto__', 'constructor', 'ü👍', ' x '])
      expect(idOf('conversions', { ...GOOD.conversions, conversion_id: id })).toBe(id);
  });

  test('that is a rate is named by its day and pair, so that another rate for them replaces it', () => {
    expect(idOf('fx_rates', { ...GOOD.fx_rates, rate: '1.1' })).toBe(idOf('fx_rates', GOOD.fx_rates));
    expect(idOf('fx_rates', { ...GOOD.fx_rates, base: 'GBP' })).not.toBe(idOf('fx_rates', GOOD.fx_rates));
  });
});

describe('the id of a line without one', () => {
  const idsOf = (record: RecordName, ...lines: object[]) => {
    const equal_lines = new EqualLines();
    const { id_field } = recordKind(record);
    return lines.map((line) => good(record, { ...GOOD[record], ...line }, { equal_lines })[id_field]);
  };

  test('differs from that of an equal line of the list, and is the same in a repeat of the list', () => {
    for (const record of ['adjustments', 'spend'] as const) {
      const ids = idsOf(record, {}, {}, { amount: '-7' }, {});
      expect(new Set(ids).size).toBe(4);
      expect(idsOf(record, {}, {}, { amount: '-7' }, {})).toEqual(ids);
      expect(idsOf(record, {})).toEqual(ids.slice(0, 1));
    }
  });

  test('of spend names day, channel, campaign, ad set and source, and not the amount', () => {
    const [one] = idsOf('spend', {});
    expect(idsOf('spend', { amount: '1100', currency: 'EUR' })).toEqual([one]);
    for (const other of [
      { date: '2026-05-02' },
      { channel: 'x' },
      { campaign_id: 'x' },
      { ad_set_id: 'x' },
      { source: 'x' },
    ])
      expect(idsOf('spend', other)).not.toEqual([one]);
  });

  test('of an event is that of its content, however often a list holds it', () => {
    for (const record of ['conversions', 'touchpoints', 'email_events', 'fx_rates'] as const)
      expect(new Set(idsOf(record, {}, {})).size).toBe(1);
  });

  test('is told from very many others, up to a limit', () => {
    const lines = new EqualLines(3_000);
    const id = (i: number) => `sp_${hash('sha256', String(i), 'hex').slice(0, 32)}`;
    for (const line_no of [1, 2, 3]) for (let i = 0; i < 3_000; i++) expect(lines.add(id(i))).toBe(line_no);
    expect(() => lines.add(id(3_000))).toThrow(/more than 3000 different lines without an id; split the list/);
  });
});

describe('a value', () => {
  test('of money is kept in micros, a rate in billionths, an instant in milliseconds', () => {
    expect(good('conversions', GOOD.conversions)).toMatchObject({
      conversion_value_micros: 149_990_000,
      occurred_at: Date.UTC(2026, 4, 1),
      currency: 'USD',
    });
    expect(good('spend', GOOD.spend)['amount_micros']).toBe(12_345_678);
    expect(good('fx_rates', GOOD.fx_rates)['rate_nanos']).toBe(1_084_300_000);
    expect(good('adjustments', GOOD.adjustments)['amount_micros']).toBe(-20_000_000);
  });

  test('of money without a currency is in the currency of its brand', () => {
    const { currency: _left_out, ...wire } = GOOD.conversions;
    const context = { defaultCurrency: (brand_id: string) => (brand_id === 'japan' ? 'JPY' : 'EUR') };
    expect(good('conversions', wire, context)['currency']).toBe('EUR');
    expect(good('conversions', { ...wire, brand_id: 'japan', conversion_value: 500 }, context)).toMatchObject({
      currency: 'JPY',
      conversion_value_micros: 500_000_000,
    });
    expect(refusal('conversions', { ...wire, brand_id: 'japan' }, context)).toMatch(/JPY takes 0/);
  });

  test('of text is kept as it came, line breaks and all', () => {
    const text = 'https://例え.jp/?q=\u00e9e\u0301 %27\';-- \t\n"👩‍👩‍👧"';
    expect(good('touchpoints', { ...GOOD.touchpoints, url: text })['url']).toBe(text);
    expect(good('touchpoints', { ...GOOD.touchpoints, channel: ' Email Ünïcode ' })['channel']).toBe(' Email Ünïcode ');
  });

  test('that lost bytes on its way is refused, when the body was not UTF-8', () => {
    const wire = { ...GOOD.touchpoints, url: 'caf\ufffd' };
    expect(good('touchpoints', wire)['url']).toBe('caf\ufffd');
    expect(refusal('touchpoints', wire, { invalid_utf8: true })).toMatch(
      /^url is not valid UTF-8; encode the body as UTF-8/,
    );
  });

  test('of your own JSON comes back as it was sent, with its keys sorted', () => {
    const item = good('touchpoints', {
      ...GOOD.touchpoints,
      custom_attributes: { b: [1, { z: 1, a: null }], a: 'é\0', 10: 1, 9: 1 },
    });
    expect(item['custom_attributes']).toBe('{"10":1,"9":1,"a":"é\\u0000","b":[1,{"a":null,"z":1}]}');
  });

  test('of your own JSON may hold whole pairs and escaped backslashes, and a half is named by its place', () => {
    const sent = { '👍': 'a\\ud83d \\\\udc00 👍', b: ['\\'] };
    expect(
      JSON.parse(good('touchpoints', { ...GOOD.touchpoints, custom_attributes: sent })['custom_attributes'] as string),
    ).toEqual(sent);
    const half = { a: { list: [1, 'x\ud83d'] } };
    expect(refusal('touchpoints', { ...GOOD.touchpoints, custom_attributes: half })).toBe(
      'custom_attributes.a.list.1 holds half of a surrogate pair; send valid Unicode',
    );
  });

  test('of JSON has one text, which reads as the same value', () => {
    const clean = (value: unknown): boolean => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }).filter(clean), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text!)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text!))).toBe(text);
        expect(canonicalJson(backwards(value))).toBe(text);
      }),
    );
  });

  test('of JSON may be eight levels deep, in objects and in lists', () => {
    const deep = (levels: number): unknown => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = level % 2 ? { a: value } : [value];
      return value;
    };
    expect(canonicalJson(deep(8))).toBeDefined();
    expect(canonicalJson(deep(9))).toBeUndefined();
    expect(canonicalJson(deep(100_000))).toBeUndefined();
  });
});

test('no input, however strange, makes reading throw; and nothing it holds changes what an object is', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RECORD_NAMES),
      fc.object({
        key: fc.oneof(
          fc.string(),
          fc.constantFrom('__proto__', 'constructor', 'occurred_at', 'customer_id', 'amount', 'currency'),
        ),
        maxDepth: 3,
      }),
      (record, extra) => {
        refusal(record, extra);
        refusal(record, { ...GOOD[record], ...extra });
        expect(Object.keys(Object.prototype)).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});

test('a message names a record with its article', () => {
  const named = RECORD_NAMES.map((name) => withArticle(recordKind(name).singular));
  expect(named.filter((one) => /^a (?:[aeio]|fx)|^an (?![aeio]|fx)/.test(one))).toEqual([]);
  expect(named).toEqual(expect.arrayContaining(['an email event', 'an fx rate', 'a touchpoint', 'an adjustment']));
});

/** The same value with the keys of its objects in the other direction. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, backwards(inner)]),
  );
}
