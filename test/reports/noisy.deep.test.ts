/**
 * What answers with noise are made of: the sums of people within bounds. What a person contributes is computed here in another way, from
 * the exact report of a brand that has this person alone.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExactGroup } from '../../src/privacy/differential-privacy/release.ts';
import type { ReportJson } from '../../src/reports/context.ts';
import type { BoundedSums } from '../../src/reports/noisy/declared.ts';
import { resolveParameters } from '../../src/reports/resolve.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { MARCH } from '../support/time.ts';
import { BOUNDS, brandsOf, CHANNELS, noiseless } from './noisy-people.ts';
import { reportNamed } from './schema.ts';

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ touch: fc.constantFrom(...CHANNELS) }) },
  { weight: 2, arbitrary: fc.record({ order: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ refund: fc.integer({ min: 1, max: 250 }) }) },
);
const people = fc.array(fc.array(step, { minLength: 1, maxLength: 9 }), { minLength: 2, maxLength: 4 });

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** The sums of a question, before noise and thresholds. */
async function sumsOf(name: string, parameters: ReportJson, brand_id: string): Promise<BoundedSums> {
  const context = noiseless(shop);
  const question = reportNamed(name).noisy!.ask({ ...MARCH, ...parameters, brand_id });
  return context.warehouse.read(async (snapshot) => {
    const { plan } = await resolveParameters(snapshot, context, question.shared, {
      ...question.options,
      key_brand_id: null,
    });
    return question.read(snapshot, context, plan, BOUNDS);
  });
}

interface Contribution {
  table: number;
  name: string;
  conversions: bigint;
  micros: bigint;
}

/** What one person contributes without bounds, from the exact report. */
async function exactOf(parameters: ReportJson, brand_id: string): Promise<Contribution[]> {
  // biome-ignore lint/suspicious/noExplicitAny: the answer is read by name
  const answer: any = await reportNamed('attribution').run(
    noiseless(shop),
    { ...MARCH, ...parameters, group_by: 'channel', brand_id },
    ALL_BRANDS,
  );
  const { total_conversions, attributed_conversions } = answer.summary;
  const rest = {
    table: 1,
    name: 'null',
    conversions: BigInt(total_conversions - attributed_conversions) * 1_000_000n,
    micros: answer.unattributed.reduce(
      (sum: bigint, row: { unattributed_revenue_micros: string }) => sum + BigInt(row.unattributed_revenue_micros),
      0n,
    ),
  };
  const credited = answer.channel_attribution.map(
    (row: { channel: string; credited_conversions: number; attributed_revenue_micros: string }) => ({
      table: 0,
      name: row.channel,
      conversions: BigInt(Math.round(row.credited_conversions * 1e6)),
      micros: BigInt(row.attributed_revenue_micros),
    }),
  );
  const has_rest = answer.unattributed.length > 0;
  return [
    ...credited.filter((own: Contribution) => own.conversions !== 0n || own.micros !== 0n),
    ...(has_rest ? [rest] : []),
  ];
}

const size = (x: bigint): bigint => (x < 0n ? -x : x);
const compare = (a: bigint, b: bigint): number => (a === b ? 0 : a > b ? -1 : 1);

/** A person within bounds, as docs/privacy.md says it. */
function boundedByHand(all: Contribution[]): Contribution[] {
  const kept = [...all]
    .sort(
      (a, b) =>
        compare(size(a.conversions), size(b.conversions)) ||
        compare(size(a.micros), size(b.micros)) ||
        a.table - b.table ||
        (a.name < b.name ? -1 : 1),
    )
    .slice(0, 2);
  const scaled = (value: (own: Contribution) => bigint, bound: bigint): bigint[] => {
    const total = kept.reduce((sum, own) => sum + size(value(own)), 0n);
    return kept.map((own) => (total > bound ? (value(own) * bound) / total : value(own)));
  };
  const conversions = scaled((own) => own.conversions, 2_000_000n);
  const micros = scaled((own) => own.micros, 150_000_000n);
  return kept.map((own, i) => ({ ...own, conversions: conversions[i]!, micros: micros[i]! }));
}

