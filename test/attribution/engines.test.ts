/** The promise of moving: the same events give the same report on either engine, byte for byte. */
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { ADJUSTMENT_MODES, COLLAPSE_MODES, LOOKBACK_MODES } from '../../src/attribution/plan.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import { customerReport } from '../../src/reports/customer.ts';
import { GROUP_KEY_NAMES } from '../../src/reports/groups.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import type { ReportContext, ReportJson } from '../../src/reports/parameters.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import type { Settings } from '../reference/reference.ts';
import { optionsArbitrary, type WireWorld, worlds } from '../reference/worlds.ts';
import { Engine } from '../support/engine.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

/** 24 in `npm test`, 200 in `npm run parity`; each is asked 5 questions. */
const WORLDS = Number(process.env['TRIBUTARY_ENGINE_WORLDS'] ?? 24);
const QUESTIONS = 5;
/** The cross of reports and options: one question in so many in `npm test`, all of them in `npm run parity`. */
const CROSS_WORLDS = Number(process.env['TRIBUTARY_CROSS_WORLDS'] ?? 1);
const CROSS_STRIDE = Number(process.env['TRIBUTARY_CROSS_STRIDE'] ?? 61);
const MODELS = ['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based', 'newest_emails'];
const GROUPS = ['channel,campaign_id,email_id', 'touchpoint_type,day', 'brand,week', 'month,device_type'];

type Ask = (context: ReportContext) => Promise<ReportJson>;
const ALL_BRANDS = { key_brand_id: null };
const attribution =
  (parameters: object): Ask =>
  (context) =>
    attributionReport(context, parameters, ALL_BRANDS);

/** The answer, or why there is none, without what names this answer rather than its content. */
async function answer(engine: Engine, ask: Ask): Promise<string> {
  try {
    const { as_of: _as_of, generated_at: _generated_at, ...content } = await ask(engine.reports);
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
    await inLanes(samples, ([world, questions], i) =>
      withEngines(world, i, async (engines, agree) => {
        for (const [options, group_by] of questions) {
          const parameters = { ...parametersOf(options, MODELS), group_by };
          for (const engine of engines) configure(engine, options.settings ?? {});
          if (await agree(attribution(parameters), `world ${i} of seed ${seed}: ${JSON.stringify(parameters)}`))
            answered += 1;
        }
      }),
    );
    expect(answered).toBeGreaterThan((WORLDS * QUESTIONS) / 3);
  }, 3_600_000);

  test(`every report agrees under every option (one question in ${CROSS_STRIDE})`, async () => {
    const samples = fc.sample(worlds({ conflicts: true }), { numRuns: CROSS_WORLDS, seed: 7 });
    for (const [i, world] of samples.entries()) {
      await withEngines(world, i, async (engines, agree) => {
        for (const engine of engines) configure(engine, {});
        const questions = cross(world).filter((_, q) => (q + i) % CROSS_STRIDE === 0);
        expect(questions.length).toBeGreaterThan(5);
        for (const [name, ask] of questions) await agree(ask, `world ${i}: ${name}`);
      });
    }
  }, 3_600_000);
});

/** Worlds beside each other: a small question waits for the server more than it works. */
const LANES = 3;

async function inLanes<T>(items: readonly T[], work: (item: T, i: number) => Promise<void>): Promise<void> {
  const queue = items.entries();
  const lane = async (): Promise<void> => {
    for (const [i, item] of queue) await work(item, i);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Loads a world into both engines; `agree` asks both, and says whether there was an answer (and not a refusal). */
async function withEngines(
  world: WireWorld,
  i: number,
  work: (engines: Engine[], agree: (ask: Ask, name: string) => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const engines = [await Engine.open('duckdb'), await Engine.open('clickhouse')];
  try {
    // In other batches: what is loaded together must not show.
    await engines[0]!.load(eventsOf(world), 500);
    await engines[1]!.load(eventsOf(world), [500, 17][i % 2]);
    await work(engines, async (ask, name) => {
      const [duckdb, clickhouse] = await Promise.all(engines.map((engine) => answer(engine, ask)));
      expect(clickhouse, name).toBe(duckdb);
      return duckdb!.startsWith('{');
    });
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

/** Every report under every combination of options, with every grouping and every model. */
function cross(world: WireWorld): Array<[string, Ask]> {
  const flags = {
    collapse: COLLAPSE_MODES,
    adjustments: ADJUSTMENT_MODES,
    lookback: LOOKBACK_MODES,
    exclude_direct: ['false', 'true'],
    include_machine: ['false', 'true'],
  } as const;
  let combinations: Array<Record<string, string>> = [{ start: '2020-01-01', end: '2030-01-01' }];
  for (const [name, values] of Object.entries(flags))
    combinations = combinations.flatMap((options) => values.map((value) => ({ ...options, [name]: value })));
  const distinct = (record: keyof WireWorld, field: string): string[] =>
    [...new Set(world[record].map((event) => (event as Record<string, unknown>)[field]))].filter(
      (value): value is string => typeof value === 'string',
    );
  const questions = combinations.flatMap((options): Array<[object, Ask]> => {
    const { start: _start, end: _end, ...timeless } = options;
    return [
      ...[...GROUPS, ...GROUP_KEY_NAMES].map((group_by): [object, Ask] => [
        { group_by, ...options },
        attribution({ ...options, group_by, models: MODELS.join(',') }),
      ]),
      ...MODELS.map((model): [object, Ask] => [{ model, ...options }, attribution({ ...options, model })]),
      [{ report: 'journeys', ...options }, (context) => journeysReport(context, options, ALL_BRANDS)],
      ...distinct('touchpoints', 'campaign_id').map((id): [object, Ask] => [
        { report: 'campaign', id, ...options },
        (context) => campaignReport(context, id, options, ALL_BRANDS),
      ]),
      ...distinct('conversions', 'conversion_id').map((id): [object, Ask] => [
        { report: 'receipt', id, ...timeless },
        (context) => receiptReport(context, id, timeless, ALL_BRANDS),
      ]),
      ...distinct('conversions', 'customer_id').map((id): [object, Ask] => [
        { report: 'customer', id, ...timeless },
        (context) => customerReport(context, id, timeless, ALL_BRANDS),
      ]),
    ];
  });
  return questions.map(([name, ask]) => [JSON.stringify(name), ask]);
}

function configure(engine: Engine, settings: Record<string, Partial<Settings>>): void {
  const custom_models = { newest_emails: "case when channel = 'email' then exp(-age_days / 3) * k / n else 0.5 end" };
  for (const brand_id of ['default', 'b2'])
    engine.settings.set(brand_id, { ...settingsOf(settings[brand_id] ?? {}), custom_models });
}
