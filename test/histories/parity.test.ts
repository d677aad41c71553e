/** Histories in memory and the query in the engine give the same answer, to the byte, on random worlds and random questions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RULE_MODEL_NAMES } from '../../src/attribution/models.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { optionsArbitrary, type WireWorld, worlds } from '../reference/worlds.ts';
import { askBoth, askReportBoth, filled } from '../support/both-ways.ts';
import { Engine, TEST_ENGINE, type WireEvent } from '../support/engine.ts';
import { runsOf, SMALL_BATCH } from '../support/tier.ts';
import { untilShown } from '../support/until-shown.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_HISTORY_RUNS', TEST_ENGINE === 'duckdb' ? 5 : 3, 24);

const GROUPS = [
  'channel,campaign_id,email_id',
  'channel,campaign_id',
  'month,channel',
  'touchpoint_type,day',
  'brand,week',
  'month,device_type',
  'segment,channel',
  'conversion_type,segment,month',
  'customer_kind,channel',
  'customer_kind,segment,conversion_type',
  'utm_source,country,utm_campaign',
  'campaign_kind,month',
] as const;

/** Limits so low that small worlds reach them. */
const limits = fc.oneof(
  fc.constant(undefined),
  fc.record({
    most: fc.integer({ min: 1, max: 6 }),
    least: fc.constantFrom(1, 2),
    of_person: fc.integer({ min: 1, max: 20 }),
    pairs: fc.constantFrom(0, 3, 1_000_000),
  }),
);

async function withWorld(world: WireWorld, work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await Engine.open();
  try {
    await engine.load(eventsOf(world), SMALL_BATCH);
    await work(engine);
  } finally {
    await engine.close();
  }
}

describe('histories and the query', () => {
  test('give the same answers to the byte', () =>
    untilShown(async () => {
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(
          worlds({ conflicts: true }),
          optionsArbitrary,
          fc.constantFrom(...GROUPS),
          limits,
          fc.option(fc.nat(100), { nil: undefined }),
          async (world, options, group_by, low, as_of) => {
            await withWorld(world, async (engine) => {
              if (low) engine.reports.candidate_limits = low;
              for (const [brand_id, own] of Object.entries(options.settings ?? {}))
                engine.settings.set(brand_id, settingsOf(own));
              const last = Number(engine.as_of('main').split(':')[1]);
              const parameters = {
                ...parametersOf(options, RULE_MODEL_NAMES),
                group_by,
                ...(as_of === undefined ? {} : { as_of: `main:${Math.min(as_of, last)}` }),
              };
              const histories = await filled(engine.reports);
              const { in_sql, text } = await askBoth(engine.reports, parameters, histories);
              expect(in_sql).toBe(false);
              if (text.startsWith('{')) answered += 1;
              const { group_by: _group_by, week_start: _week_start, models: _models, ...others } = parameters;
              const [key] = group_by.split(',');
              const sure = { ...others, group_by: key!, intervals: 'true' } as const;
              expect(await askBoth(engine.reports, sure, histories)).toMatchObject({ in_sql: false });
              for (const run of [campaignsReport, journeysReport])
                expect(await askReportBoth(run, engine.reports, others, histories)).toMatchObject({ in_sql: false });
            });
          },
        ),
        {
          numRuns: RUNS,
          endOnFailure: process.env['FC_SHRINK'] === undefined,
          ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}),
          ...(process.env['FC_PATH'] ? { path: process.env['FC_PATH'] } : {}),
        },
      );
      // The others lack a rate; then both ways say so.
      if (RUNS >= 20) expect(answered).toBeGreaterThanOrEqual(RUNS / 4);
      return answered;
    }));

  test('also of two collectors, at any position of each', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(), optionsArbitrary, fc.nat(40), fc.nat(40), async (world, options, first, second) => {
        const engine = await Engine.open();
        try {
          const events = eventsOf(world);
          const by_second = events.filter(isOfSecond);
          const logs = { main: events.filter((event) => !isOfSecond(event)), second: by_second };
          await engine.loadAll(new Map(Object.entries(logs)), SMALL_BATCH);
          const as_of = Object.entries({ main: first, second }).flatMap(([name, seq]) => {
            const last = logs[name as keyof typeof logs].length;
            return last === 0 ? [] : [`${name}:${Math.min(seq, last)}`];
          });
          const parameters = parametersOf(options, RULE_MODEL_NAMES);
          // The persons of the first position are extended, then seen from an earlier one.
          const early = as_of.join(',') || 'empty';
          for (const position of [early, undefined, early])
            expect(
              await askBoth(engine.reports, { ...parameters, ...(position === undefined ? {} : { as_of: position }) }),
            ).toMatchObject({ in_sql: false });
        } finally {
          await engine.close();
        }
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

/** Half of the touchpoints are of the second collector; the copies of one have the same id. */
function isOfSecond({ record, event }: WireEvent): boolean {
  const { touchpoint_id } = event as { touchpoint_id?: string };
  return record === 'touchpoints' && (touchpoint_id ?? '').charCodeAt((touchpoint_id ?? '').length - 1) % 2 === 0;
}
