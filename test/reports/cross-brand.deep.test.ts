/** Journeys across brands of random worlds equal those of an independent implementation, on both engines. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine, type EngineName } from '../support/engine.ts';
import { compareScene, scenes } from './cross-brand-worlds.ts';

const RUNS = Number(process.env['TRIBUTARY_CROSS_BRAND_RUNS'] ?? 40);

test.each<[EngineName, number]>([
  ['duckdb', RUNS],
  ['clickhouse', Math.ceil(RUNS / 8)],
])(
  'the report of random worlds is that of the reference, on %s',
  async (name, worlds) => {
    const engine = await Engine.open(name, 1);
    const seen = { worlds: 0, helped: 0, left_out: 0 };
    try {
      await fc.assert(
        fc.asyncProperty(scenes, async (scene) => {
          const is_typed = name === 'duckdb' && seen.worlds % 20 === 0;
          const { helped, left_out } = await compareScene(engine, scene, is_typed);
          seen.worlds += 1;
          seen.helped += Number(Object.keys(helped).length > 0);
          seen.left_out += Number(Object.keys(left_out).length > 0);
        }),
        { numRuns: worlds, endOnFailure: true },
      );
    } finally {
      await engine.close();
    }
    if (worlds < 30) return;
    expect(seen.helped).toBeGreaterThan(0);
    expect(seen.left_out).toBeGreaterThan(0);
  },
  600_000,
);
