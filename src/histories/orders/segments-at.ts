/** The segments of orders from statements in memory: reports/segments.ts, without the engine. docs/semantics.md 13. */
import type { Position } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { AskedOrders, OrderSegments } from '../asked-orders.ts';
import { KeyIndex } from '../key-index.ts';
import { roomFor } from '../room.ts';
import type { OrderBook } from './order-book.ts';
import type { People } from './people.ts';
import type { NamesInOrder, SegmentRows } from './segment-rows.ts';
import { describeSets, type SetsAsked } from './segment-sets.ts';
import { Touched } from './touched.ts';

/** Sets are kept as a tree of names. A tree with more nodes is left to the engine. */
const MAX_NODES = 1_000_000;
/** A person with more statements takes so long that the clock is read for each order. */
const MANY = 64;

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
  const names = await segments.namesInOrder();
  const statements = new Statements(segments, names, book, position);
  const sets = new KeyIndex();
  const node = new Uint32Array(orders.orders);
  const { persons, person_keys, person_starts, by_person, at_ms } = orders;
  const turns = new WorkTurns();
  for (let person = 0; person < persons; person++) {
    if (turns.ends(1_024)) await turns.next();
    statements.read(people, person_keys[person]!);
    if (statements.count === 0) continue;
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
      if (statements.count > MANY && turns.ends(1)) await turns.next();
      const order = by_person[i]!;
      node[order] = statements.setAt(at_ms[order]!, sets);
    }
    if (sets.size > MAX_NODES) return null;
  }
  return describeSets(node, sets, names.texts, asked);
}

/** The statements about one person that are at or before a position, by name, and of a name the one that counts first. */
class Statements {
  count = 0;
  private sorted = new Uint32Array(MANY);
  private readonly limits: Float64Array;
  private readonly touched: Touched;

  constructor(
    private readonly segments: SegmentRows,
    private readonly names: NamesInOrder,
    { collectors, keys }: Pick<OrderBook, 'collectors' | 'keys'>,
    position: Position,
  ) {
    this.limits = Float64Array.from(collectors.texts, (name) => position.get(name) ?? 0);
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
    const { sorted, count, segments } = this;
    const { name, assigned_ms, expires_ms } = segments;
    let node = 0;
    for (let i = 0; i < count; ) {
      const own = name[sorted[i]!]!;
      while (i < count && name[sorted[i]!] === own && assigned_ms[sorted[i]!]! > at_ms) i += 1;
      if (i < count && name[sorted[i]!] === own && expires_ms[sorted[i]!]! > at_ms)
        node = sets.add(node, this.names.rank[own]!) + 1;
      while (i < count && name[sorted[i]!] === own) i += 1;
    }
    return node;
  }

  private take(key: number): void {
    const { segments, limits } = this;
    const subject = this.touched.find(key);
    if (subject < 0) return;
    for (let row = segments.newestOf(subject); row >= 0; row = segments.olderThan(row)) {
      if (segments.log_seq[row]! > (limits[segments.collector[row]!] ?? 0)) continue;
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
    const { name, assigned_ms, expires_ms } = this.segments;
    const { rank } = this.names;
    if (name[a] !== name[b]) return rank[name[a]!]! - rank[name[b]!]!;
    if (assigned_ms[a] !== assigned_ms[b]) return assigned_ms[b]! - assigned_ms[a]!;
    // Two statements without an end are alike: the difference of infinities is no number.
    return expires_ms[a] === expires_ms[b] ? 0 : expires_ms[a]! - expires_ms[b]!;
  }
}
