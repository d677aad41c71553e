/**
 * docs/semantics.md over arrays: slow, plain, and written without looking at the SQL, so that the two can disagree.
 * Tests only.
 */
import { allocate, creditsOf, integerWeights, weightsOf } from './allocate.ts';
import { hiddenTouchpoints } from './consents.ts';
import { chosenEvents, isShown, segmentsOf } from './filters.ts';
import { type GroupRow, groupRows, type RestRow, restRows } from './groups.ts';
import { type Order, ordersOf, type ValueEvent, valueEvents } from './orders.ts';
import { personKey, persons } from './persons.ts';
import { groupBy, visibleRows } from './rows.ts';
import { refundWarnings } from './spend.ts';
import { campaignOf, candidatesOf, newestOf, pathOf } from './touches.ts';
import {
  type FullOptions,
  fullOptions,
  type Options,
  REASONS,
  type Reason,
  type RefTouchpoint,
  settingsOf,
  type World,
} from './types.ts';

export { journeys } from './journeys.ts';
export { persons } from './persons.ts';
export * from './types.ts';

type PerModel<T> = Record<string, T>;

export interface RefTouch {
  touchpoint_id: string;
  k: number;
  weights: PerModel<number>;
  W: PerModel<bigint>;
  /** Millionths of the conversion. */
  share: PerModel<bigint>;
  /** Micros, over the value events of the period. */
  credit: PerModel<bigint>;
}

export interface RefOrder {
  brand_id: string;
  conversion_id: string;
  person: string;
  occurred_at: number;
  /** What the period's value events add up to, in the report's currency. */
  net_micros: bigint;
  /** False when only an adjustment falls into the period (own_day). */
  counted: boolean;
  reason: Reason | null;
  path: RefTouch[];
}

export interface Totals {
  net_revenue_micros: bigint;
  orders: number;
  attributed_orders: number;
  attributed: PerModel<bigint>;
  /** Every reason is there. It does not depend on the model. */
  unattributed: Record<Reason, bigint>;
  /** The credit of touches that the filters leave out. */
  filtered: PerModel<bigint>;
}

export interface Attribution {
  orders: RefOrder[];
  totals: Totals;
  /** `cut_paths` and `other_currency_adjustments` are of the orders that the report shows. */
  warnings: {
    cut_paths: number;
    cut_candidates: number;
    other_currency_adjustments: number;
    refunds_beyond_order: number;
    refunds_of_unknown_orders: number;
  };
  groups(keys: string[], model: string): GroupRow[];
  /** What no touch earned, by the keys about orders and times. */
  rest(keys: string[]): RestRow[];
}

/** An order with all that its report rows are made of. */
export interface Credited {
  order: Order;
  events: ValueEvent[];
  touches: RefTouchpoint[];
  /** Per model, the integer weights of the path. */
  weights: PerModel<bigint[]>;
  result: RefOrder;
  cut: boolean;
  /** True if the order has more candidates than it keeps. */
  crowded: boolean;
}

/** The orders of a report with their paths, and what else paths are made of. */
export function creditedOrders(world: World, full: FullOptions) {
  const seen = visibleRows(world, full.as_of);
  const person_of = persons(world, full.as_of, full.settings);
  const hidden = hiddenTouchpoints(seen, person_of, full);
  const touchpoints = groupBy(seen.touchpoints, (row) => {
    const id = (row.customer_id ?? row.anonymous_id)!;
    return personKey(row.brand_id, person_of.get(personKey(row.brand_id, id))!);
  });
  const orders = ordersOf(seen, person_of).map((order) => ({ ...order, segments: segmentsOf(order, seen, person_of) }));
  const conversions = groupBy(seen.conversions, (row) => {
    const id = (row.customer_id ?? row.anonymous_id)!;
    return personKey(row.brand_id, person_of.get(personKey(row.brand_id, id))!);
  });
  const credited: Credited[] = [];
  const campaigns = new Set<string>();
  /** The keys of all persons with a value event in the period, also of one that the filters leave out. */
  const buyers = new Set<string>();
  for (const order of orders) {
    const all = valueEvents(order, seen.fx_rates, full);
    if (all.length === 0) continue;
    const previous = previousOrder(order, orders, full);
    order.customer_kind = previous === undefined ? 'new' : 'returning';
    const key = personKey(order.brand_id, order.person);
    buyers.add(key);
    const person = { touchpoints: touchpoints.get(key) ?? [], conversions: conversions.get(key)!.length, hidden };
    const credit = (events: ValueEvent[]): Credited => creditOrder(order, events, person, previous?.occurred_at, full);
    for (const campaign of credit(all).touches.map(campaignOf)) if (campaign !== null) campaigns.add(campaign);
    const events = chosenEvents(order, all, full);
    if (events.length > 0) credited.push(credit(events));
  }
  return { credited, campaigns, buyers, seen, touchpoints, conversions, hidden };
}

