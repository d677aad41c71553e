/** Hostile inputs of one seed: few in the quick tier, more in the deep one. `npm run fuzz` tries a million. */
import { expect, test } from 'vitest';
import { runsOf } from '../support/tier.ts';
import { fuzz, PARTS } from './parts.ts';

const INPUTS = runsOf('TRIBUTARY_FUZZ_INPUTS', 300, 6_000);

test.each(Object.keys(PARTS))('inputs of every kind break no promise: %s', async (part) => {
  const lines: string[] = [];
  const inputs = Math.round(INPUTS * PARTS[part]!.share);
  const stop = new AbortController().signal;
  const findings = await fuzz({
    part,
    inputs,
    seed: 1,
    from: 0,
    engine: 'duckdb',
    stop,
    print: (line) => lines.push(line),
  });
  expect(findings, lines.join('\n')).toEqual([]);
});
