/** After an erasure, reports say what an independent implementation says of the world that is left: to the micro, under either policy. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PersonDirectory } from '../../src/identity/directory.ts';
import { erasureOf } from '../../src/privacy/erasure/changes.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { withoutPeople } from '../reference/erasure.ts';
import { attribute, type Options, type World } from '../reference/reference.ts';
import { optionsArbitrary, toReference, worlds } from '../reference/worlds.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { runsOf } from '../support/tier.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_ERASURE_WORLDS', 10, 20);
const MODELS = ['first_touch', 'linear', 'position_based'];

interface Part {
  reconciliation: {
    net_revenue_micros: string;
    attributed_micros: string;
    unattributed_micros: Record<string, string>;
  };
  summary: { total_conversions: number; attributed_conversions: number };
}

/** Some ids of one brand of a world. */
function someIds(world: World, seed: number): { brand_id: string; ids: Set<string> } {
  const named = [...world.touchpoints, ...world.conversions].flatMap(({ brand_id, customer_id, anonymous_id }) =>
    [customer_id, anonymous_id].flatMap((id) => (id == null ? [] : [{ brand_id, id }])),
  );
  const first = named[seed % Math.max(1, named.length)];
  if (first === undefined) return { brand_id: 'default', ids: new Set(['nobody']) };
  const other = named[(seed * 7 + 3) % named.length]!;
  return {
    brand_id: first.brand_id,
    ids: new Set([first.id, ...(other.brand_id === first.brand_id ? [other.id] : [])]),
  };
}

async function sumsOf(engine: Engine, options: Options): Promise<Record<string, Part> | string> {
  const report = attributionReport(engine.reports, parametersOf(options, MODELS), ALL_BRANDS);
  return report.then(
    ({ models }) => models as unknown as Record<string, Part>,
    (error: Error) => error.message,
  );
}

test.each(['remove', 'keep_anonymous'] as const)(
  'orders %s: the engine and the reference agree',
  async (orders) => {
    await fc.assert(
      fc.asyncProperty(worlds(), optionsArbitrary, fc.nat(1_000), async (wire, asked, seed) => {
        const engine = await Engine.open();
        try {
          const options: Options = { ...asked, filters: [] };
          for (const [brand_id, own] of Object.entries(options.settings ?? {}))
            engine.settings.set(brand_id, settingsOf(own));
          await engine.load(eventsOf(wire), 20);
          const world = toReference(wire);
          const gone = someIds(world, seed);
          const subjects = [...gone.ids].map((id) => ({ brand_id: gone.brand_id, id, erasure_no: 0 }));
          const before = await sumsOf(engine, options);
          await engine.warehouse.erase(
            erasureOf({ subjects, policy: { orders, runs: 'tombstone' }, until_ms: null, salt: 'salt' }),
          );
          engine.reports.directory = new PersonDirectory();
          const sums = await sumsOf(engine, options);
          if (typeof sums === 'string') return expect(sums).toMatch(/no rate from/);
          const { totals } = attribute(withoutPeople(world, gone, orders), options);
          for (const model of MODELS) {
            const { reconciliation, summary } = sums[model]!;
            expect(reconciliation.net_revenue_micros).toBe(String(totals.net_revenue_micros));
            expect(reconciliation.attributed_micros).toBe(String(totals.attributed[model]));
            for (const [reason, micros] of Object.entries(reconciliation.unattributed_micros))
              expect(`${reason} ${micros}`).toBe(
                `${reason} ${totals.unattributed[reason as keyof typeof totals.unattributed]}`,
              );
            expect(summary).toMatchObject({
              total_conversions: totals.orders,
              attributed_conversions: totals.attributed_orders,
            });
            if (orders === 'keep_anonymous' && typeof before !== 'string')
              expect(reconciliation.net_revenue_micros).toBe(before[model]!.reconciliation.net_revenue_micros);
          }
        } finally {
          await engine.close();
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
  600_000,
);
