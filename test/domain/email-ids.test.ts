/** Ids that are e-mail addresses have one form where the brand asks for it; all other ids stay as they are. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { emailId } from '../../src/domain/email-ids.ts';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import { good, refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

test.each([
  ['anna@example.com', 'anna@example.com'],
  ['Anna@Example.com ', 'anna@example.com'],
  ['\tANNA@EXAMPLE.COM', 'anna@example.com'],
  ['An.na+Spring@Example.com', 'an.na+spring@example.com'],
  ['Änne@Example.com', 'änne@example.com'],
  ['anna@BÜCHER.example', 'anna@xn--bcher-kva.example'],
  ['anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
  ['anna@Ｅｘａｍｐｌｅ．com', 'anna@example.com'],
  ['anna@EXAMPLE.com\u200d', 'anna@example.com'],
  ['a\u0308nne@example.com', 'änne@example.com'],
  ['Anna@Example.com.', 'anna@example.com'],
  ['mailto:Anna@Example.com', 'anna@example.com'],
  ['"Anna Smith" <Anna@Example.com>', 'anna@example.com'],
  ['<Anna@Example.com>', 'anna@example.com'],
  ['<Anna@Example.com', '<Anna@Example.com'],
  ['Anna', 'Anna'],
  ['Anna@home', 'Anna@home'],
  ['@Anna', '@Anna'],
  ['Anna Smith@Example.com', 'Anna Smith@Example.com'],
  ['A@B@Example.com', 'A@B@Example.com'],
  [`A@${'ü'.repeat(190)}.example`, `A@${'ü'.repeat(190)}.example`],
])('%j has the form %j', (id, form) => {
  expect(emailId(id)).toBe(form);
});

test('the form of a form is itself', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.emailAddress(),
        fc.tuple(text, text).map(([a, b]) => `${a}@${b}.de`),
      ),
      (id) => {
        expect(emailId(emailId(id))).toBe(emailId(id));
      },
    ),
    { numRuns: 300 },
  );
});

const EMAIL = { customerIds: () => 'email' as const };
const PLACES = RECORD_NAMES.flatMap((record) =>
  Object.keys(recordKind(record).subjects ?? {}).map((field) => [record, field] as const),
);

describe('a record', () => {
  test.each(PLACES)('has the one form of an address where it names a person (%s.%s)', (record, field) => {
    const wire = { ...GOOD[record], [field]: ' Anna@Example.com' };
    expect(good(record, wire)[field]).toBe(' Anna@Example.com');
    const unified = good(record, wire, EMAIL);
    expect(unified[field]).toBe('anna@example.com');
    const { id_field } = recordKind(record);
    expect(unified[id_field]).toBe(good(record, wire)[id_field]);
  });

  test('that links two spellings of one address links nothing, and is refused', () => {
    const link = { ...GOOD.identity_links, left_id: 'Anna@example.com', right_id: 'anna@example.com' };
    expect(refusal('identity_links', link)).toMatch(/^accepted/);
    expect(refusal('identity_links', link, EMAIL)).toBe('right_id equals left_id; send two different ids');
  });
});

test('a setting says how, for each brand', () => {
  const config = makeConfig({
    defaults: { customer_ids: 'email' },
    brands: { a: { customer_ids: 'verbatim' }, b: {} },
  });
  expect([config.customer_ids.get('a'), config.customer_ids.get('b'), config.customer_ids_default]).toEqual([
    'verbatim',
    undefined,
    'email',
  ]);
  expect(() => makeConfig({ defaults: { customer_ids: 'phone' } })).toThrow(/config.defaults.customer_ids/);
});
