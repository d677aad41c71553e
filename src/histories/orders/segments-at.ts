/** The segments of orders from statements in memory: reports/segments.ts, without the engine. docs/semantics.md 13. */
import type { Position } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { AskedOrders, OrderSegments } from '../asked-orders.ts';
import { KeyIndex } from '../key-index.ts';
import { roomFor } from '../room.ts';
import type { OrderBook } from './order-book.ts';
import type { People } from './people.ts';
import {
  ASSIGNED_MS,
  COLLECTOR,
  EXPIRES_MS,
  LOG_SEQ,
  NAME,
  type NamesInOrder,
  OLDER,
  ROW_DOUBLES,
  ROW_NUMBERS,
  type SegmentRows,
} from './segment-rows.ts';
import { describeSets, type SetsAsked } from './segment-sets.ts';
import { Touched } from './touched.ts';

/** Sets are kept as a tree of names. A tree with more nodes is left to the engine. */
const MAX_NODES = 1_000_000;
/** A person with more statements takes so long that the clock is read for each order. */
const MANY = 64;

/** The sets of orders that are known, under some statements and one list of people. */
interface Known {
  /** How many statements there were. */
  statements: number;
  /** Nodes from 1, each by the node before it and the place of its name. Node 0 is the empty set. */
  sets: KeyIndex;
  names: NamesInOrder;
  /** By row of a conversion, 1 and the node of its set; 0 if it is not known yet. */
  node: Uint32Array;
}

const kept = new WeakMap<SegmentRows, WeakMap<People, Known>>();

/** The segments of each order. Null if the book has no statements, or if there are too many different sets. */
export async function segmentsAt(
  book: OrderBook,
  position: Position,
  orders: AskedOrders,
  people: People,
  asked: SetsAsked,
): Promise<OrderSegments | null> {
  const { segments } = book;
  if (segments === null) return null;
  const limits = Float64Array.from(book.collectors.texts, (name) => position.get(name) ?? 0);
  const known = await knownSets(segments, limits, people, book.conversions.rows);
  const node = orders.rows.map((row) => known.node[row]!);
  if (node.includes(0))
    await findSets(new Statements(segments, known.names, book, limits), orders, people, known, node);
  return known.sets.size > MAX_NODES ? null : describeSets(node, known.sets, known.names.texts, asked);
}

/** What is known for the statements up to a position. It is kept if these are all, and until there are more. */
async function knownSets(
  segments: SegmentRows,
  limits: Float64Array,
  people: People,
  conversions: number,
): Promise<Known> {
  const names = await segments.namesInOrder();
  const made = { statements: segments.rows, sets: new KeyIndex(), names, node: new Uint32Array(conversions) };
  if (!segments.areWithin(limits)) return made;
  const of_rows = kept.get(segments) ?? new WeakMap<People, Known>();
  kept.set(segments, of_rows);
  const found = of_rows.get(people);
  const known = found?.statements === segments.rows && found.sets.size <= MAX_NODES ? found : made;
  known.node = roomFor(known.node, conversions);
  of_rows.set(people, known);
  return known;
}

/** Finds the sets that are not known. @param node by order, 1 and the node of its set; 0 if it is not known. */
async function findSets(
  statements: Statements,
  { rows, at_ms, persons, person_keys, person_starts, by_person }: AskedOrders,
  people: People,
  known: Known,
  node: Uint32Array,
): Promise<void> {
  const turns = new WorkTurns();
  for (let person = 0; person < persons && known.sets.size <= MAX_NODES; person++) {
    if (turns.ends(1_024)) await turns.next();
    let is_read = false;
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
      const order = by_person[i]!;
      if (node[order] !== 0) continue;
      if (!is_read) statements.read(people, person_keys[person]!);
      is_read = true;
      if (statements.count > MANY && turns.ends(1)) await turns.next();
      node[order] = 1 + statements.setAt(at_ms[order]!, known.sets);
      known.node[rows[order]!] = node[order]!;
    }
  }
}

/** The statements about one person that are at or before a position, by name, and of a name the one that counts first. */
class Statements {
  count = 0;
  private sorted = new Uint32Array(MANY);
  private readonly touched: Touched;

  constructor(
    private readonly segments: SegmentRows,
    private readonly names: NamesInOrder,
    { keys }: Pick<OrderBook, 'keys'>,
    private readonly limits: Float64Array,
  ) {
    this.touched = Touched.of(segments.subjects, keys);
  }

  /** Takes the statements about a person. @param person the number of its key in the book. */
  read(people: People, person: number): void {
    this.count = 0;
    if (people.isAlone(person)) this.take(person);
    else people.eachSubject(person, (own) => this.take(own));
    if (this.count > MANY) this.sorted.subarray(0, this.count).sort((a, b) => this.compare(a, b));
    else this.sortFew();
  }

  /** The node of the set of names at an instant; 0 for the empty set. @param sets nodes by the node before and the place of a name. */
  setAt(at_ms: number, sets: KeyIndex): number {
    const { sorted, count } = this;
    const { times, numbers } = this.segments;
    let node = 0;
    for (let i = 0; i < count; ) {
      const name = numbers[sorted[i]! * ROW_NUMBERS + NAME]!;
      let is_known = false;
      for (; i < count && numbers[sorted[i]! * ROW_NUMBERS + NAME] === name; i++) {
        const place = sorted[i]! * ROW_DOUBLES;
        if (is_known || times[place + ASSIGNED_MS]! > at_ms) continue;
        is_known = true;
        if (times[place + EXPIRES_MS]! > at_ms) node = sets.add(node, this.names.rank[name]!) + 1;
      }
    }
    return node;
  }

  private take(key: number): void {
    const { segments, limits } = this;
    const subject = this.touched.find(key);
    if (subject < 0) return;
    const { numbers } = segments;
    for (let row = segments.newestOf(subject); row >= 0; row = numbers[row * ROW_NUMBERS + OLDER]! - 1) {
      if (numbers[row * ROW_NUMBERS + LOG_SEQ]! > (limits[numbers[row * ROW_NUMBERS + COLLECTOR]!] ?? 0)) continue;
      if (this.count === this.sorted.length) this.sorted = roomFor(this.sorted, 2 * this.count);
      this.sorted[this.count++] = row;
    }
  }

  private sortFew(): void {
    const { sorted } = this;
    for (let i = 1; i < this.count; i++) {
      const row = sorted[i]!;
      let place = i;
      for (; place > 0 && this.compare(sorted[place - 1]!, row) > 0; place--) sorted[place] = sorted[place - 1]!;
      sorted[place] = row;
    }
  }

  private compare(a: number, b: number): number {
    const { times, numbers } = this.segments;
    const { rank } = this.names;
    const [own, other] = [numbers[a * ROW_NUMBERS + NAME]!, numbers[b * ROW_NUMBERS + NAME]!];
    if (own !== other) return rank[own]! - rank[other]!;
    const later = times[b * ROW_DOUBLES + ASSIGNED_MS]! - times[a * ROW_DOUBLES + ASSIGNED_MS]!;
    if (later !== 0) return later;
    const [ends, other_ends] = [times[a * ROW_DOUBLES + EXPIRES_MS]!, times[b * ROW_DOUBLES + EXPIRES_MS]!];
    // Two statements without an end are alike: the difference of infinities is no number.
    return ends === other_ends ? 0 : ends - other_ends;
  }
}
