/** The metrics that are watched, hour by hour. */

export const METRICS = [
  'touches',
  'orders',
  'net_revenue',
  'refunds',
  'sends',
  'deliveries',
  'opens',
  'clicks',
] as const;
export type Metric = (typeof METRICS)[number];

/** Channels of a brand that are watched each by itself, those with most touches. */
export const MOST_CHANNELS = 12;
/** Brands that are watched, those with most records. */
export const MOST_BRANDS = 50;

/** A metric in words, such as `touches of the channel email`. */
export function metricInWords(metric: Metric, subject: string | null): string {
  const name = metric.replaceAll('_', ' ');
  return subject === null ? name : `${name} of the channel ${subject}`;
}
