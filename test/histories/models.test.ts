/** Custom expressions and fitted models in memory: the same answers as the query, to the byte. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Content } from '../../src/models/artifacts/artifact.ts';
import { GRAINS, type Naming } from '../../src/models/grain.ts';
import { fitHazard } from '../../src/models/hazard/fit.ts';
import { hazardWorld, WORKING } from '../models/hazard-world.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { effects, keepArtifact } from '../reports/artifacts.ts';
import { askBoth } from '../support/both-ways.ts';
import { Engine } from '../support/engine.ts';
import { expressions } from '../support/expressions.ts';
import { DEEP, runsOf, SMALL_BATCH } from '../support/tier.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_HISTORY_MODEL_RUNS', 2, 12);

const namings = fc.record<Naming>({
  grain: fc.constantFrom(...GRAINS),
  split_views: fc.constantFrom([], ['email'], ['email', 'direct']),
});

const CHANNELS = ['email', 'direct', 'paid_search', 'newsletter', 'Email'];
/** Names of touches at any grain. */
const STATES = [
  ...CHANNELS,
  ...['view', 'action', 'email_click', 'email_open', 'website_visit', 'spring', '–'].flatMap((part) =>
    ['email', 'direct'].map((channel) => `${channel} / ${part}`),
  ),
];

const markov = fc
  .tuple(namings, fc.dictionary(fc.constantFrom(...STATES), fc.double({ min: 0, max: 1, noNaN: true }), { minKeys: 1 }))
  .map(([naming, learned]): Content => ({ ...effects(learned), naming }) as Content);

/** Fits of people in a made world; their names of touches are replaced by those of the worlds. */
const FAMILIES = DEEP ? (['logistic', 'additive', 'boosted_trees'] as const) : (['logistic', 'boosted_trees'] as const);
const fits = FAMILIES.map((family) => JSON.stringify(fitHazard(hazardWorld({ ...WORKING, people: 150 }), { family })));
const hazard = fc
  .tuple(namings, fc.constantFrom(...fits), fc.shuffledSubarray(STATES, { minLength: STATES.length }))
  .map(([naming, text, states]): Content => {
    const fit = JSON.parse(text);
    return {
      form: 'hazard',
      naming,
      fit: { ...fit, plan: { ...fit.plan, states: states.slice(0, fit.plan.states.length) } },
    };
  });

/** The same fit, as holdouts might change it: some channels have less credit, others more. */
function calibratedOf(content: Content): Content {
  if (content.form !== 'hazard') return content;
  const { states } = content.fit.plan;
  const factors = states.map((_, code) => [1.6, 0.3, 0][code % 3]!);
  const added = states.map((_, code) => [0.08, 0, 0][code % 3]!);
  return { ...content, calibration: { factors, added, half_life_days: 4, experiments: [] } };
}

test('expressions and fitted models', async () => {
  let [answered, in_memory] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      worlds({ conflicts: true }),
      optionsArbitrary,
      fc.tuple(expressions, expressions),
      markov,
      hazard,
      fc.constantFrom('channel', 'campaign_id,month', 'segment,channel'),
      async (world, options, [first, second], markov_content, hazard_content, group_by) => {
        const engine = await Engine.open();
        try {
          await engine.load(eventsOf(world), SMALL_BATCH);
          const custom_models = {
            first,
            second: `abs(${second})`,
            decaying: 'pow(0.3, age_days / half_life_days) * k',
          };
          for (const brand_id of ['default', 'b2'])
            engine.settings.set(brand_id, { ...settingsOf(options.settings?.[brand_id] ?? {}), custom_models });
          const brands = ['b2', 'default'];
          await keepArtifact(engine.reports, { content: markov_content, brands });
          await keepArtifact(engine.reports, {
            content: hazard_content,
            model: 'algorithmic',
            family: 'logistic',
            brands,
          });
          await keepArtifact(engine.reports, {
            content: calibratedOf(hazard_content),
            model: 'algorithmic_calibrated',
            family: 'logistic',
            brands,
          });
          const algorithmic = ['algorithmic_incremental', 'algorithmic', 'algorithmic_calibrated'];
          const fitted = ['linear', 'data_driven', ...algorithmic, 'decaying', 'second'];
          for (const models of [fitted, ['first']]) {
            const { in_sql, text } = await askBoth(engine.reports, { ...parametersOf(options, models), group_by });
            if (text.startsWith('{')) answered += 1;
            if (!in_sql) in_memory += 1;
            else expect(text).not.toMatch(/^\{/);
          }
        } finally {
          await engine.close();
        }
      },
    ),
    { numRuns: RUNS, ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}) },
  );
  expect(answered).toBeGreaterThanOrEqual(RUNS >= 10 ? RUNS / 3 : 0);
  expect(in_memory).toBeGreaterThanOrEqual(RUNS >= 10 ? RUNS / 2 : 0);
});
