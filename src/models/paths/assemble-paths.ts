/** Puts the paths that a walk found in order. */
import type { Plan } from '../../attribution/plan.ts';
import { NOT_CHOSEN } from '../../histories/asked.ts';
import { type AskedOrders, partsOfPolicy } from '../../histories/asked-orders.ts';
import { SMALL } from '../../histories/exact.ts';
import type { Histories } from '../../histories/histories.ts';
import { silentPolicy } from '../../histories/paths/asked-paths.ts';
import { ALONE, type FoundPathsData, roomForPaths } from '../../histories/paths/found-paths.ts';
import type { SilentPeople } from '../../histories/paths/silent-people.ts';
import { grown } from '../../histories/room.ts';
import { inBlocks, sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import { codeStates } from '../grain.ts';
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
  found: FoundPathsData,
  plan: Plan,
  people: PathPeople,
  question: PathQuestion,
  histories: Histories,
): Promise<OrderPaths> {
  const names = new SilentNames(plan, people.silent, histories);
  const ordered = question.in_order ? await inOrder(found, people, names, histories) : found;
  const { paths, touches, order: order_of, person: person_of } = ordered;
  const facts = {
    is_order: new Uint8Array(paths),
    counted: new Uint8Array(paths),
    policy: new Uint32Array(paths),
    net_micros: new Float64Array(paths),
    large_micros: new Map<number, bigint>(),
    person: new Uint32Array(paths),
  };
  const numbers = new PersonNumbers(people, names, histories);
  const turns = new WorkTurns();
  for (let path = 0; path < paths; path++) {
    if (turns.ends(256)) await turns.next();
    const order = order_of[path]!;
    const person = person_of[path]!;
    facts.person[path] = numbers.of(order, person);
    if (order < 0) {
      facts.policy[path] = names.policyOf(order, person);
      continue;
    }
    facts.policy[path] = people.orders.policy[order]!;
    facts.is_order[path] = 1;
    addValue(facts, path, order, people);
  }
  return {
    ...facts,
    offsets: ordered.offsets.subarray(0, paths + 1),
    weight: ordered.weight.subarray(0, paths),
    at_ms: ordered.at_ms.subarray(0, paths),
    touch_ms: ordered.touch_ms.subarray(0, question.instants ? touches : 0),
    ...(await touchesOf(ordered, question, histories)),
    person_hash: numbers.hashes(),
  };
}

/** What tells people apart who did not order. */
class SilentNames {
  constructor(
    private readonly plan: Plan,
    private readonly silent: SilentPeople,
    private readonly histories: Histories,
  ) {}

  placeOf(kind: number, person: number): number {
    return kind === ALONE ? this.silent.alone[person]! - 1 : this.silent.brand_no[person]!;
  }

  policyOf(kind: number, person: number): number {
    return silentPolicy(this.plan, this.placeOf(kind, person));
  }

  highOf(kind: number, person: number): number {
    return kind === ALONE ? this.histories.subjects.highOf(person) : this.silent.key_high[person]!;
  }

  lowOf(kind: number, person: number): number {
    return kind === ALONE ? this.histories.subjects.lowOf(person) : this.silent.key_low[person]!;
  }
}

