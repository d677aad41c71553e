/** Freshness: streams that are too thin to judge by the hour, and have been silent for longer than ever. Pure. */
import { formatInstant, MS_PER_HOUR } from '../../domain/time.ts';
import type { Finding } from '../incidents.ts';
import { metricInWords } from '../metrics.ts';
import type { WatchedSeries } from '../series.ts';
import { NEXT_STEPS } from './names.ts';

/** A silence must be this much longer than the longest one before, and so long. */
const TIMES_LONGER = 2;
const LEAST_HOURS = 6;
/** Events that a stream must have had, in so many hours. */
const LEAST_EVENTS = 20;
const LEAST_KNOWN_HOURS = 336;

/** @param place the newest hour that is over, in the series. @param first_hour the number of the first one since 1970. */
export function freshnessFinding(
  { metric, subject, series }: WatchedSeries,
  place: number,
  first_hour: number,
): Finding | null {
  // Revenue is there when orders are.
  if (metric === 'net_revenue' || metric === 'refunds') return null;
  const { silent, longest, events, known } = silences(series.values, place);
  if (known < LEAST_KNOWN_HOURS || events < LEAST_EVENTS) return null;
  if (silent <= Math.max(LEAST_HOURS, TIMES_LONGER * longest)) return null;
  const since_ms = (first_hour + place - silent + 1) * MS_PER_HOUR;
  const name = metricInWords(metric, subject);
  return {
    check: 'freshness',
    subject: name,
    summary: `No ${name} for ${silent} hours, since ${formatInstant(since_ms)}. Before, the longest silence was ${longest} hours.`,
    next_step: NEXT_STEPS.freshness,
    since_ms,
    evidence: { metric, channel: subject, silent_hours: silent, longest_silence_hours: longest },
  };
}

function silences(
  values: Float64Array,
  place: number,
): { silent: number; longest: number; events: number; known: number } {
  let [silent, longest, events, known] = [0, 0, 0, 0];
  for (let hour = 0; hour <= place; hour++) {
    const value = values[hour]!;
    if (Number.isNaN(value)) continue;
    known++;
    events += value;
    if (value > 0) {
      if (events > value) longest = Math.max(longest, silent);
      silent = 0;
    } else silent++;
  }
  return { silent, longest, events, known };
}
