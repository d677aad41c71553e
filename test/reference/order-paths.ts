/** Section 16: the paths of orders, and of people who touched in the period and did not order in it. */
import { dayPasses, isShown, passes } from './filters.ts';
import { creditedOrders } from './reference.ts';
import { dayIn } from './rows.ts';
import { candidatesOf, isMachine, newestOf, pathOf } from './touches.ts';
import { type FullOptions, fullOptions, type Options, type RefTouchpoint, settingsOf, type World } from './types.ts';

export interface RefPath {
  person: string;
  touches: RefTouchpoint[];
  /** For each touch, whether the filters let it pass. */
  shown: boolean[];
  /** Null for a person who did not order. */
  order: { occurred_at: number; net_micros: bigint; counted: boolean } | null;
}

export function orderPaths(world: World, options: Options): RefPath[] {
  const full = fullOptions(options);
  const { credited, buyers, seen, touchpoints, conversions, hidden } = creditedOrders(world, full);
  const shown = (touches: RefTouchpoint[]): boolean[] => touches.map((touch) => isShown(touch, full));
  const of_orders = credited.map(({ touches, result }): RefPath => {
    const { occurred_at, net_micros, counted } = result;
    return {
      person: JSON.stringify([result.brand_id, result.person]),
      touches,
      shown: shown(touches),
      order: { occurred_at, net_micros, counted },
    };
  });
  // A report covers the brands with an order; without any, the brand of records that name none.
  const brands = new Set(
    seen.conversions.length === 0 ? ['default'] : seen.conversions.map(({ brand_id }) => brand_id),
  );
  const of_people = [...touchpoints].flatMap(([person, own]): RefPath[] => {
    const { brand_id } = own[0]!;
    if (buyers.has(person) || !brands.has(brand_id)) return [];
    const last = own
      .filter((row) => mayEarn(row, full) && !hidden.has(row))
      .filter((row) => row.occurred_at >= full.start_ms && row.occurred_at < full.end_ms)
      .reduce((latest, row) => Math.max(latest, row.occurred_at), Number.NEGATIVE_INFINITY);
    if (last === Number.NEGATIVE_INFINITY || !counts(brand_id, last, full)) return [];
    const candidates = candidatesOf({ brand_id, occurred_at: last } as never, own, undefined, full, hidden);
    if (typeof candidates === 'string') return [];
    const kept = newestOf(candidates, Math.max(1, conversions.get(person)?.length ?? 0), full.limits);
    const { touches } = pathOf(kept, full.collapse);
    return [{ person, touches, shown: shown(touches), order: null }];
  });
  return [...of_orders, ...of_people];
}

function mayEarn(row: RefTouchpoint, { include_machine, exclude_direct }: FullOptions): boolean {
  return (
    !['purchase', 'subscription', 'custom'].includes(row.touchpoint_type) &&
    (include_machine || !isMachine(row)) &&
    !(exclude_direct && row.channel === 'direct')
  );
}

/** Filters by brand and time leave out people without an order, too. */
function counts(brand_id: string, last: number, full: FullOptions): boolean {
  const of_brands = full.filters.filter(({ field }) => field === 'brand_id');
  return (
    of_brands.every((filter) => passes(filter, (value) => value === brand_id)) &&
    dayPasses(dayIn(settingsOf(full.settings, brand_id).time_zone, last), full)
  );
}