/** Adds up the chosen value events of an order. */
function addValue(
  {
    net_micros,
    large_micros,
    counted,
  }: Pick<OrderPaths, 'net_micros' | 'counted'> & { large_micros: Map<number, bigint> },
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

/** The same paths in order. */
async function inOrder(
  found: FoundPathsData,
  people: PathPeople,
  names: SilentNames,
  { orders: book }: Histories,
): Promise<FoundPathsData> {
  const { at_ms, order, person } = found;
  const { orders } = people;
  const { named } = book.conversions;
  const brandOf = (number: number): number => partsOfPolicy(orders.policy[number]!).brand_no;
  const compareOrders = (a: number, b: number): number =>
    brandOf(a) - brandOf(b) || book.conversion_ids.texts.compare(named[orders.rows[a]!]!, named[orders.rows[b]!]!);
  const compareSilent = (a: number, b: number): number => {
    const [own, own_person, other, other_person] = [order[a]!, person[a]!, order[b]!, person[b]!];
    return (
      names.placeOf(own, own_person) - names.placeOf(other, other_person) ||
      names.highOf(own, own_person) - names.highOf(other, other_person) ||
      (names.lowOf(own, own_person) >>> 0) - (names.lowOf(other, other_person) >>> 0)
    );
  };
  const sorted = await sortInTurns(
    Uint32Array.from({ length: found.paths }, (_, path) => path),
    (a, b) => {
      const earlier = at_ms[a]! - at_ms[b]!;
      if (earlier !== 0) return earlier;
      const [own, other] = [order[a]!, order[b]!];
      if (own < 0 !== other < 0) return own < 0 ? 1 : -1;
      return own < 0 ? compareSilent(a, b) : compareOrders(own, other);
    },
  );
  return inPlaces(found, sorted);
}

/** The paths in the places that a list of their numbers says. */
async function inPlaces(found: FoundPathsData, sorted: Uint32Array): Promise<FoundPathsData> {
  const { paths, touches } = found;
  const placed = roomForPaths(paths, touches, found.touch_ms.length > 0);
  const turns = new WorkTurns();
  let touch = 0;
  for (let path = 0; path < paths; path++) {
    if (turns.ends(64)) await turns.next();
    const own = sorted[path]!;
    placed.order[path] = found.order[own]!;
    placed.person[path] = found.person[own]!;
    placed.weight[path] = found.weight[own]!;
    placed.at_ms[path] = found.at_ms[own]!;
    for (let from = found.offsets[own]!; from < found.offsets[own + 1]!; from++, touch++) {
      placed.label[touch] = found.label[from]!;
      if (placed.touch_ms.length > 0) placed.touch_ms[touch] = found.touch_ms[from]!;
    }
    placed.offsets[path + 1] = touch;
  }
  return placed;
}

/** Numbers people in order of their first paths. */
class PersonNumbers {
  private readonly ordering: Uint32Array;
  private hash = new Uint32Array(1 << 12);
  private length = 0;

  constructor(
    private readonly people: PathPeople,
    private readonly names: SilentNames,
    private readonly histories: Histories,
  ) {
    this.ordering = new Uint32Array(people.orders.persons);
  }

  /** People who did not order have one path each. */
  of(order: number, person: number): number {
    if (order < 0) return this.add(this.names.lowOf(order, person)) - 1;
    const { keys } = this.histories.orders;
    this.ordering[person] ||= this.add(keys.lowOf(this.people.orders.person_keys[person]!));
    return this.ordering[person]! - 1;
  }

  hashes(): Uint32Array {
    return this.hash.subarray(0, this.length);
  }

  private add(hash: number): number {
    if (this.length === this.hash.length) this.hash = grown(this.hash, 2 * this.length);
    this.hash[this.length++] = hash;
    return this.length;
  }
}

async function touchesOf(
  { touches, label }: FoundPathsData,
  { states: named, filters }: PathQuestion,
  { labels }: Histories,
): Promise<Pick<OrderPaths, 'states' | 'codes' | 'shown'>> {
  const used = new Uint8Array(labels.length);
  await inBlocks(touches, (from, until) => {
    for (let touch = from; touch < until; touch++) used[label[touch]!] = 1;
  });
  const naming = stateNaming(named);
  const { states, codes: code_of } = codeStates(
    labels.map((own, i) => (used[i] === 1 ? naming.of(own) : null)),
    naming.field,
  );
  const shows = filters.touches === null ? null : filters.touches.shows;
  const shown_of = shows === null ? null : Uint8Array.from(labels, (own, i) => Number(used[i] === 1 && shows(own)));
  const codes = new Uint16Array(touches);
  const shown = shown_of === null ? null : new Uint8Array(touches);
  await inBlocks(touches, (from, until) => {
    for (let touch = from; touch < until; touch++) codes[touch] = code_of[label[touch]!]!;
    if (shown !== null) for (let touch = from; touch < until; touch++) shown[touch] = shown_of![label[touch]!]!;
  });
  return { states, codes, shown };
}
