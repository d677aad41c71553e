/**
 * Connected components of numbered ids, joined by numbered pairs (a disjoint-set structure). Each component has a ring of its ids
 * and a ring of its pairs. Two rings are merged by swapping two references, so the cost does not depend on their size.
 */
export class Components {
  private readonly parent: number[] = [];
  /** For a root: the number of ids in its component. */
  private readonly size: number[] = [];
  private readonly next_id: number[] = [];
  private readonly next_pair: number[] = [];
  /** For a root: any pair of its component, or -1. */
  private readonly a_pair: number[] = [];

  /** Adds the next id as a new component. */
  addId(): void {
    const number = this.parent.length;
    this.parent.push(number);
    this.size.push(1);
    this.next_id.push(number);
    this.a_pair.push(-1);
  }

  /** Adds the next pair and joins the components of its two ids. */
  addPair(a: number, b: number): void {
    const pair = this.next_pair.length;
    this.next_pair.push(pair);
    const root = this.join(a, b);
    const other = this.a_pair[root]!;
    if (other < 0) this.a_pair[root] = pair;
    else swap(this.next_pair, pair, other);
  }

  /** The root of the component that holds an id. */
  find(number: number): number {
    let at = number;
    while (this.parent[at] !== at) {
      this.parent[at] = this.parent[this.parent[at]!]!;
      at = this.parent[at]!;
    }
    return at;
  }

  *idsOf(root: number): Generator<number> {
    let number = root;
    do {
      yield number;
      number = this.next_id[number]!;
    } while (number !== root);
  }

  *pairsOf(root: number): Generator<number> {
    const first = this.a_pair[root]!;
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
    const [small, large] = this.size[x]! < this.size[y]! ? [x, y] : [y, x];
    this.parent[small] = large;
    this.size[large]! += this.size[small]!;
    swap(this.next_id, small, large);
    const [pair, other] = [this.a_pair[small]!, this.a_pair[large]!];
    if (other < 0) this.a_pair[large] = pair;
    else if (pair >= 0) swap(this.next_pair, pair, other);
    return large;
  }
}

function swap(next: number[], a: number, b: number): void {
  [next[a], next[b]] = [next[b]!, next[a]!];
}
