/** What an assistant reads of an answer: the figures of the API in fewer characters, and texts of others as short data. */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { answerText, MAX_ANSWER_BYTES, refusalText } from '../../src/assistants/answer.ts';
import { plainData, shortText } from '../../src/assistants/plain-data.ts';
import { viewAddress } from '../../src/assistants/view-address.ts';
import { decoded } from './decoded.ts';

const ALL = { rows: 100, has: () => true };

/** Control, format, private and invisible characters: what moves a cursor, turns a line around or hides a message. */
const HIDDEN = /\p{Cc}|\p{Cf}|\p{Co}|\p{Cs}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/u;

describe('a text of others', () => {
  test('is cut, on one line, and has no character that nobody sees', () => {
    const between = (min: number, max: number) => fc.integer({ min, max });
    const ranges = [between(0, 0x20), between(0x7f, 0x9f), between(0x200b, 0x200f), between(0x202a, 0x202e)];
    const codes = fc.oneof(
      ...ranges,
      between(0, 0x10ffff),
      between(0x2066, 0x2069),
      between(0xfe00, 0xfe0f),
      between(0xe0000, 0xe01ef),
    );
    const nasty = fc.array(codes, { maxLength: 140 }).map((list) => String.fromCodePoint(...list));
    fc.assert(
      fc.property(nasty, (text) => {
        const short = shortText(text);
        expect(short).not.toMatch(HIDDEN);
        expect(short.isWellFormed()).toBe(true);
        expect(short.length).toBeLessThanOrEqual(120);
      }),
    );
  });

  test('that says nothing hidden stays as it is', () => {
    for (const text of ['spring_sale', 'Frühling – Größe', '春のセール', 'קיץ', '[a](http://x) "ignore" <b>'])
      expect(shortText(text)).toBe(text);
  });

  test('of a million characters is not searched to its end', () => {
    expect(shortText('\u200b'.repeat(1_000_000) + 'x').length).toBeLessThanOrEqual(120);
  });

  test('is cut as a name of a field too, and two that become equal stay two', () => {
    const { data } = plainData({ 'a\u200bb': 1, ab: 2, __proto__x: 3, ['n'.repeat(500)]: 4 }, ALL);
    expect(data).toEqual({ ab: 1, 'ab (2)': 2, __proto__x: 3, [`${'n'.repeat(119)}…`]: 4 });
  });
});

test('every figure is that of the answer: null and repeated amounts are left out, and tables name their columns once', () => {
  const cell = fc.oneof(fc.integer(), fc.constant(null), fc.constantFrom('12.500000', 'email'));
  const row = fc.record({ channel: cell, spend: cell, orders: fc.integer(), of: fc.record({ low: cell }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (list, rows) => {
      const { data, cut } = plainData(
        { list: list.map((one) => ({ ...one, spend_micros: one.spend })) },
        { ...ALL, rows },
      );
      const withoutNull = (value: object): object =>
        Object.fromEntries(
          Object.entries(value)
            .filter(([, inner]) => inner !== null)
            .map(([name, inner]) => [name, typeof inner === 'object' ? withoutNull(inner) : inner]),
        );
      expect(decoded(data['list'])).toEqual(list.slice(0, rows).map(withoutNull));
      expect(cut).toEqual(list.length > rows ? [{ list: 'list', shown: rows, of: list.length }] : []);
    }),
  );
});

describe('an answer', () => {
  const parts = (answer: Record<string, unknown>, shown: object = {}) => ({
    ...{ report: 'paths', answer, attribution: null, view: '/journeys', narrow_it_by: 'fewer days' },
    shown: { rows: 100, ...shown },
  });

  test('never has more bytes than it may, says what it left out, and how to ask for less', () => {
    const big = {
      as_of: 'main:1',
      paths: Array.from({ length: 5_000 }, (_, i) => ({ path: `${'春'.repeat(90)}${i}`, orders: i })),
    };
    const text = answerText(parts(big));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    const { left_out, narrow_it_by, data } = JSON.parse(text);
    expect(left_out.lists).toEqual([{ list: 'paths', shown: decoded(data.paths).length, of: 5_000 }]);
    expect(narrow_it_by).toBe('fewer days');
  });

  test('of very many fields loses its longest part, by name', () => {
    const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`field_${i}`, i]));
    const made = JSON.parse(answerText(parts({ as_of: 'main:1', wide, total: 7 })));
    expect(made).toMatchObject({ as_of: 'main:1', data: { total: 7 }, left_out: { parts: ['wide'] } });
  });

  test('shows the parts and columns that were asked for, and names the others', () => {
    const answer = { flow: [1], lengths: [{ a: 1, b: 2 }], paths: [{ a: 1, b: 2 }] };
    expect(JSON.parse(answerText(parts(answer))).left_out).toEqual({ parts: ['flow', 'lengths'] });
    const chosen = JSON.parse(answerText(parts(answer, { parts: ['lengths'], columns: ['b'] })));
    expect(chosen).toMatchObject({
      data: { lengths: [{ b: 2 }] },
      left_out: { parts: ['flow', 'paths'], columns: ['a'] },
    });
  });

  test('that is a refusal quotes little', () => {
    const text = refusalText({
      code: 'bad_request',
      field: 'x'.repeat(500),
      message: `no \u001b[31m${'y'.repeat(5_000)}`,
    });
    expect(text.length).toBeLessThan(800);
    expect(text).not.toContain('u001b');
  });
});

test('its link is the address that the dashboard itself would make, with nothing of an order in it', async () => {
  // The dashboard looks where it is when it is loaded.
  vi.stubGlobal('location', { pathname: '/' });
  onTestFinished(() => void vi.unstubAllGlobals());
  const { readView, withView } = await import('../../dashboard/view.ts');
  const period = { start: '2026-03-01', end: '2026-04-01' };
  const parameters = {
    model: 'last_touch',
    brand_id: 'shop-eu',
    compare: 'previous_year',
    filter: ['channel:email', 'country:!DE'],
  };
  const address = viewAddress({ report: 'attribution', parameters, report_period: period });
  const [path, search] = address.split('?') as [string, string];
  expect(readView(search)).toEqual({ ...period, ...parameters, currency: '' });
  expect(withView(path, readView(search))).toBe(address);
  expect(viewAddress({ report: 'receipt', parameters: { conversion_id: 'o-7' } })).not.toContain('o-7');
  expect(viewAddress({ report: 'campaign', parameters: {}, campaign_id: 'a/../b?x#y' })).toMatch(
    /^\/campaigns\/a%2F..%2Fb%3Fx%23y\?/,
  );
});
