/** What programs write where they have no id joins strangers, so no person and no record has it as an id. */
import { describe, expect, test } from 'vitest';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import { placeholderFault } from '../../src/domain/placeholders.ts';
import { good, refusal } from '../support/read.ts';
import { GOOD } from './wire.ts';

const PLACEHOLDERS = [
  ...['undefined', 'null', 'nil', 'none', 'nan', 'n/a', 'na', 'true', 'false', '0', 'guest', 'anonymous', 'unknown'],
  ...[
    '[object Object]',
    '[object Undefined]',
    'object object',
    '%!s(<nil>)',
    '<nil>',
    '(none)',
    '(not set)',
    '"null"',
    '""',
    '{}',
    '[]',
  ],
  ...[
    ' ',
    '\u00a0',
    '\u2003',
    '\u200d',
    ' \u200c\u200d ',
    '-',
    '--',
    '?',
    '.',
    '\\N',
    '#N/A',
    '#REF!',
    '-1',
    '0.0',
    '-0',
    '000',
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'undefined-undefined',
    'null null',
    'undefined_null',
    'null@null',
    'undefinednull',
  ],
  ...[
    'none@none.com',
    'not_logged_in',
    'guest-user',
    '“null”',
    '\u2800',
    '0x000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ],
  ...[
    '{{customer_id}}',
    '{customer.id}',
    '{{ customer.id1 }}',
    '\u0024{user_id}',
    '*|EMAIL|*',
    '%%emailaddr%%',
    '%recipient.id%',
    '<%= id %>',
    '{% id %}',
    '[[id]]',
    '#{user.id}',
    '%7B%7Bcustomer.id%7D%7D',
    '%s',
  ],
  ...['guest_null', 'anonymous-undefined', 'N/A N/A', 'unknown unknown', '[email\u00a0protected]'],
  // MD5 of nothing, SHA-1 of "null", SHA-256 of nothing.
  ...[
    'd41d8cd98f00b204e9800998ecf8427e',
    '2be88ca4242c76e8253ac62474851065032d6833',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ],
];
const IDS = [
  ...[
    '1',
    '01',
    '10',
    'a',
    'x0',
    'c-0',
    '0a',
    'nullable',
    'none@example.com',
    'anna@none.com',
    'nullified',
    'Annan',
    'Nanette',
    'trueblue',
    'guest-7',
    'guest@example.com',
    'anonymous-1',
  ],
  ...[
    'none-such',
    'undefined-1',
    'null-island',
    'true-north',
    'unknown pleasures',
    '👍',
    'é',
    'object-1',
    '{3f2504e0-4f89-11d3-9a0c-0305e82c3301}',
    'a%20b',
  ],
  ...['10000000-0000-0000-0000-000000000000', 'ID_000', '+', '名無し', '0-0', '0-0-0'],
];

/** The ids that name a person or a record. The others name groups, which records share. */
const GROUPS = ['brand_id', 'campaign_id', 'ad_set_id', 'email_id', 'experiment_id', 'pool'];
const PLACES = RECORD_NAMES.flatMap((record) =>
  recordKind(record)
    .fields.filter(({ kind, name }) => kind === 'id' && !GROUPS.includes(name))
    .map(({ name }) => [record, name] as const),
);

describe('a placeholder', () => {
  test.each(PLACEHOLDERS)('%j is no id, in any case and with spaces around it', (text) => {
    for (const id of [text, text.toUpperCase(), ` ${text}\u200d `])
      expect(placeholderFault(id), id).toMatch(/is a placeholder/);
  });

  test.each(PLACES)('is refused by its name, wherever an id names a person or a record (%s.%s)', (record, field) => {
    expect(refusal(record, { ...GOOD[record], [field]: 'Undefined ' })).toBe(
      `${field} "Undefined " is a placeholder, not an id, and would join what does not belong together; send the real id, or leave the field out`,
    );
  });
});

test.each(IDS)('%j is an id', (id) => {
  expect(placeholderFault(id)).toBeUndefined();
});

test('the numbers of records may begin at zero, those of persons and orders do not', () => {
  expect(good('conversions', { ...GOOD.conversions, conversion_id: '0' })['conversion_id']).toBe('0');
  expect(good('adjustments', { ...GOOD.adjustments, conversion_id: '0' })['conversion_id']).toBe('0');
  expect(refusal('conversions', { ...GOOD.conversions, order_id: '0' })).toMatch(/^order_id "0" is a placeholder/);
  expect(refusal('identity_links', { ...GOOD.identity_links, left_id: '0' })).toMatch(/^left_id "0" is a placeholder/);
});

test('a group may have any name', () => {
  const wire = { ...GOOD.touchpoints, campaign_id: 'none', email_id: '0', brand_id: 'null', channel: 'unknown' };
  expect(good('touchpoints', wire)).toMatchObject({
    campaign_id: 'none',
    email_id: '0',
    brand_id: 'null',
    channel: 'unknown',
  });
});
