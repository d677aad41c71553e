/** The parts of the answer of the synergies report, from what was counted. */
import { formatMicros, microsPer, money, ratio } from '../../domain/money.ts';
import type { Interval } from '../../learning/bootstrap.ts';
import type { ReportJson } from '../context.ts';
import type { Combination, Combinations } from './combinations.ts';
import type { ObservedPaths } from './observed-paths.ts';
import type { Minimum } from './pair-effects.ts';
import type { PathFigures } from './set-sums.ts';

/** A double of statistics as answers show it. */
export const rounded = (value: number): number => Number(value.toFixed(6));
/** Micros of statistics as a decimal. */
export const amountOf = (micros: number): string => formatMicros(BigInt(Math.round(micros)));

export function figuresOf({ paths, people, orders, micros }: PathFigures & { people: number }): ReportJson {
  return {
    paths,
    people,
    orders,
    conversion_rate: ratio(orders, paths),
    ...money('net_revenue', micros),
    revenue_per_path: microsPer(micros, paths),
  };
}

const rateBounds = (own: Interval | null) => own && { low: rounded(own.low), high: rounded(own.high) };
const amountBounds = (own: Interval | null) => own && { low: amountOf(own.low), high: amountOf(own.high) };

type Names = ObservedPaths['names'];
const namesOf = (names: Names, members: Uint32Array): Array<string | null> =>
  Array.from(members, (code) => names[code]!);

/** Combinations of two channels or more with an interval, the highest low end first. Of equal ones, the one with more paths. */
function ranked(rows: readonly Combination[], intervalOf: (row: Combination) => Interval | null): Combination[] {
  const able = rows.filter((row) => row.members.length > 1 && intervalOf(row) !== null);
  return able.sort((a, b) => intervalOf(b)!.low - intervalOf(a)!.low || b.paths - a.paths);
}

export function combinationParts(names: Names, { rows, rest }: Combinations, minimum: Minimum): ReportJson {
  const by_rate = ranked(rows, (row) => row.rate_interval);
  const [by_revenue] = ranked(rows, (row) => row.revenue_interval);
  const rank = new Map(by_rate.map((row, i) => [row, i + 1]));
  const shown = (row: Combination, reason: string | null): ReportJson => ({
    ...figuresOf(row),
    conversion_rate_interval: rateBounds(row.rate_interval),
    revenue_per_path_interval: amountBounds(row.revenue_interval),
    average_touches: ratio(row.touches, row.paths),
    rank: rank.get(row) ?? null,
    reason,
  });
  const top = (row: Combination | undefined, bounds: unknown): ReportJson | null =>
    row === undefined ? null : { channels: namesOf(names, row.members), ...figuresOf(row), interval: bounds };
  return {
    top: {
      conversion_rate: top(by_rate[0], by_rate[0] && rateBounds(by_rate[0].rate_interval)),
      revenue_per_path: top(by_revenue, by_revenue && amountBounds(by_revenue.revenue_interval)),
      reason: by_rate.length > 0 ? null : noTop(rows, minimum),
    },
    combinations: rows.map((row) => ({
      channels: namesOf(names, row.members),
      ...shown(row, belowMinimum(row, minimum)),
    })),
    other_combinations:
      rest === null
        ? []
        : [{ combinations: rest.combinations, ...shown(rest, 'several combinations together have no interval') }],
  };
}

function belowMinimum({ paths, people }: Combination, minimum: Minimum): string | null {
  if (paths < minimum.paths) return `needs ${minimum.paths} paths, has ${paths}`;
  if (people < minimum.people) return `needs ${minimum.people} people, has ${people}`;
  return null;
}

function noTop(rows: readonly Combination[], minimum: Minimum): string {
  const most = rows.find(({ members }) => members.length > 1);
  if (most === undefined) return 'no path has two channels';
  return `needs a combination of two channels with ${minimum.paths} paths of ${minimum.people} people; that with most paths has ${most.paths} of ${most.people}`;
}

/** Sums of all paths, and of those with two channels or more. */
export interface Summed {
  all: PathFigures & { people: number };
  multichannel: PathFigures & { people: number };
}

/** Paths that are in no combination. */
export interface Apart {
  /** Orders without a touch that may earn. */
  without_path: PathFigures;
  /** Paths without a touch that the filters about touches let pass. */
  filtered: PathFigures;
  /** Orders that do not count themselves, such as those of an earlier period whose refunds do. */
  only_refunds: PathFigures;
}

/** Rows that add up, with those of the combinations, to the attribution report. */
export function apartOf(apart: Apart): ReportJson {
  const row = (part: string, { paths, orders, micros }: PathFigures): ReportJson => ({
    part,
    paths,
    orders,
    ...money('net_revenue', micros),
  });
  return {
    apart: [
      row('orders_without_path', { ...apart.without_path, paths: 0 }),
      row('filtered', apart.filtered),
      row('refunds_of_other_orders', { ...apart.only_refunds, paths: 0 }),
    ],
  };
}

export function summaryOf({ all, multichannel }: Summed, apart: Apart): ReportJson {
  const orders = all.orders + apart.without_path.orders + apart.filtered.orders;
  const micros = all.micros + apart.without_path.micros + apart.filtered.micros + apart.only_refunds.micros;
  return {
    ...figuresOf(all),
    average_touches: ratio(all.touches, all.paths),
    multichannel_paths: multichannel.paths,
    multichannel_people: multichannel.people,
    multichannel_orders: multichannel.orders,
    multichannel_conversion_rate: ratio(multichannel.orders, multichannel.paths),
    ...money('multichannel_net_revenue', multichannel.micros),
    multichannel_revenue_per_path: microsPer(multichannel.micros, multichannel.paths),
    share_of_paths_multichannel: ratio(multichannel.paths, all.paths),
    total_orders: orders,
    ...money('total_net_revenue', micros),
  };
}
