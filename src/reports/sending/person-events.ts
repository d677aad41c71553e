/** What one person was sent and did, in order of time. */
import { countBelow } from '../../domain/sorted.ts';

/** Takes people one by one. */
export interface TakesPeople {
  take(person: PersonEvents): void;
}

export class PersonEvents {
  /** The place of the brand in the plan. */
  brand = 0;
  /** The random group of the person. */
  group = 0;
  /** Emails that were delivered, the first time each; what confirms something is left out. */
  readonly delivered_ms: number[] = [];
  /** By email: the number of its campaign and email, or -1 without a name; and the number of its kind. */
  readonly series: number[] = [];
  readonly kind: number[] = [];
  /** Unsubscriptions and complaints, and returns to the list. */
  readonly left_ms: number[] = [];
  readonly back_ms: number[] = [];
  readonly ordered_ms: number[] = [];
  /** By order, its net value in micros. */
  readonly net: number[] = [];

  clear(): void {
    for (const list of [
      ...[this.delivered_ms, this.series, this.kind, this.left_ms, this.back_ms, this.ordered_ms, this.net],
    ])
      list.length = 0;
  }

  /** True if the last word before an instant was not to leave. At one instant leaving counts. */
  isListed(at_ms: number): boolean {
    const left = countBelow(this.left_ms, at_ms);
    if (left === 0) return true;
    const back = countBelow(this.back_ms, at_ms);
    return back > 0 && this.back_ms[back - 1]! > this.left_ms[left - 1]!;
  }

  /** When the person left, at or after an instant; infinite if not. */
  leavesFrom(at_ms: number): number {
    return this.left_ms[countBelow(this.left_ms, at_ms)] ?? Number.POSITIVE_INFINITY;
  }

  /** Orders from an instant to below another one. */
  orders(from_ms: number, until_ms: number): number {
    return countBelow(this.ordered_ms, until_ms) - countBelow(this.ordered_ms, from_ms);
  }

  /** Emails from an instant to below another one. */
  emails(from_ms: number, until_ms: number): number {
    return countBelow(this.delivered_ms, until_ms) - countBelow(this.delivered_ms, from_ms);
  }
}
