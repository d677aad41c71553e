/** How sure the revenue per recipient of a campaign is. Recipients are given; what they bring varies from person to person. */
import { formatMicros, microsPer, ratio } from '../../domain/money.ts';
import { middleOf, percentile } from '../../learning/bootstrap.ts';
import { drawnSums } from '../../learning/group-bootstrap.ts';
import type { ReportJson } from '../context.ts';
import { drawnCredit, intervalAmounts, LEAST_PEOPLE, LEVEL } from '../credit-interval.ts';
import { personDraws } from '../person-draws.ts';

/** A row with recipients: what it is credited with, in micros by group of people. */
interface Earning {
  recipients: number;
  credited: ReadonlyMap<number, bigint>;
}

/** Credited revenue / recipients of several rows together. Who is in several rows counts in each. */
export interface AverageRevenue {
  revenue: string | null;
  /** The same in micros, in each draw. */
  drawn: Float64Array;
}

/** The average of all rows with recipients; null if it would be the row itself. */
export function averageRevenue(rows: readonly Earning[]): AverageRevenue | null {
  if (rows.length < 2) return null;
  let recipients = 0;
  const sums = new Map<number, bigint>();
  let total = 0n;
  for (const row of rows) {
    recipients += row.recipients;
    for (const [group, micros] of row.credited) {
      sums.set(group, (sums.get(group) ?? 0n) + micros);
      total += micros;
    }
  }
  const by_group = new Map(Array.from(sums, ([group, micros]) => [group, Number(micros)]));
  const drawn = drawnSums(personDraws(), by_group).map((sum) => sum / recipients);
  return { revenue: microsPer(total, recipients), drawn };
}

/** The middles of {@link DOTS} equal parts of the draws, for a plot of quantiles as dots (Kay and others, CHI 2016). */
const DOTS = 20;
const DOT_PLACES = Array.from({ length: DOTS }, (_, i) => (i + 0.5) / DOTS);

/**
 * The intervals of credited revenue and of credited revenue / recipients, the quantiles of the latter, how often it is above the average, and
 * their support.
 * @param people those whose orders the campaign touched. @param credited micros by group of people.
 */
export function revenueIntervals(
  recipients: number | null,
  people: number,
  credited: ReadonlyMap<number, bigint>,
  average: AverageRevenue | null = null,
): ReportJson {
  const drawn = drawnCredit({ people, credited });
  const withheld = withheldBecause(recipients, people);
  const shown = {
    attributed_revenue_interval: drawn && intervalAmounts(middleOf([...drawn], LEVEL)),
    revenue_per_recipient_withheld: withheld,
    revenue_per_recipient_support: people,
  };
  if (drawn === null || withheld !== null || recipients === null)
    return {
      ...shown,
      revenue_per_recipient_interval: null,
      revenue_per_recipient_quantiles: null,
      revenue_per_recipient_above_average: null,
    };
  const above = average === null ? null : drawn.filter((sum, draw) => sum / recipients > average.drawn[draw]!).length;
  const each = (micros: number): string => formatMicros(BigInt(Math.round(micros / recipients)));
  const interval = intervalAmounts(middleOf([...drawn], LEVEL), recipients);
  const sorted = drawn.sort();
  return {
    ...shown,
    revenue_per_recipient_interval: interval,
    revenue_per_recipient_quantiles: DOT_PLACES.map((place) => each(percentile(sorted, place))),
    revenue_per_recipient_above_average: above === null ? null : ratio(above, drawn.length),
  };
}

function withheldBecause(recipients: number | null, people: number): string | null {
  if (recipients === null || recipients === 0) return 'needs recipients: no delivery was reported';
  if (people < LEAST_PEOPLE) return `needs ${LEAST_PEOPLE} people with a touched order, has ${people}`;
  return null;
}
