/** What the path of each order holds: its first touch, and whether an email is in it. */

/** The facts as data, for another thread. */
export interface PathFactsData {
  first: Uint32Array;
  has_email: Uint8Array;
}

export class PathFacts {
  /** By order, the label of the first touch of its path plus 1; 0 without a touch. */
  readonly first: Uint32Array;
  /** By order, 1 if a touch of its path is of an email. */
  readonly has_email: Uint8Array;

  constructor(orders: number) {
    this.first = new Uint32Array(orders);
    this.has_email = new Uint8Array(orders);
  }

  /** Takes the path of an order: its labels, oldest first. @param email by label, -1 where it is of no email. */
  take(order: number, labels: Uint32Array, from: number, length: number, email: Int32Array): void {
    this.first[order] = labels[from]! + 1;
    for (let i = from; i < from + length; i++) if (email[labels[i]!]! >= 0) this.has_email[order] = 1;
  }

  data(): PathFactsData {
    return { first: this.first, has_email: this.has_email };
  }

  /** Adds the facts about the orders of other people, from another thread. */
  addAll({ first, has_email }: PathFactsData): void {
    for (let order = 0; order < first.length; order++) {
      if (first[order] === 0) continue;
      this.first[order] = first[order]!;
      this.has_email[order] = has_email[order]!;
    }
  }
}
