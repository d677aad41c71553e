/** Fits read the same paths and the same histories from memory and by the query, and store the same artifact. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RULE_MODEL_NAMES } from '../../src/attribution/models.ts';
import type { Plan } from '../../src/attribution/plan.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import type { Histories } from '../../src/histories/histories.ts';
import { GRAINS, makeSplits, type Naming } from '../../src/models/grain.ts';
import type { Histories as HazardHistories } from '../../src/models/hazard/histories.ts';
import { readLogHistories } from '../../src/models/hazard/log-histories.ts';
import { readLogPaths } from '../../src/models/paths/log-paths.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { fitModel } from '../../src/reports/fitting.ts';
import { resolveParameters } from '../../src/reports/resolve.ts';
import { simulate } from '../../src/simulation/world.ts';
import type { Snapshot } from '../../src/warehouse/port.ts';
import { readAll } from '../../src/warehouse/read-row.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { filled } from '../support/both-ways.ts';
import { Engine, TEST_ENGINE } from '../support/engine.ts';
import { ALL_BRANDS, touch } from '../support/events.ts';
import { runsOf, SMALL_BATCH } from '../support/tier.ts';
import { touchLogQuery } from '../support/touch-log-query.ts';
import { counting } from '../support/watched.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_FIT_RUNS', 3, 20);

type Asked = Parameters<typeof resolveParameters>[2];

/** What fits read; the message if a rate is missing. */
async function learned(
  context: ReportContext,
  parameters: Asked,
  grain: (typeof GRAINS)[number],
  in_memory: Histories | null,
) {
  const { warehouse, counted } = counting(context.warehouse);
  const read = await warehouse
    .read(async (snapshot) => {
      const { plan } = await resolveParameters(snapshot, context, parameters, ALL_BRANDS);
      const naming = { grain, split_views: grain === 'channel' ? ['email'] : [] };
      const paths = await readLogPaths(snapshot, plan, context.directory, naming, in_memory);
      const hazard = await readLogHistories(snapshot, plan, context.directory, naming, in_memory);
      expect(touchTexts(hazard.histories)).toEqual(await queriedTouches(snapshot, plan, naming));
      return { paths, hazard };
    })
    .catch((error: unknown) => {
      if (error instanceof TributaryError && error.code === 'missing_fx_rate') return error.message;
      throw error;
    });
  const in_sql = ['path_touches', 'person_touches'].filter((table) => counted.tables.has(table));
  return { read, in_sql };
}

/** The touches of people as texts: person, instant, name. */
function touchTexts({ touch_offsets, touch_ms, touch_state, states, first_ms }: HazardHistories): string[] {
  return [...first_ms.keys()].flatMap((person) =>
    Array.from(
      touch_state.subarray(touch_offsets[person], touch_offsets[person + 1]),
      (code, i) => `${person + 1} ${touch_ms[touch_offsets[person]! + i]} ${states[code]}`,
    ),
  );
}

/** "1 1772359200000 email" as "10:00 email". */
function named(text: string): string {
  const [, at_ms, ...name] = text.split(' ');
  return `${new Date(Number(at_ms)).toISOString().slice(11, 16)} ${name.join(' ')}`;
}

/** The same by one query. */
async function queriedTouches(snapshot: Snapshot, plan: Plan, naming: Naming): Promise<string[]> {
  await makeSplits(snapshot, naming);
  const { sql, parameters } = touchLogQuery(plan, naming);
  const rows = await snapshot.query(sql, parameters);
  const touches = readAll(rows, { person_no: 'number', at_ms: 'number', state: 'text' });
  touches.sort((a, b) => a.person_no - b.person_no || a.at_ms - b.at_ms || (a.state < b.state ? -1 : 1));
  return touches.map(({ person_no, at_ms, state }) => `${person_no} ${at_ms} ${state}`);
}

