/** Brands that belong together in consolidated figures: those that share orders, and those whose people may be counted as one. */
import { badRequest } from './errors.ts';
import { brandProblem } from './record.ts';
import { type Static, Type } from './typebox.ts';

const closed = { additionalProperties: false } as const;
/** For which brand an order with the same id in several brands counts. */
export const COUNTS_FOR = ['first', 'brand_order'] as const;
export type CountsFor = (typeof COUNTS_FOR)[number];

const Brands = Type.Array(Type.String(), { minItems: 2, maxItems: 1_000 });
export const SharedOrdersSchema = Type.Array(
  Type.Object(
    { brands: Brands, counts_for: Type.Optional(Type.Unsafe<CountsFor>({ type: 'string', enum: [...COUNTS_FOR] })) },
    closed,
  ),
  { maxItems: 100 },
);
export const CrossBrandPeopleSchema = Type.Array(Brands, { maxItems: 100 });

export interface SharedOrders {
  brands: readonly string[];
  counts_for: CountsFor;
}

export interface BrandGroups {
  shared_orders: readonly SharedOrders[];
  /** People of the brands of a list are one person where they share a customer id. */
  cross_brand_people: readonly (readonly string[])[];
}

export const NO_BRAND_GROUPS: BrandGroups = { shared_orders: [], cross_brand_people: [] };

/** Reads the settings. A brand is in at most one list of each. @throws bad_request naming the setting. */
export function brandGroups(
  shared: Static<typeof SharedOrdersSchema> = [],
  people: Static<typeof CrossBrandPeopleSchema> = [],
): BrandGroups {
  const shared_orders = shared.map(({ brands, counts_for = 'first' }) => ({ brands, counts_for }));
  checkLists(
    'shared_orders',
    shared_orders.map(({ brands }) => brands),
  );
  checkLists('cross_brand_people', people);
  return { shared_orders, cross_brand_people: people };
}

function checkLists(setting: string, lists: readonly (readonly string[])[]): void {
  const seen = new Set<string>();
  for (const [i, brands] of lists.entries())
    for (const brand_id of brands) {
      const problem = brandProblem(brand_id);
      if (problem) throw badRequest(`config.${setting}.${i}`, problem);
      if (seen.has(brand_id))
        throw badRequest(
          `config.${setting}.${i}`,
          `names the brand ${brand_id} twice; a brand can be in one list only`,
        );
      seen.add(brand_id);
    }
}

/** The groups among these brands. A group of which only one brand is left joins nothing. */
export function groupsAmong(
  { shared_orders, cross_brand_people }: BrandGroups,
  brand_ids: readonly string[],
): BrandGroups {
  const known = new Set(brand_ids);
  const among = (brands: readonly string[]): string[] => brands.filter((brand_id) => known.has(brand_id));
  return {
    shared_orders: shared_orders
      .map((group) => ({ ...group, brands: among(group.brands) }))
      .filter(({ brands }) => brands.length > 1),
    cross_brand_people: cross_brand_people.map(among).filter((brands) => brands.length > 1),
  };
}
