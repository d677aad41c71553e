/** Journeys across brands of random worlds equal those of an independent implementation, on both engines. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine, type EngineName } from '../support/engine.ts';
import { runsOf } from '../support/tier.ts';
import { compareScene, scenes } from './cross-brand-worlds.ts';

test.each<[EngineName, number]>([
  ['duckdb', 120],
  ['clickhouse', 30],
])(
  'the report of random worlds is that of the reference, on %s',
  async (name, worlds) => {
    const engine = await Engine.open(name, 1);
    const seen = { helped: 0, left_out: 0 };
    try {
      await fc.assert(
        fc.asyncProperty(scenes, async (scene) => {
          const { helped, left_out } = await compareScene(engine, scene);
          seen.helped += Number(Object.keys(helped).length > 0);
          seen.left_out += Number(Object.keys(left_out).length > 0);
        }),
        { numRuns: runsOf('TRIBUTARY_CROSS_BRAND_RUNS', worlds, worlds), endOnFailure: true },
      );
    } finally {
      await engine.close();
    }
    expect(seen.helped).toBeGreaterThan(worlds / 20);
    expect(seen.left_out).toBeGreaterThan(worlds / 20);
  },
  300_000,
);
