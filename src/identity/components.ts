/**
 * Connected components of numbered ids, joined by numbered pairs (a disjoint-set structure). Each component has a ring of its ids
 * and a ring of its pairs. Two rings are merged by swapping two references, so the cost does not depend on their size.
 */
import { withRoom } from './room.ts';

const FIRST = 16;

export class Components {
  private ids = 0;
  private pairs = 0;
  /** For a root less than 0: the number of ids in its component, negated. */
  private parent = new Int32Array(FIRST);
  private next_id = new Int32Array(FIRST);
  private next_pair = new Int32Array(FIRST);
  /** For a root: any pair of its component plus 1, or 0. */
  private a_pair = new Int32Array(FIRST);

  /** Adds the next ids, each as a new component, until there are so many. */
  addIds(count: number): void {
    const first = this.ids;
    if (count === first) return;
    this.ids = count;
    this.parent = withRoom(this.parent, this.ids);
    this.next_id = withRoom(this.next_id, this.ids);
    this.a_pair = withRoom(this.a_pair, this.ids);
    for (let number = first; number < this.ids; number++) {
      this.parent[number] = -1;
      this.next_id[number] = number;
    }
  }

  /** Reads what {@link addPair} of some ids will need, so that the processor waits for many of them at once. */
  readAhead(ids: Int32Array, from: number, to: number): number {
    const { parent, next_id, a_pair } = this;
    let read = 0;
    for (let i = from; i < to; i++) {
      const id = ids[i]!;
      const up = parent[id]!;
      const root = up < 0 ? id : up;
      read |= a_pair[root]! | next_id[root]!;
    }
    return read;
  }

  /** Adds the next pair and joins the components of its two ids. */
  addPair(a: number, b: number): void {
    const pair = this.pairs++;
    this.next_pair = withRoom(this.next_pair, this.pairs);
    this.next_pair[pair] = pair;
    const root = this.join(a, b);
    const other = this.a_pair[root]!;
    if (other === 0) this.a_pair[root] = pair + 1;
    else swap(this.next_pair, pair, other - 1);
  }

  /** The root of the component that holds an id. The way to it is halved for the next time. */
  find(number: number): number {
    const { parent } = this;
    let at = number;
    for (;;) {
      const up = parent[at]!;
      if (up < 0) return at;
      const above = parent[up]!;
      if (above < 0) return up;
      parent[at] = above;
      at = above;
    }
  }

  *idsOf(root: number): Generator<number> {
    let number = root;
    do {
      yield number;
      number = this.next_id[number]!;
    } while (number !== root);
  }

  *pairsOf(root: number): Generator<number> {
    const first = this.a_pair[root]! - 1;
    if (first < 0) return;
    let pair = first;
    do {
      yield pair;
      pair = this.next_pair[pair]!;
    } while (pair !== first);
  }

  /** Joins the smaller component into the larger one. @returns the root of both. */
  private join(a: number, b: number): number {
    const [x, y] = [this.find(a), this.find(b)];
    if (x === y) return x;
    const { parent } = this;
    const [small, large] = parent[x]! > parent[y]! ? [x, y] : [y, x];
    parent[large]! += parent[small]!;
    parent[small] = large;
    swap(this.next_id, small, large);
    const [pair, other] = [this.a_pair[small]!, this.a_pair[large]!];
    if (other === 0) this.a_pair[large] = pair;
    else if (pair > 0) swap(this.next_pair, pair - 1, other - 1);
    return large;
  }
}

function swap(next: Int32Array, a: number, b: number): void {
  const held = next[a]!;
  next[a] = next[b]!;
  next[b] = held;
}
