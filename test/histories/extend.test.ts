/** Histories that were extended, and rebuilt in between, are those that are filled at the end, and they answer like the query. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RULE_MODEL_NAMES } from '../../src/attribution/models.ts';
import { extendHistories } from '../../src/histories/extend.ts';
import { fillHistories } from '../../src/histories/fill.ts';
import type { Histories } from '../../src/histories/histories.ts';
import { rebuildHistories } from '../../src/histories/rebuild.ts';
import { reclassifyAll } from '../../src/log/reclassify.ts';
import { currentPosition } from '../../src/warehouse/position.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { askBoth } from '../support/both-ways.ts';
import { Engine } from '../support/engine.ts';
import { ENRICHMENT } from '../support/events.ts';
import { contentOf, subjectKeys } from '../support/histories.ts';
import { runsOf, SMALL_BATCH } from '../support/tier.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_EXTENDED_RUNS', 3, 20);

const filled = ({ warehouse }: Engine): Promise<Histories> =>
  warehouse.read(async (snapshot) => (await fillHistories(snapshot))!);

const extended = (histories: Histories, { warehouse }: Engine): Promise<boolean> =>
  warehouse.read(async (snapshot) => extendHistories(histories, snapshot, await currentPosition(snapshot)));

test('extended histories are those that are filled at the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      worlds({ conflicts: true }),
      optionsArbitrary,
      fc.array(fc.record({ rows: fc.integer({ min: 0, max: 12 }), rebuild: fc.boolean(), rules: fc.boolean() }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.option(fc.nat(60), { nil: undefined }),
      async (world, options, steps, as_of) => {
        const engine = await Engine.open();
        try {
          for (const [brand_id, own] of Object.entries(options.settings ?? {}))
            engine.settings.set(brand_id, settingsOf(own));
          const events = eventsOf(world);
          let loaded = 0;
          const load = async (rows: number): Promise<void> => {
            const part = events.slice(loaded, loaded + rows);
            loaded += part.length;
            if (part.length > 0) await engine.load(part, SMALL_BATCH);
          };
          await load(steps[0]!.rows);
          let histories = await filled(engine);
          let strict_ga4 = false;
          for (const { rows, rebuild, rules } of [
            ...steps.slice(1),
            { rows: events.length, rebuild: false, rules: true },
          ]) {
            // While arrays are made anew, the old ones go on.
            const rebuilding = rebuild ? rebuildHistories(histories) : null;
            await load(rows);
            if (rules) {
              strict_ga4 = !strict_ga4;
              const enrich_options = { ...ENRICHMENT, strict_ga4 };
              await reclassifyAll({ warehouse: engine.warehouse, enrich_options, collector: { id: 'main' } });
            }
            expect(await extended(histories, engine)).toBe(true);
            if (rebuilding !== null) {
              histories = await rebuilding;
              expect(await extended(histories, engine)).toBe(true);
            }
          }
          const keys = await subjectKeys(engine);
          const anew = await filled(engine);
          expect(contentOf(histories, keys)).toEqual(contentOf(anew, keys));
          expect(histories.position).toEqual(anew.position);
          expect(histories.reclassified).toEqual(anew.reclassified);
          expect(histories.length).toBe(anew.length);
          expect(histories.first_ms).toBe(anew.first_ms);
          const position = as_of === undefined ? {} : { as_of: `main:${Math.min(as_of, events.length)}` };
          const parameters = { ...parametersOf({ ...options, filters: [] }, RULE_MODEL_NAMES), ...position };
          await askBoth(engine.reports, parameters, histories);
        } finally {
          await engine.close();
        }
      },
    ),
    {
      numRuns: RUNS,
      endOnFailure: process.env['FC_SHRINK'] === undefined,
      ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}),
    },
  );
});
