/** Cohorts agree with an independent computation, on random worlds and random questions, from both sources. docs/semantics.md 18. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReportJson } from '../../src/reports/context.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { cohortsReport } from '../../src/reports/lifetime/cohorts.ts';
import { lifetimeValueReport } from '../../src/reports/lifetime/lifetime-value.ts';
import { chosen, cohorts, people, type RefCohort, valueOf } from '../reference/cohorts.ts';
import type { Options } from '../reference/reference.ts';
import { optionsArbitrary, toReference, worlds } from '../reference/worlds.ts';
import { askReportBoth } from '../support/both-ways.ts';
import { Engine, TEST_ENGINE } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_COHORT_RUNS', TEST_ENGINE === 'duckdb' ? 6 : 3, 60);
const EVENT_FIELDS = ['brand_id', 'conversion_type', 'segment', 'day', 'week', 'month'];

const questions = fc.record({
  by: fc.constantFrom('month', 'first_channel', 'campaign', 'segment', 'all'),
  // The first months of the worlds, or all of them.
  whole: fc.boolean(),
});

/** The question without filters by fields of touches, which these reports refuse. */
function asked({ filters = [], ...options }: Options, whole: boolean): Options {
  const period = whole ? { start_ms: Date.UTC(2020, 0, 1), end_ms: Date.UTC(2027, 0, 1) } : {};
  return { ...options, ...period, filters: filters.filter(({ field }) => EVENT_FIELDS.includes(field)) };
}

function expected(cohorts: Map<string | null, RefCohort>): Json {
  return Object.fromEntries(
    [...cohorts].map(([name, { repeats, ages, ...sums }]) => [
      String(name),
      {
        ...sums,
        micros: String(sums.micros),
        ages: ages.map(({ micros, so_far, ...counts }) => ({ ...counts, micros: `${micros}`, so_far: `${so_far}` })),
        repeats: Object.entries(repeats),
      },
    ]),
  );
}

function answered(answer: Json): Json {
  const own = (rows: Json[], name: string | null): Json[] => rows.filter(({ cohort }) => cohort === name);
  return Object.fromEntries(
    answer.cohorts.map((row: Json) => [
      String(row.cohort),
      {
        customers: row.customers,
        orders: row.orders,
        micros: row.net_revenue_micros,
        repeat_customers: row.repeat_customers,
        ages: own(answer.ages, row.cohort).map((age) => ({
          observed: age.observed_customers,
          active: age.active_customers,
          orders: age.orders,
          micros: age.net_revenue_micros,
          so_far: age.cumulative_revenue_micros,
        })),
        repeats: own(answer.repeat_orders, row.cohort).map((one) => [
          String(one.within_days),
          [one.observed_customers, one.customers_with_second_order],
        ]),
      },
    ]),
  );
}

describe('cohorts', () => {
  test('are those of the reference, from the query and from histories, and lifetime value has the same', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(worlds({ conflicts: true }), optionsArbitrary, questions, async (world, drawn, { by, whole }) => {
        const options = asked(drawn, whole);
        const engine = await Engine.open();
        try {
          for (const [brand_id, own] of Object.entries(options.settings ?? {}))
            engine.settings.set(brand_id, settingsOf(own));
          await engine.load(eventsOf(world), 7);
          const { models: _models, ...shared } = parametersOf(options, ['linear']);
          const { text } = await askReportBoth(cohortsReport, engine.reports, { ...shared, by } as object);
          const value = await askReportBoth(lifetimeValueReport, engine.reports, { ...shared, by } as object);
          expect(value.text.startsWith('{')).toBe(text.startsWith('{'));
          if (!text.startsWith('{')) return expect(text).toMatch(/no rate from/);
          const own = toReference(world);
          const reference = cohorts(own, options, by);
          expect(answered(JSON.parse(text))).toEqual(expected(reference));
          expectInfluence(JSON.parse(value.text), chosen(people(own, options), options));
          compared += reference.size;
        } finally {
          await engine.close();
        }
      }),
      {
        numRuns: RUNS,
        endOnFailure: process.env['FC_SHRINK'] === undefined,
        ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}),
      },
    );
    expect(compared).toBeGreaterThan(0);
  });
});

/** Every order counts once, and only emails in its path influence it. */
function expectInfluence(answer: Json, own: ReturnType<typeof people>): void {
  const orders = own.flatMap((person) => person.orders);
  const influenced = orders.filter(({ path }) => path.some(({ touchpoint_type }) => touchpoint_type.startsWith('email')));
  expect(answer.totals).toMatchObject({
    customers: own.length,
    orders: orders.length,
    net_revenue_micros: String(valueOf(orders.flatMap(({ events }) => events))),
  });
  expect(answer.email.by_influence).toMatchObject({
    influenced_orders: influenced.length,
    influenced_revenue_micros: String(valueOf(influenced.flatMap(({ events }) => events))),
  });
}
