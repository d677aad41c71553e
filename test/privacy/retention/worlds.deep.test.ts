/**
 * After retention every report is that of a world in which the old records were never sent: to the byte beside an engine that has only
 * the others, and to the micro beside the reference.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MS_PER_DAY } from '../../../src/domain/time.ts';
import { PersonDirectory } from '../../../src/identity/directory.ts';
import { AuditLog } from '../../../src/privacy/audit/audit-log.ts';
import { edgesAt, edgesOf } from '../../../src/privacy/retention/edges.ts';
import { daysKept, type GivenRetention, type RetentionPolicy } from '../../../src/privacy/retention/policy.ts';
import { Retention } from '../../../src/privacy/retention/retention.ts';
import type { ReportJson } from '../../../src/reports/context.ts';
import { REPORTS } from '../../../src/reports/index.ts';
import { attribute, type Options } from '../../reference/reference.ts';
import { withoutOld } from '../../reference/retention.ts';
import { optionsArbitrary, toReference, type WireWorld, worlds } from '../../reference/worlds.ts';
import { Engine } from '../../support/engine.ts';
import { ALL_BRANDS } from '../../support/events.ts';
import { openTestState } from '../../support/state.ts';
import { runsOf } from '../../support/tier.ts';
import { eventsOf, parametersOf, settingsOf } from '../../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_RETENTION_WORLDS', 2, 3);
const MODELS = ['first_touch', 'linear', 'position_based'];
/** The last day of the worlds is 31 March. */
const NOW_MS = Date.UTC(2026, 3, 1);

const days = fc.option(fc.integer({ min: 1, max: 95 }), { nil: null });
const given: fc.Arbitrary<GivenRetention> = fc.record({
  touchpoints: days,
  orders: days,
  spend: days,
  consents: days,
  identity_links: days,
  customer_segments: days,
});
const policies: fc.Arbitrary<RetentionPolicy> = fc
  .record({ all: given, own: fc.option(given) })
  .map(({ all, own }) => ({
    defaults: daysKept(all),
    brands: new Map(own === null ? [] : [['b2', daysKept(own, daysKept(all))]]),
  }));

async function retained(engine: Engine, policy: RetentionPolicy): Promise<void> {
  const state = await openTestState();
  const retention = new Retention({
    ...{ state, warehouse: engine.warehouse, audit: new AuditLog(state, () => NOW_MS), clock: () => NOW_MS, policy },
    ...{ runs: 'tombstone', tells: false, step_rows: 5 },
    suppress: async () => undefined,
    clearSpool: async () => undefined,
    forgetOrders: async () => undefined,
    removeLetters: async () => undefined,
    countLetters: async () => new Map(),
    remakeRuns: async () => undefined,
    forget: async () => undefined,
  });
  await retention.work();
  engine.reports.directory = new PersonDirectory();
  expect((await retention.dryRun()).rows).toEqual([]);
  await state.close();
}

const ASKED = [
  'attribution',
  'models',
  'journeys',
  'paths',
  'lags',
  'orders',
  'campaigns',
  'cohorts',
  'lifetime_value',
];

async function answersOf(engine: Engine, options: Options): Promise<Record<string, unknown>> {
  const { start, end } = parametersOf(options, MODELS);
  const answers: Record<string, unknown> = {};
  for (const report of REPORTS.filter(({ name }) => ASKED.includes(name))) {
    const asked = { start, end, ...(report.name === 'attribution' ? { models: MODELS.join(',') } : {}) };
    answers[report.name] = await report.run(engine.reports, asked, ALL_BRANDS).then(
      ({ as_of: _as_of, generated_at: _generated_at, ...content }: ReportJson) => content,
      (error: Error) => error.message,
    );
  }
  return answers;
}

interface Part {
  reconciliation: {
    net_revenue_micros: string;
    attributed_micros: string;
    unattributed_micros: Record<string, string>;
  };
  summary: { total_conversions: number; attributed_conversions: number };
}

async function compareWithReference(engine: Engine, left: WireWorld, options: Options): Promise<void> {
  const sums = await attributionOf(engine, options);
  if (typeof sums === 'string') return expect(sums).toMatch(/no rate from/);
  const { totals } = attribute(toReference(left), options);
  for (const model of MODELS) {
    const { reconciliation, summary } = sums[model]!;
    expect(reconciliation.net_revenue_micros).toBe(String(totals.net_revenue_micros));
    expect(reconciliation.attributed_micros).toBe(String(totals.attributed[model]));
    const parts = Object.values(reconciliation.unattributed_micros).map(BigInt);
    expect(String(parts.reduce((sum, part) => sum + part, BigInt(reconciliation.attributed_micros)))).toBe(
      reconciliation.net_revenue_micros,
    );
    for (const [reason, micros] of Object.entries(reconciliation.unattributed_micros))
      expect(`${reason} ${micros}`).toBe(
        `${reason} ${totals.unattributed[reason as keyof typeof totals.unattributed]}`,
      );
    expect(summary).toMatchObject({
      total_conversions: totals.orders,
      attributed_conversions: totals.attributed_orders,
    });
  }
}

const attributionOf = (engine: Engine, options: Options): Promise<Record<string, Part> | string> =>
  REPORTS.find(({ name }) => name === 'attribution')!
    .run(engine.reports, parametersOf(options, MODELS), ALL_BRANDS)
    .then(
      ({ models }) => models as unknown as Record<string, Part>,
      (error: Error) => error.message,
    );

test('every report is that of a world without the old records', async () => {
  await fc.assert(
    fc.asyncProperty(worlds(), optionsArbitrary, policies, async (wire, asked, policy) => {
      const options: Options = { ...asked, filters: [] };
      const edges = edgesAt(policy, NOW_MS);
      const left = withoutOld(wire, (brand_id) => {
        const { touchpoints, orders, spend } = edgesOf(edges, brand_id);
        return { touchpoints, orders, spend: spend === null ? null : dateOf(spend) };
      });
      const [engine, other] = await Promise.all([Engine.open(), Engine.open()]);
      try {
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          for (const one of [engine, other]) one.settings.set(brand_id, settingsOf(own));
        await engine.load(eventsOf(wire), 20);
        await answersOf(engine, options);
        await retained(engine, policy);
        await other.load(eventsOf(left), 20);
        await compareWithReference(engine, left, options);
        expect(await answersOf(engine, options)).toEqual(await answersOf(other, options));
      } finally {
        await Promise.all([engine.close(), other.close()]);
      }
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}, 600_000);

const dateOf = (at_ms: number): string =>
  new Date(Math.floor(at_ms / MS_PER_DAY) * MS_PER_DAY).toISOString().slice(0, 10);
