/** Random worlds of three brands with people in common, who say in time what they allow, against the reference. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { brandGroups } from '../../src/domain/brand-groups.ts';
import { type CrossBrand, crossBrand } from '../reference/cross-brand.ts';
import { type Options, RULE_MODELS } from '../reference/reference.ts';
import { FIRST_MS, LAST_MS } from '../reference/times.ts';
import { serverTime } from '../reference/wire.ts';
import { optionsArbitrary, toReference, type WireWorld, worldArbitrary } from '../reference/worlds.ts';
import type { Engine } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import type { Json } from '../support/shop.ts';
import { checking } from '../support/watched.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';
import { expectToFit, reportNamed } from './schema.ts';

const report = reportNamed('cross_brand');

type Words = { sharing?: boolean; measurement?: boolean };
const words = fc.constantFrom<Words[]>(
  { sharing: true },
  { sharing: true },
  { sharing: true, measurement: true },
  { sharing: true, measurement: true },
  { sharing: true, measurement: false },
  { measurement: true },
  { measurement: false },
  { sharing: false },
  { sharing: false, measurement: true },
);

const PLACES = [0, 1, 2, 1] as const;
const CUSTOMERS = ['c1', 'c10', 'c2', 'C3'];

export const scenes = fc.record({
  world: worldArbitrary.filter(({ conversions }) => conversions.length > 1),
  options: optionsArbitrary,
  model: fc.constantFrom(...RULE_MODELS),
  places: fc.infiniteStream(fc.constantFrom(...PLACES)),
  turned: fc.constantFrom(...PLACES),
  words: fc.infiniteStream(words),
  draws: fc.infiniteStream(fc.nat(999)),
  /** Who has granted sharing from the beginning, by customer and brand. */
  granted: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 12, maxLength: 12 }),
  all_three: fc.boolean(),
});
export type Scene = typeof scenes extends fc.Arbitrary<infer S> ? S : never;

/** Milliseconds before an order: at one instant, the ends of windows and of visits. */
const BEFORE = [0, 1, 10, 29, 31, 600, 1_440, 2_880, 10_079, 10_080, 43_200].map((minutes) => minutes * 60_000);

/** Most touchpoints are of somebody who orders, and before the order: else few worlds would have a journey over brands. */
function nearOrders({ world, draws }: Scene): WireWorld['touchpoints'] {
  const draw = <T>(values: readonly T[]): T => values[(draws.next().value as number) % values.length]!;
  return world.touchpoints.map((row) => {
    if (draw([true, false, false, false])) return row;
    const order = draw(world.conversions);
    const { sent_at: _sent, anonymous_id: _anonymous, ...rest } = row;
    const { customer_id, anonymous_id } = order;
    const who = customer_id === undefined ? { anonymous_id: anonymous_id! } : { customer_id };
    return { ...rest, ...who, occurred_at: new Date(serverTime(order) - draw(BEFORE)).toISOString() };
  });
}

/** The world with its records dealt out to three brands. Orders and refunds stay together. */
function dealt(scene: Scene, brands: readonly string[]): WireWorld {
  const { world, places, turned, words: said, granted } = scene;
  const next = (): string => brands[places.next().value as number]!;
  const sold = (brand_id: string | undefined): string => brands[((brand_id === 'b2' ? 1 : 0) + turned) % 3]!;
  const in_dollars = <R extends { brand_id?: string | undefined; currency?: string | undefined }>(row: R): R => ({
    ...row,
    brand_id: sold(row.brand_id),
    currency: 'USD',
  });
  const spread = <R extends object>(row: R): R => ({ ...row, brand_id: next() });
  const base = granted.flatMap((is, i) =>
    is === 0
      ? []
      : [
          {
            consent_id: `g${i}`,
            brand_id: brands[i % 3]!,
            customer_id: CUSTOMERS[i % 4]!,
            purposes: { sharing: true, ...(i % 5 !== 0 && { measurement: true }) },
            occurred_at: new Date(FIRST_MS - is).toISOString(),
          },
        ],
  );
  // Where everybody changes their mind often, nothing is covered.
  const later = world.consents.slice(0, 3).map(({ gcm: _gcm, gpc: _gpc, ...row }) => ({
    ...spread(row),
    purposes: said.next().value as Words,
  }));
  return {
    ...world,
    touchpoints: nearOrders(scene).map(spread),
    conversions: world.conversions.map(in_dollars),
    adjustments: world.adjustments.map(in_dollars),
    identity_links: world.identity_links.map(spread),
    customer_segments: [],
    spend: [],
    fx_rates: [],
    consents: [...base, ...later] as WireWorld['consents'],
  };
}

