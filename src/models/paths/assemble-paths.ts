/** Puts the paths that a walk found in order. */
import type { Plan } from '../../attribution/plan.ts';
import { NOT_CHOSEN } from '../../histories/asked.ts';
import { type AskedOrders, partsOfPolicy } from '../../histories/asked-orders.ts';
import { SMALL } from '../../histories/exact.ts';
import type { Histories } from '../../histories/histories.ts';
import type { SilentPeople } from '../../histories/orders/silent-people.ts';
import { brandDays } from '../../histories/zone-days.ts';
import { inBlocks, sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import { codeStates } from '../grain.ts';
import type { FoundPaths } from './found-paths.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';
import { stateNaming } from './state-naming.ts';

/** Whose paths are read, by number. */
export interface PathPeople {
  orders: AskedOrders;
  /** By value event, whether it is chosen: {@link NOT_CHOSEN} if it is not. */
  event_group: Uint32Array;
  silent: SilentPeople;
}

export async function assemblePaths(
  found: FoundPaths,
  plan: Plan,
  people: PathPeople,
  question: PathQuestion,
  histories: Histories,
): Promise<OrderPaths> {
  const sorted = question.in_order
    ? await inOrder(found, people, histories)
    : Uint32Array.from({ length: found.paths }, (_, path) => path);
  const facts = emptyFacts(found.paths);
  const numbers = new PersonNumbers(people, histories);
  const days = brandDays(plan.brands);
  const turns = new WorkTurns();
  for (let path = 0; path < found.paths; path++) {
    if (turns.ends(64)) await turns.next();
    const own = sorted[path]!;
    const order = found.order[own]!;
    const person = found.person[own]!;
    const policy = order < 0 ? people.silent.policy[person]! : people.orders.policy[order]!;
    facts.policy[path] = policy;
    facts.at_ms[path] = found.at_ms[own]!;
    facts.day_number[path] = days[partsOfPolicy(policy).brand_no]!.day(found.at_ms[own]!);
    facts.person[path] = order < 0 ? numbers.ofSilent(person) : numbers.ofOrdering(person);
    facts.offsets[path + 1] = facts.offsets[path]! + found.offsets[own + 1]! - found.offsets[own]!;
    if (order < 0) continue;
    facts.is_order[path] = 1;
    addValue(facts, path, order, people);
  }
  return { ...facts, ...(await touchesOf(found, sorted, question, histories)), person_hash: numbers.hashes() };
}

function emptyFacts(paths: number) {
  return {
    offsets: new Uint32Array(paths + 1),
    is_order: new Uint8Array(paths),
    counted: new Uint8Array(paths),
    at_ms: new Float64Array(paths),
    day_number: new Int32Array(paths),
    policy: new Uint32Array(paths),
    net_micros: new Float64Array(paths),
    large_micros: new Map<number, bigint>(),
    person: new Uint32Array(paths),
  };
}

/** Adds up the chosen value events of an order. */
function addValue(
  { net_micros, large_micros, counted }: ReturnType<typeof emptyFacts>,
  path: number,
  order: number,
  { orders, event_group }: PathPeople,
): void {
  let [net, large] = [0, 0n];
  for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++) {
    if (event_group[e] === NOT_CHOSEN) continue;
    if (orders.is_order[e] === 1) counted[path] = 1;
    const exact = orders.large.get(e);
    if (exact !== undefined) large += exact.after - exact.before;
    else if (Math.abs(net + orders.after[e]! - orders.before[e]!) < SMALL) net += orders.after[e]! - orders.before[e]!;
    else large += BigInt(orders.after[e]!) - BigInt(orders.before[e]!);
  }
  const whole = large + BigInt(net);
  if (large === 0n) net_micros[path] = net;
  else if (whole < SMALL && whole > -SMALL) net_micros[path] = Number(whole);
  else large_micros.set(path, whole);
}

/** The numbers of the paths in order. */
function inOrder(found: FoundPaths, people: PathPeople, { orders: book }: Histories): Promise<Uint32Array> {
  const { at_ms, order, person } = found;
  const { silent, orders } = people;
  const { named } = book.conversions;
  const brandOf = (number: number): number => partsOfPolicy(orders.policy[number]!).brand_no;
  const compareOrders = (a: number, b: number): number =>
    brandOf(a) - brandOf(b) || book.conversion_ids.texts.compare(named[orders.rows[a]!]!, named[orders.rows[b]!]!);
  const compareSilent = (a: number, b: number): number =>
    silent.brand_no[a]! - silent.brand_no[b]! ||
    silent.key_high[a]! - silent.key_high[b]! ||
    (silent.key_low[a]! >>> 0) - (silent.key_low[b]! >>> 0);
  return sortInTurns(
    Uint32Array.from({ length: found.paths }, (_, path) => path),
    (a, b) => {
      const earlier = at_ms[a]! - at_ms[b]!;
      if (earlier !== 0) return earlier;
      const [own, other] = [order[a]!, order[b]!];
      if (own < 0 !== other < 0) return own < 0 ? 1 : -1;
      return own < 0 ? compareSilent(person[a]!, person[b]!) : compareOrders(own, other);
    },
  );
}

/** Numbers people in order of their first paths. */
class PersonNumbers {
  private readonly ordering: Uint32Array;
  private readonly silent: Uint32Array;
  private readonly hash: number[] = [];

  constructor(
    private readonly people: PathPeople,
    private readonly histories: Histories,
  ) {
    this.ordering = new Uint32Array(people.orders.persons);
    this.silent = new Uint32Array(people.silent.people);
  }

  ofOrdering(person: number): number {
    const { keys } = this.histories.orders;
    this.ordering[person] ||= this.hash.push(keys.lowOf(this.people.orders.person_keys[person]!));
    return this.ordering[person]! - 1;
  }

  ofSilent(person: number): number {
    this.silent[person] ||= this.hash.push(this.people.silent.key_low[person]!);
    return this.silent[person]! - 1;
  }

  hashes(): Uint32Array {
    return Uint32Array.from(this.hash);
  }
}

async function touchesOf(
  found: FoundPaths,
  sorted: Uint32Array,
  { states: named, filters, instants }: PathQuestion,
  { labels, label, at_ms }: Histories,
): Promise<Pick<OrderPaths, 'states' | 'codes' | 'touch_ms' | 'shown'>> {
  const used = new Uint8Array(labels.length);
  await inBlocks(found.touches, (from, until) => {
    for (let touch = from; touch < until; touch++) used[label[found.places[touch]!]!] = 1;
  });
  const naming = stateNaming(named);
  const { states, codes: code_of } = codeStates(
    labels.map((own, i) => (used[i] === 1 ? naming.of(own) : null)),
    naming.field,
  );
  const shows = filters.touches === null ? null : filters.touches.shows;
  const shown_of = shows === null ? null : Uint8Array.from(labels, (own, i) => Number(used[i] === 1 && shows(own)));
  const codes = new Uint16Array(found.touches);
  const touch_ms = new Float64Array(instants ? found.touches : 0);
  const shown = shown_of === null ? null : new Uint8Array(found.touches);
  const turns = new WorkTurns();
  let at = 0;
  for (const own of sorted) {
    if (turns.ends(64)) await turns.next();
    for (let touch = found.offsets[own]!; touch < found.offsets[own + 1]!; touch++, at++) {
      const place = found.places[touch]!;
      codes[at] = code_of[label[place]!]!;
      if (instants) touch_ms[at] = at_ms[place]!;
      if (shown !== null) shown[at] = shown_of![label[place]!]!;
    }
  }
  return { states, codes, touch_ms, shown };
}
