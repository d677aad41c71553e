/** The times from touches to orders, and how they are spread. docs/semantics.md 16. */
import { money, ratio } from '../../domain/money.ts';
import { MS_PER_DAY, MS_PER_MINUTE } from '../../domain/time.ts';
import { ExactSums } from '../../histories/exact.ts';
import { listsOf } from '../../histories/orders/lists.ts';
import { roomFor } from '../../histories/room.ts';
import { quantileOf } from '../../learning/quantiles.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import { sortedInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportJson } from '../context.ts';
import { PathTally } from '../paths/path-tally.ts';

const HOUR_MS = 60 * MS_PER_MINUTE;

/** Each bucket ends before its bound; the last one has none. */
export const BUCKETS = [
  ['under 1 hour', HOUR_MS],
  ['1 to 6 hours', 6 * HOUR_MS],
  ['6 to 24 hours', MS_PER_DAY],
  ['1 day', 2 * MS_PER_DAY],
  ['2 days', 3 * MS_PER_DAY],
  ['3 days', 4 * MS_PER_DAY],
  ['4 to 7 days', 8 * MS_PER_DAY],
  ['8 to 14 days', 15 * MS_PER_DAY],
  ['15 to 30 days', 31 * MS_PER_DAY],
  ['31 days or more', Number.POSITIVE_INFINITY],
] as const;

/** The touches of a path from which its lag counts. */
export const LAG_MEASURES = ['first_touch', 'last_touch'] as const;

/** The quantiles of answers, in hundredths. */
const QUANTILES = [10, 25, 50, 75, 90] as const;
export const quantileNames = (unit: string): string[] => QUANTILES.map((hundredths) => `p${hundredths}${unit}`);

/** Lags in lists by a number from 0, such as that of a group. */
export class LagValues {
  private list = new Uint32Array(256);
  private lag_ms = new Float64Array(256);
  private length = 0;
  private readonly tally: PathTally;
  private readonly sums = new ExactSums();

  constructor(
    private readonly paths: OrderPaths,
    private readonly lists: number,
  ) {
    this.tally = new PathTally(paths);
    this.sums.reserve(lists);
  }

  /** Adds the lag of the order of a path. A path whose order does not count only adds its value. */
  add(list: number, path: number, lag_ms: number): void {
    this.tally.add(list * BUCKETS.length + BUCKETS.findIndex(([, bound_ms]) => lag_ms < bound_ms), path);
    if (this.paths.counted[path] === 0) return;
    this.sums.add(list, lag_ms);
    this.list = roomFor(this.list, this.length + 1);
    this.lag_ms = roomFor(this.lag_ms, this.length + 1);
    this.list[this.length] = list;
    this.lag_ms[this.length++] = lag_ms;
  }

  /** Orders and net revenue of a list, by bucket. */
  buckets(list: number): ReportJson[] {
    const first = list * BUCKETS.length;
    const orders = BUCKETS.map((_, i) => this.tally.ordersOf(first + i));
    const all = orders.reduce((sum, count) => sum + count, 0);
    return BUCKETS.map(([bucket], i) => ({
      bucket,
      orders: orders[i]!,
      ...money('net_revenue', this.tally.microsOf(first + i)),
      share_of_orders: ratio(orders[i]!, all),
    }));
  }

  /** Orders, average and quantiles of each list, in days. */
  async figures(): Promise<ReportJson[]> {
    const { starts, values } = listsOf(this.lists, this.list, this.lag_ms, this.length);
    const figures: ReportJson[] = [];
    const turns = new WorkTurns();
    for (let list = 0; list < this.lists; list++) {
      if (turns.ends()) await turns.next();
      const sorted = await sortedInTurns(values.subarray(starts[list]!, starts[list + 1]!));
      figures.push({
        orders: sorted.length,
        average_days: ratio(this.sums.total(list), BigInt(sorted.length) * BigInt(MS_PER_DAY)),
        ...quantilesOf(sorted, '_days', MS_PER_DAY),
      });
    }
    return figures;
  }
}

/** The quantiles of sorted values in a unit; null without values. */
export function quantilesOf(sorted: Float64Array, suffix: string, unit: number): ReportJson {
  const names = quantileNames(suffix);
  return Object.fromEntries(
    QUANTILES.map((hundredths, i) => {
      const value = quantileOf(sorted, hundredths);
      return [names[i]!, Number.isNaN(value) ? null : ratio(value, unit)];
    }),
  );
}
