import { count, share } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';

interface Known {
  events: number;
  rate: number | null;
  interval: { low: number; high: number } | null;
  withheld: string | null;
}

/** A rate with its interval, or why it is withheld. */
export function Rate({ of: { events, rate, interval, withheld }, most }: { of: Known; most: number }) {
  if (rate === null || interval === null)
    return (
      <span class="muted small">
        {rate === null ? `${count(events)}, too little data` : `${share(rate, 1)}, too little data to say how sure`}
        {withheld === null ? '' : `: ${withheld}`}
      </span>
    );
  return (
    <IntervalBar low={interval.low} high={interval.high} value={rate} scale={[0, most]}>
      {share(rate, 1)}, likely {share(interval.low, 1)} to {share(interval.high, 1)}
    </IntervalBar>
  );
}

/** The right end of the scale of a column of rates. */
export function mostOf(rates: readonly Known[]): number {
  return Math.max(0.001, ...rates.map(({ rate, interval }) => interval?.high ?? rate ?? 0));
}