let worlds = 0;

/**
 * Asks of the world, and compares with the reference. Each world has brands and a collector of its own.
 * @param is_typed compares every relation with its declaration, which only DuckDB can.
 */
export async function compareScene(engine: Engine, scene: Scene, is_typed = false): Promise<CrossBrand> {
  worlds += 1;
  const no = worlds;
  const brands = ['x', 'y', 'z'].map((name) => `${name}-${no}`);
  const world = dealt(scene, brands);
  const lists = [scene.all_three ? brands : brands.slice(0, 2)];
  const { default: first, b2: second } = scene.options.settings as Record<string, object>;
  const settings = { [brands[0]!]: first!, [brands[1]!]: second! };
  for (const [brand_id, own] of Object.entries(settings)) engine.settings.set(brand_id, settingsOf(own));
  await engine.load(eventsOf(world), 500, `world-${no}`);
  const options: Options = {
    ...scene.options,
    settings,
    ...(no % 3 > 0 && { start_ms: FIRST_MS, end_ms: LAST_MS + 1, conversion_types: null }),
    filters: [],
    currency: 'USD',
    models: [scene.model],
    brand_ids: null,
  };
  const { models: _models, filter: _filter, week_start: _week, ...asked } = parametersOf(options, options.models!);
  const { warehouse } = checking(engine.warehouse);
  const answer: Json = await report.run(
    {
      ...engine.reports,
      ...(is_typed && { warehouse }),
      brand_groups: brandGroups([], lists),
    },
    { ...asked, model: scene.model, as_of: engine.as_of(`world-${no}`) },
    ALL_BRANDS,
  );
  expectToFit(report, answer);
  const sharing = new Map<string, boolean | null>();
  for (const { brand_id, consent_id, purposes } of world.consents) {
    const name = `${brand_id} ${consent_id}`;
    if (!sharing.has(name)) sharing.set(name, (purposes as Words).sharing ?? null);
  }
  const expected = crossBrand(toReference(world), options, { lists, sharing });
  expect(withoutZeros(shownAs(answer))).toEqual(withoutZeros(expected));
  expectToAddUp(answer);
  return expected;
}

/** A brand or row without revenue may be missing. */
function withoutZeros(answer: CrossBrand): CrossBrand {
  const amounts = (sums: Record<string, bigint>) =>
    Object.fromEntries(Object.entries(sums).filter(([, micros]) => micros !== 0n));
  return {
    ...answer,
    net: amounts(answer.net),
    own_report: amounts(answer.own_report),
    credit: amounts(answer.credit),
  };
}

function shownAs({ brands, channels }: Json): CrossBrand {
  const amounts = (name: string) =>
    Object.fromEntries(brands.map((row: Json) => [row.brand_id, BigInt(row[`${name}_micros`])]));
  const counts = (name: string) =>
    Object.fromEntries(brands.filter((row: Json) => row[name] > 0).map((row: Json) => [row.brand_id, row[name]]));
  const credit = channels.map((row: Json) => [
    `${row.order_brand_id} ${row.touch_brand_id} ${row.channel}`,
    BigInt(row.attributed_revenue_micros),
  ]);
  return {
    net: amounts('net_revenue'),
    own_report: amounts('own_report_revenue'),
    credit: Object.fromEntries(credit),
    helped: counts('helped_conversions'),
    left_out: counts('left_out_conversions'),
    left_out_people: counts('left_out_people'),
  };
}

/** To the micro: the rows of a brand are its attributed revenue, and with what no touch earned its net revenue. */
function expectToAddUp({ brands, matrix, channels }: Json): void {
  const sum = (rows: Json[], field: string): bigint => rows.reduce((all, row) => all + BigInt(row[field]), 0n);
  for (const brand of brands) {
    for (const rows of [matrix, channels]) {
      const own = rows.filter((row: Json) => row.order_brand_id === brand.brand_id);
      expect(sum(own, 'attributed_revenue_micros')).toBe(BigInt(brand.attributed_revenue_micros));
      expect(sum(own, 'own_report_revenue_micros')).toBe(BigInt(brand.own_report_revenue_micros));
    }
    expect(BigInt(brand.attributed_revenue_micros) + BigInt(brand.unattributed_revenue_micros)).toBe(
      BigInt(brand.net_revenue_micros),
    );
    expect(BigInt(brand.own_touches_revenue_micros) + BigInt(brand.other_brands_revenue_micros)).toBe(
      BigInt(brand.attributed_revenue_micros),
    );
  }
}