export function attribute(world: World, options: Options): Attribution {
  const full = fullOptions(options);
  const { credited, campaigns, seen } = creditedOrders(world, full);
  return {
    orders: credited.map(({ result }) => result),
    totals: totalsOf(credited, full),
    warnings: {
      cut_paths: credited.filter(({ cut }) => cut).length,
      cut_candidates: credited.filter(({ crowded }) => crowded).length,
      other_currency_adjustments: credited.reduce((sum, { order }) => sum + order.other_currency, 0),
      ...refundWarnings(
        credited.map(({ order }) => order),
        seen,
        full,
      ),
    },
    groups: (keys, model) => groupRows(credited, keys, model, full, { seen, campaigns: [...campaigns] }),
    rest: (keys) => restRows(credited, keys, full),
  };
}

/** The order of the same person right before this one, among the report's conversion types. `orders` are sorted. */
export function previousOrder(order: Order, orders: Order[], options: FullOptions): Order | undefined {
  return orders
    .slice(0, orders.indexOf(order))
    .findLast(
      (other) =>
        other.brand_id === order.brand_id &&
        other.person === order.person &&
        (options.conversion_types === null || options.conversion_types.includes(other.conversion_type)),
    );
}

function creditOrder(
  order: Order,
  events: ValueEvent[],
  person: { touchpoints: RefTouchpoint[]; conversions: number; hidden: ReadonlySet<RefTouchpoint> },
  previous_order_at: number | undefined,
  options: FullOptions,
): Credited {
  const result: RefOrder = {
    brand_id: order.brand_id,
    conversion_id: order.conversion_id,
    person: order.person,
    occurred_at: order.occurred_at,
    net_micros: events.reduce((sum, event) => sum + event.after - event.before, 0n),
    counted: events.some((event) => event.first),
    reason: null,
    path: [],
  };
  const all = candidatesOf(order, person.touchpoints, previous_order_at, options, person.hidden);
  if (typeof all === 'string') {
    const nothing = { touches: [], weights: {}, cut: false, crowded: false };
    return { order, events, result: { ...result, reason: all }, ...nothing };
  }
  const candidates = newestOf(all, person.conversions, options.limits);
  const crowded = candidates.length < all.length;
  const { touches, cut } = pathOf(candidates, options.collapse);
  const inputs = touches.map((touch, index) => ({
    k: index + 1,
    n: touches.length,
    age_days: (order.occurred_at - touch.occurred_at) / 86_400_000,
    channel: touch.channel ?? null,
    touchpoint_type: touch.touchpoint_type,
  }));
  result.path = touches.map(({ touchpoint_id }, index) => ({
    touchpoint_id,
    k: index + 1,
    weights: {},
    W: {},
    share: {},
    credit: {},
  }));
  const weights: PerModel<bigint[]> = {};
  for (const model of options.models) {
    const raw = weightsOf(model, inputs, settingsOf(options.settings, order.brand_id), options.custom_models);
    const whole = integerWeights(raw);
    const shares = allocate(1_000_000n, whole);
    const credits = events.map((event) => creditsOf(event, whole));
    weights[model] = whole;
    result.path.forEach((touch, index) => {
      touch.weights[model] = raw[index]!;
      touch.W[model] = whole[index]!;
      touch.share[model] = shares[index]!;
      touch.credit[model] = credits.reduce((sum, credit) => sum + credit[index]!, 0n);
    });
  }
  return { order, events, touches, weights, result, cut, crowded };
}

function totalsOf(credited: Credited[], options: FullOptions): Totals {
  const { models } = options;
  const totals: Totals = {
    net_revenue_micros: 0n,
    orders: 0,
    attributed_orders: 0,
    attributed: Object.fromEntries(models.map((model) => [model, 0n])),
    filtered: Object.fromEntries(models.map((model) => [model, 0n])),
    unattributed: Object.fromEntries(REASONS.map((reason) => [reason, 0n])) as Record<Reason, bigint>,
  };
  for (const { result, touches } of credited) {
    const shown = touches.map((touch) => isShown(touch, options));
    totals.net_revenue_micros += result.net_micros;
    if (result.counted) totals.orders += 1;
    if (result.counted && shown.includes(true)) totals.attributed_orders += 1;
    if (result.reason !== null) totals.unattributed[result.reason] += result.net_micros;
    for (const [i, { credit }] of result.path.entries()) {
      for (const model of models) (shown[i] ? totals.attributed : totals.filtered)[model]! += credit[model]!;
    }
  }
  return totals;
}
