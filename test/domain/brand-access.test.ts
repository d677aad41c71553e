import { describe, expect, test } from 'vitest';
import { brandWithin, covers, maySee, maySeeKey } from '../../src/domain/brand-access.ts';

describe('the brand of a request', () => {
  test.each([
    // key, brand_id of the request, the brand that is answered for
    [null, undefined, null],
    [null, 'a', 'a'],
    ['a', undefined, 'a'],
    ['a', 'a', 'a'],
  ] as const)('with a key for %s that names %s is %s', (key, asked, brand) => {
    expect(brandWithin(key, asked)).toBe(brand);
  });

  test('is never another than that of the key', () => {
    expect(() => brandWithin('a', 'b')).toThrow('brand_id: this key is for brand a only; leave brand_id out');
  });

  test.each([null, 'a'])('with a key for %s is a brand id', (key) => {
    expect(() => brandWithin(key, 'a/b')).toThrow(/brand_id: "a\/b" is not a brand id; send 1 to 64 letters/);
    expect(() => brandWithin(key, '')).toThrow(/brand_id: "" is not a brand id/);
  });
});

test.each([
  // key, brands that a run or a fit was made of, whether the key may see it
  [null, ['a'], true],
  [null, ['a', 'b'], true],
  [null, [], true],
  ['a', ['a'], true],
  ['a', ['b'], false],
  ['a', ['a', 'b'], false],
  ['a', [], false],
] as const)('a key for %s and what was made of %j: %s', (key, brands, seen) => {
  expect(maySee(key, brands)).toBe(seen);
});

test.each([
  [null, null, true],
  [null, 'a', true],
  ['a', 'a', true],
  ['a', 'b', false],
  ['a', null, false],
] as const)('a key for %s and a key for %s: %s', (key, other, seen) => {
  expect(maySeeKey(key, other)).toBe(seen);
});

test.each([
  [['a'], ['a'], true],
  [['a', 'b'], ['a'], true],
  [['a'], ['a', 'b'], false],
] as const)('a fit of %j answers for %j: %s', (brands, asked, answers) => {
  expect(covers(brands, asked)).toBe(answers);
});
