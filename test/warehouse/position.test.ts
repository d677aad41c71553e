/** Rows are known by a number that depends on their collector's name and position alone. */
import { describe, expect, test } from 'vitest';
import { collectorCode, logNumber, sameCode } from '../../src/warehouse/position.ts';

/** Two names with the same code, found by trying. */
const [FIRST, SECOND] = (() => {
  const by_code = new Map<number, string>();
  for (let i = 0; ; i++) {
    const found = by_code.get(collectorCode(`c-${i}`));
    if (found !== undefined) return [found, `c-${i}`];
    by_code.set(collectorCode(`c-${i}`), `c-${i}`);
  }
})();

describe('the number of a row', () => {
  test('is its log_seq for the collector main, which has the code 0 alone', () => {
    expect(logNumber('t', new Map([['main', 7]]))).toBe('t.log_seq');
    for (const name of ['Main', 'main-rules', 'c-1', 'a'.repeat(64)]) {
      expect(collectorCode(name)).toBeGreaterThan(0);
      expect(collectorCode(name)).toBeLessThan(2 ** 16);
    }
  });

  test('stays when another collector appears, and fits 63 bits', () => {
    const offset = BigInt(collectorCode('north')) << 47n;
    expect(logNumber('t', new Map([['north', 7]]))).toBe(`(t.log_seq + ${offset})`);
    const both = logNumber('t', new Map([['north', 7]]).set('main', 3));
    expect(both).toBe(`(t.log_seq + case t.collector_id when 'main' then 0 when 'north' then ${offset} end)`);
    expect((0xffffn << 47n) + 2n ** 47n - 1n).toBeLessThan(2n ** 63n);
  });

  test('is not given where two collectors have the same code', () => {
    expect(sameCode(FIRST!, [FIRST!, SECOND!, 'main'])).toBe(SECOND);
    expect(sameCode(FIRST!, [FIRST!, 'main'])).toBe(undefined);
    expect(() => logNumber('t', new Map([[FIRST!, 1]]).set(SECOND!, 1))).toThrow('have the same code');
  });
});