/** Groups by table and name, as people, conversions and micros. */
function tableOf(groups: Iterable<{ table: number; name: string; sums: readonly bigint[] }>): Record<string, string> {
  const sums = new Map<string, bigint[]>();
  for (const { table, name, sums: own } of groups) {
    const before = sums.get(`${table} ${name}`) ?? [0n, 0n, 0n];
    sums.set(
      `${table} ${name}`,
      before.map((value, i) => value + own[i]!),
    );
  }
  return Object.fromEntries([...sums].sort().map(([name, own]) => [name, own.join(' ')]));
}

const ofTables = (tables: BoundedSums['tables']) =>
  tables.flatMap((groups, table) =>
    groups.map(({ keys, sums }: ExactGroup) => ({
      ...{ table, name: String(keys[0] ?? null) },
      sums: [sums.persons, sums.conversions, sums.revenue],
    })),
  );

const OPTIONS: ReportJson[] = [
  { model: 'last_touch' },
  { model: 'linear', adjustments: 'own_day' },
  { model: 'time_decay', lookback: 'since_previous_conversion', collapse: 'none' },
];

describe('the sums below the noise', () => {
  test('are those of the exact reports of each person alone, cut to the bounds', { timeout: 900_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(people, fc.constantFrom(...OPTIONS), async (world, options) => {
        const all = [...world.entries()];
        const [together, ...alone] = await brandsOf(shop, [all, ...all.map((entry) => [entry])]);
        const due = [];
        let lost = 0n;
        for (const brand_id of alone) {
          const exact = await exactOf(options, brand_id);
          const kept = boundedByHand(exact);
          const total = (own: Contribution[]) => own.reduce((sum, { micros }) => sum + size(micros), 0n);
          lost += total(exact) - total(kept);
          due.push(...kept.map(({ conversions, micros, ...own }) => ({ ...own, sums: [1n, conversions, micros] })));
        }
        const { tables, cut } = await sumsOf('attribution', { ...options, group_by: 'channel' }, together!);
        expect(tableOf(ofTables(tables))).toEqual(tableOf(due));
        expect(cut.revenue_micros).toBe(lost);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  test('change by no more than the bounds when a person comes or goes, in every report', {
    timeout: 900_000,
  }, async () => {
    const questions: Array<[string, ReportJson, times: number]> = [
      ['attribution', { group_by: 'channel,day', adjustments: 'own_day' }, 1],
      ['attribution', { group_by: 'campaign_id,customer_kind', filter: ['!channel:display'] }, 1],
      ['campaigns', {}, 1],
      ['journeys', {}, 1],
      ['lags', {}, 2],
      ['cohorts', {}, 1],
    ];
    await fc.assert(
      fc.asyncProperty(people, async (world) => {
        const everyone = [...world.entries()];
        const brands = await brandsOf(shop, [everyone, everyone.slice(1)]);
        for (const [name, parameters, times] of questions) {
          const { counts, groups_per_order = 1 } = reportNamed(name).noisy!;
          expect(groups_per_order).toBe(times);
          const [a, b] = await Promise.all(brands.map((brand) => sumsOf(name, parameters, brand)));
          const names = [
            ...ofTables(a!.tables),
            ...ofTables(b!.tables).map((own) => ({ ...own, sums: own.sums.map((x) => -x) })),
          ];
          const changes = Object.values(tableOf(names)).map((text) => text.split(' ').map(BigInt));
          const total = (i: number): bigint => changes.reduce((sum, own) => sum + size(own[i]!), 0n);
          expect(total(0)).toBeLessThanOrEqual(2n);
          expect(total(1)).toBeLessThanOrEqual(2n * counts.unit);
          expect(total(2)).toBeLessThanOrEqual(150_000_000n);
        }
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
