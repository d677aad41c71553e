/** Section 22: journeys over the brands of a list, where consent in both brands covers a touch of another brand. */
import { creditsOf, integerWeights, weightsOf } from './allocate.ts';
import { hiddenTouchpoints } from './consents.ts';
import { type Order, ordersOf, type ValueEvent, valueEvents } from './orders.ts';
import { personKey, persons } from './persons.ts';
import { previousOrder } from './reference.ts';
import { compareText, visibleRows } from './rows.ts';
import { candidatesOf, collapseInteractions, compareTouchpoints, newestOf } from './touches.ts';
import { type FullOptions, fullOptions, type Options, type RefTouchpoint, settingsOf, type World } from './types.ts';

/** What a consent says of sharing, by brand and consent id. */
export type Sharing = ReadonlyMap<string, boolean | null>;

export interface CrossBrand {
  /** Micros by brand of the order. */
  net: Record<string, bigint>;
  own_report: Record<string, bigint>;
  /** Micros by the brand of the order, that of the touch, and the channel. */
  credit: Record<string, bigint>;
  helped: Record<string, number>;
  left_out: Record<string, number>;
  left_out_people: Record<string, number>;
}

interface Brands {
  lists: string[][];
  sharing: Sharing;
}

/** A person of a brand. */
interface Person {
  brand_id: string;
  person: string;
}

class Log {
  readonly seen: World;
  private readonly person_of: Map<string, string>;
  readonly hidden: Set<RefTouchpoint>;
  readonly orders: Order[];

  constructor(
    world: World,
    private readonly full: FullOptions,
    private readonly sharing: Sharing,
  ) {
    this.seen = visibleRows(world, full.as_of);
    this.person_of = persons(world, full.as_of, full.settings);
    this.hidden = hiddenTouchpoints(this.seen, this.person_of, full);
    this.orders = ordersOf(this.seen, this.person_of);
  }

  of<T extends { brand_id: string; customer_id?: unknown; anonymous_id?: unknown }>(rows: T[], who: Person): T[] {
    return rows.filter(
      (row) =>
        row.brand_id === who.brand_id &&
        this.person_of.get(personKey(row.brand_id, (row.customer_id ?? row.anonymous_id) as string)) === who.person,
    );
  }

  /** The people of another brand who share a customer id. */
  sameIn(who: Person, brand_id: string): Person[] {
    const customers = (one: Person): string[] =>
      [
        ...this.of(this.seen.touchpoints, one),
        ...this.of(this.seen.conversions, one),
        ...this.of(this.seen.consents, one),
      ]
        .map(({ customer_id }) => customer_id)
        .filter((id) => id != null);
    const known = customers(who);
    const names = [
      ...new Set([...this.person_of].filter(([key]) => key.startsWith(`${brand_id}\0`)).map(([, one]) => one)),
    ];
    return names
      .map((person) => ({ brand_id, person }))
      .filter((other) => customers(other).some((id) => known.includes(id)));
  }

  /** Walks through what a person said: from when on it holds without a break until the end of the log. */
  private holdsSince(
    who: Person,
    wordOf: (row: World['consents'][number]) => boolean | null,
    before: number | null,
  ): number | null {
    const said = this.of(this.seen.consents, who);
    let since = before;
    for (const at of [...new Set(said.map(({ occurred_at }) => occurred_at))].sort((a, b) => a - b)) {
      const words = said.filter(({ occurred_at }) => occurred_at === at).map(wordOf);
      if (words.includes(false)) since = null;
      else if (words.includes(true)) since ??= at;
    }
    return since;
  }

  covers(who: Person, touch: RefTouchpoint): boolean {
    const holds = (since: number | null): boolean => since !== null && since <= touch.occurred_at;
    const shared = this.holdsSince(who, (row) => this.sharing.get(`${row.brand_id} ${row.consent_id}`) ?? null, null);
    if (!holds(shared)) return false;
    const policy = settingsOf(this.full.settings, who.brand_id).consent;
    const mode =
      (touch.country == null ? undefined : policy?.countries[touch.country]) ?? policy?.measurement ?? 'not_needed';
    if (mode === 'not_needed') return true;
    const unasked = mode === 'opt_out' ? Number.NEGATIVE_INFINITY : null;
    return holds(this.holdsSince(who, ({ measurement }) => measurement, unasked));
  }
}

