/** Sums of paths by a number from 0: orders, their net revenue, and people who did not order. */
import { ExactSums } from '../../histories/exact.ts';
import { roomFor } from '../../histories/room.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';

export type TalliedPaths = Pick<OrderPaths, 'weight' | 'is_order' | 'counted' | 'net_micros' | 'large_micros'>;

export class PathTally {
  private orders = new Uint32Array(64);
  private people = new Uint32Array(64);
  private readonly micros = new ExactSums();

  constructor(private readonly paths: TalliedPaths) {
    this.micros.reserve(this.orders.length);
  }

  /** Adds a path to the sums of a number. */
  add(at: number, path: number): void {
    if (at >= this.orders.length) this.grow(at + 1);
    const { weight, is_order, counted, net_micros, large_micros } = this.paths;
    if (is_order[path] === 0) {
      this.people[at]! += weight[path]!;
      return;
    }
    this.orders[at]! += counted[path]!;
    this.micros.add(at, net_micros[path]!);
    const large = large_micros.size === 0 ? undefined : large_micros.get(path);
    if (large !== undefined) this.micros.addLarge(at, large);
  }

  private grow(length: number): void {
    this.orders = roomFor(this.orders, length);
    this.people = roomFor(this.people, length);
    this.micros.reserve(this.orders.length);
  }

  ordersOf(at: number): number {
    return this.orders[at] ?? 0;
  }

  peopleOf(at: number): number {
    return this.people[at] ?? 0;
  }

  microsOf(at: number): bigint {
    return this.micros.total(at);
  }

  /** The order of rows: most orders first, then most revenue, then most people. */
  compare(a: number, b: number): number {
    return this.ordersOf(b) - this.ordersOf(a) || this.micros.compare(b, a) || this.peopleOf(b) - this.peopleOf(a);
  }
}
