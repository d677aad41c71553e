/** How often something may happen in a time. */
import { expect, test } from 'vitest';
import { Allowances } from '../../src/server/allowances.ts';

test('each name has its own allowance, which is whole again after its time', () => {
  let now_ms = 0;
  const allowances = new Allowances(2, 1_000, 'too often', () => now_ms);
  allowances.take('a');
  allowances.take('a');
  now_ms = 999;
  expect(() => allowances.take('a')).toThrow(/too often; wait 1 s/);
  allowances.take('b');
  allowances.give('a');
  allowances.take('a');
  now_ms = 1_000;
  allowances.take('a');
});