export function crossBrand(world: World, options: Options, { lists, sharing }: Brands): CrossBrand {
  const full = fullOptions(options);
  const log = new Log(world, full, sharing);
  const found: CrossBrand = { net: {}, own_report: {}, credit: {}, helped: {}, left_out: {}, left_out_people: {} };
  const left_out_people = new Set<string>();
  const collapsed = (rows: RefTouchpoint[]) => (full.collapse === 'none' ? rows : collapseInteractions(rows));
  for (const order of log.orders) {
    const list = lists.find((brands) => brands.includes(order.brand_id));
    const events = valueEvents(order, log.seen.fx_rates, full);
    if (list === undefined || events.length === 0) continue;
    const { brand_id } = order;
    const previous = previousOrder(order, log.orders, full)?.occurred_at;
    const candidates = (who: Person): RefTouchpoint[] => {
      const all = candidatesOf(order, log.of(log.seen.touchpoints, who), previous, full, log.hidden);
      return typeof all === 'string' ? [] : all;
    };
    const buyer = { brand_id, person: order.person };
    const own = collapsed(newestOf(candidates(buyer), log.of(log.seen.conversions, buyer).length, full.limits));
    let is_left_out = false;
    const others = list
      .filter((other) => other !== brand_id)
      .flatMap((other) => {
        const covered = log.sameIn(buyer, other).flatMap((who) =>
          candidates(who).filter((touch) => {
            const covers = log.covers(buyer, touch) && log.covers(who, touch);
            is_left_out ||= !covers;
            return covers;
          }),
        );
        return collapsed(covered.sort(compareTouchpoints));
      });
    const is_counted = events.some(({ first }) => first);
    found.net[brand_id] =
      (found.net[brand_id] ?? 0n) + events.reduce((sum, { before, after }) => sum + after - before, 0n);
    for (const [, micros] of creditOf(order, events, own, full))
      found.own_report[brand_id] = (found.own_report[brand_id] ?? 0n) + micros;
    const path = [...own, ...others].sort((a, b) => compareTouchpoints(a, b) || compareText(a.brand_id, b.brand_id));
    for (const [touch, micros] of creditOf(order, events, path, full)) {
      const name = `${brand_id} ${touch.brand_id} ${touch.channel}`;
      found.credit[name] = (found.credit[name] ?? 0n) + micros;
    }
    if (is_counted && others.length > 0) found.helped[brand_id] = (found.helped[brand_id] ?? 0) + 1;
    if (!is_counted || !is_left_out) continue;
    found.left_out[brand_id] = (found.left_out[brand_id] ?? 0) + 1;
    const name = personKey(brand_id, order.person);
    if (!left_out_people.has(name)) found.left_out_people[brand_id] = (found.left_out_people[brand_id] ?? 0) + 1;
    left_out_people.add(name);
  }
  return found;
}

function creditOf(
  order: Order,
  events: ValueEvent[],
  touches: RefTouchpoint[],
  full: FullOptions,
): Array<[RefTouchpoint, bigint]> {
  if (touches.length === 0) return [];
  const inputs = touches.map((touch, index) => ({
    k: index + 1,
    n: touches.length,
    age_days: (order.occurred_at - touch.occurred_at) / 86_400_000,
    channel: touch.channel ?? null,
    touchpoint_type: touch.touchpoint_type,
  }));
  const weights = integerWeights(weightsOf(full.models[0]!, inputs, settingsOf(full.settings, order.brand_id), {}));
  const credits = events.map((event) => creditsOf(event, weights));
  return touches.map((touch, index) => [touch, credits.reduce((sum, credit) => sum + credit[index]!, 0n)]);
}
