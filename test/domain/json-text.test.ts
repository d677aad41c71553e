/** Numbers of JSON stay as they were written, or are marked as numbers that a double would change. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InexactNumber, parseJson } from '../../src/domain/json-text.ts';
import { good, refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

const literal = (text: string): unknown => {
  const [value] = parseJson(`[${text}]`) as unknown[];
  return value instanceof InexactNumber ? value.literal : value;
};

test.each([
  '820982911946154508',
  '-820982911946154509',
  '9007199254740993',
  '12345678901234567890123',
  '1e400',
  '-1E+400',
  '1e-400',
  '0.30000000000000000001',
  '1234567890.12345678901',
  // Ids that passed through a program that makes decimals of them.
  '9007199254740993.0',
  '9.007199254740993e15',
  '12345678901234567.0',
  '12345678901234.567',
  '9'.repeat(5_000),
])('%s is not rounded', (text) => {
  expect(literal(text)).toBe(text);
});

test.each([
  '9007199254740992',
  '-9007199254740991',
  '820982911946154500',
  '49.990000000000002',
  '149.990000000000000000000',
  '0.00000000000000000000001',
  '1.2345678901234567e+100',
  '1e+300',
  '0e999',
  '0.00000000000000000000000',
])('%s is a number', (text) => {
  expect(literal(text)).toBe(Number(text));
});

test('a number is found wherever it stands, and digits in texts and keys are none', () => {
  const found = parseJson(
    '{"12345678901234567":"98765432109876543","a\\"":[{"b":[ -12345678901234567 ,1]},"1e400",1e400]}',
  );
  expect(JSON.stringify(found)).toBe(
    '{"12345678901234567":"98765432109876543","a\\"":[{"b":[{"literal":"-12345678901234567"},1]},"1e400",{"literal":"1e400"}]}',
  );
  expect(literal(' 12345678901234567\n')).toBe('12345678901234567');
  expect(parseJson('12345678901234567')).toEqual(new InexactNumber('12345678901234567'));
});

test('every double is a number, as JSON prints it, and with more of its digits', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 16, max: 60 }),
      (value, more) => {
        expect(parseJson(JSON.stringify([value]))).toEqual(JSON.parse(JSON.stringify([value])));
        expect(literal(value.toExponential(more))).toBe(value + 0);
      },
    ),
  );
});

test('a whole number is kept to its last digit, or marked; digits in texts and keys stay texts', () => {
  const whole = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
  fc.assert(
    fc.property(whole, fc.string({ unit: 'binary' }), (number, text) => {
      const key = `${text}\\" ${number}`;
      const value = parseJson(`{${JSON.stringify(key)}: [${JSON.stringify(key)}, {"n" : ${number}}]}`) as Record<
        string,
        [string, { n: unknown }]
      >;
      const [same, { n }] = value[key]!;
      expect(same).toBe(key);
      expect(n instanceof InexactNumber ? n.literal : String(n)).toBe(number.toString());
    }),
  );
});

test('a text that is no JSON is refused as JSON.parse refuses it', () => {
  for (const text of [
    '[820982911946154508',
    '[8209829119461545-08]',
    '[0820982911946154508]',
    '{"a":820982911946154508x}',
  ])
    expect(() => parseJson(text)).toThrow(SyntaxError);
  const deep = `${'['.repeat(50_000)}820982911946154508${']'.repeat(50_000)}`;
  expect(() => parseJson(deep)).not.toThrow();
});

test('two orders that differ in the last digit of an id in their own data are not one', () => {
  const sent = (id: string): unknown =>
    parseJson(
      JSON.stringify({ ...GOOD.conversions, custom_properties: { a: { shopify_id: 'ID' } } }).replace('"ID"', id),
    );
  expect(refusal('conversions', sent('820982911946154508'))).toBe(
    'custom_properties.a.shopify_id the number 820982911946154508 has more digits than a number of JSON keeps; send it as a string: "820982911946154508"',
  );
  expect(good('conversions', sent('"820982911946154508"'))['conversion_id']).not.toBe(
    good('conversions', sent('"820982911946154509"'))['conversion_id'],
  );
});

test('money of many digits is read as it was written, and a probability is rounded', () => {
  const money = parseJson('{"n": 149.990000000000000000001}') as { n: unknown };
  expect(refusal('conversions', { ...GOOD.conversions, conversion_value: money.n })).toMatch(
    /"149.990000000000000000001" has 21 decimals, USD takes 2/,
  );
  expect(
    good('identity_links', { ...GOOD.identity_links, probability: new InexactNumber('0.90000000000000000001') })[
      'probability'
    ],
  ).toBe(0.9);
});