describe('fits', () => {
  test('read the same from histories as by the query', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        worlds({ conflicts: true }),
        optionsArbitrary,
        fc.constantFrom(...GRAINS),
        fc.option(
          fc.record({
            most: fc.integer({ min: 1, max: 6 }),
            least: fc.constantFrom(1, 2),
            of_person: fc.integer({ min: 1, max: 20 }),
            pairs: fc.constantFrom(0, 1_000_000),
          }),
        ),
        fc.option(fc.nat(100), { nil: undefined }),
        async (world, options, grain, limits, as_of) => {
          const engine = await Engine.open(TEST_ENGINE);
          try {
            await engine.load(eventsOf(world), SMALL_BATCH);
            if (limits) engine.reports.candidate_limits = limits;
            for (const [brand_id, own] of Object.entries(options.settings ?? {}))
              engine.settings.set(brand_id, settingsOf(own));
            const last = Number(engine.as_of('main').split(':')[1]);
            const { models: _models, ...parameters } = parametersOf(
              { ...options, filters: [], adjustments: 'order_day' },
              RULE_MODEL_NAMES,
            );
            const asked = { ...parameters, ...(as_of === undefined ? {} : { as_of: `main:${Math.min(as_of, last)}` }) };
            const by_query = await learned(engine.reports, asked, grain, null);
            const in_memory = await learned(engine.reports, asked, grain, await filled(engine.reports));
            expect(in_memory.read).toEqual(by_query.read);
            if (typeof by_query.read === 'string') return;
            expect([by_query.in_sql, in_memory.in_sql]).toEqual([['path_touches', 'person_touches'], []]);
            if (by_query.read.paths.paths.codes.length > 0) compared += 1;
          } finally {
            await engine.close();
          }
        },
      ),
      {
        numRuns: RUNS,
        endOnFailure: process.env['FC_SHRINK'] === undefined,
        ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}),
        ...(process.env['FC_PATH'] ? { path: process.env['FC_PATH'] } : {}),
      },
    );
    // The others lack a rate, or have nobody who touched in the period.
    expect(compared).toBeGreaterThanOrEqual(RUNS >= 20 ? 1 : 0);
  });

  test('drop landing visits and repeats in a session; ids order what happens at one instant, after types', async () => {
    const engine = await Engine.open(TEST_ENGINE);
    const touched = (id: string, type: string, clock: string, more: Record<string, string>) => ({
      record: 'touchpoints' as const,
      event: touch(id, type, `2026-03-01T${clock}:00Z`, more),
    });
    try {
      await engine.load([
        touched('click', 'email_click', '10:00', {}),
        touched('landing', 'website_visit', '10:20', { channel: 'email', session_id: 'a' }),
        touched('late', 'page_view', '10:40', { channel: 'email', session_id: 'b' }),
        touched('t-c', 'page_view', '12:00', { channel: 'referral', session_id: 'x' }),
        touched('t-a', 'page_view', '12:00', { channel: 'referral', session_id: 'x' }),
        touched('t-b', 'page_view', '12:00', { channel: 'paid_search', session_id: 'x' }),
        touched('at-once-a', 'page_view', '13:00', { channel: 'email' }),
        touched('at-once-b', 'email_click', '13:00', {}),
        touched('repeat', 'page_view', '14:00', { channel: 'referral', session_id: 'x' }),
      ]);
      for (const in_memory of [null, await filled(engine.reports)]) {
        const period = { start: '2026-01-01', end: '2026-06-01' };
        const { read } = await learned(engine.reports, period, 'channel', in_memory);
        if (typeof read === 'string') throw new Error(read);
        expect(touchTexts(read.hazard.histories).map(named)).toEqual([
          '10:00 email / action',
          '10:40 email / action',
          '12:00 paid_search',
          '12:00 referral',
          '12:00 referral',
          '13:00 email / action',
        ]);
      }
    } finally {
      await engine.close();
    }
  });

  test.each([
    { model: 'markov' },
    { model: 'shapley', grain: 'campaign' },
    { model: 'algorithmic', family: 'logistic' },
  ] as const)('$model stores the same artifact', async (parameters) => {
    const engine = await Engine.open(TEST_ENGINE);
    try {
      const events = simulate({ customers: 150, days: 40, seed: 3, end_ms: Date.UTC(2026, 4, 1) });
      await engine.load(
        [...events].map(({ record, event }) => ({ record, event })),
        5_000,
      );
      const histories = await filled(engine.reports);
      const asked = { ...parameters, draws: 3 };
      const by_query = await fitModel(engine.reports, asked, ALL_BRANDS);
      const in_memory = await fitModel({ ...engine.reports, histories: async () => histories }, asked, ALL_BRANDS);
      expect(in_memory['artifact_id']).toBe(by_query['artifact_id']);
    } finally {
      await engine.close();
    }
  });
});
