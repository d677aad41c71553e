/** The promise of moving: the same events give the same report on either engine, byte for byte. */
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { Settings } from '../reference/reference.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { Engine } from '../support/engine.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

/** 12 in `npm test`; each is asked 5 questions. */
const WORLDS = Number(process.env['TRIBUTARY_ENGINE_WORLDS'] ?? 12);
const QUESTIONS = 5;
const MODELS = ['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based', 'newest_emails'];
const GROUPS = ['channel,campaign_id,email_id', 'touchpoint_type,day', 'brand,week', 'month,device_type'];

/** The answer, or why there is none, without what names this answer rather than its content. */
async function answer(engine: Engine, parameters: object): Promise<string> {
  try {
    const {
      as_of: _as_of,
      generated_at: _generated_at,
      ...content
    } = await attributionReport(engine.reports, parameters as never, { key_brand_id: null });
    return JSON.stringify(content);
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}

describe.skipIf(inject('clickhouse_url') === '')('on DuckDB and on ClickHouse', () => {
  test(`${WORLDS} random worlds give the same report to the byte, ${QUESTIONS} questions each`, async () => {
    const seed = Number(process.env['FC_SEED'] ?? 42);
    const samples = fc.sample(
      fc.tuple(
        worlds({ conflicts: true }),
        fc.array(fc.tuple(optionsArbitrary, fc.constantFrom(...GROUPS)), {
          minLength: QUESTIONS,
          maxLength: QUESTIONS,
        }),
      ),
      { numRuns: WORLDS, seed },
    );
    let answered = 0;
    for (const [i, [world, questions]] of samples.entries()) {
      const engines = [await Engine.open('duckdb'), await Engine.open('clickhouse')];
      try {
        // In other batches: what is loaded together must not show.
        await engines[0]!.load(eventsOf(world), 500);
        await engines[1]!.load(eventsOf(world), [500, 17][i % 2]);
        for (const [options, group_by] of questions) {
          const parameters = { ...parametersOf(options, MODELS), group_by };
          for (const engine of engines) configure(engine, options.settings ?? {});
          const [duckdb, clickhouse] = await Promise.all(engines.map((engine) => answer(engine, parameters)));
          expect(clickhouse, `world ${i} of seed ${seed}: ${JSON.stringify(parameters)}`).toBe(duckdb);
          if (duckdb!.startsWith('{')) answered += 1;
        }
      } finally {
        await Promise.all(engines.map((engine) => engine.close()));
      }
    }
    expect(answered).toBeGreaterThan((WORLDS * QUESTIONS) / 3);
  }, 1_800_000);
});

function configure(engine: Engine, settings: Record<string, Partial<Settings>>): void {
  const custom_models = { newest_emails: "case when channel = 'email' then exp(-age_days / 3) * k / n else 0.5 end" };
  for (const brand_id of ['default', 'b2'])
    engine.settings.set(brand_id, { ...settingsOf(settings[brand_id] ?? {}), custom_models });
}
