/** Revenue per recipient with how sure it is: an interval, words, or why there is no interval. */
import type { CampaignRow } from '../api/reports.ts';
import { ofTen } from './chance.ts';
import { decimalMoney, NOTHING } from './figures.ts';
import { IntervalBar } from './interval-bar.tsx';

const number = (amount: string | null | undefined): number | null =>
  amount === null || amount === undefined ? null : Number(amount);

/** The scale of a column: from nothing to the highest end of its intervals. */
export function scaleOf(rows: readonly CampaignRow[]): readonly [number, number] {
  const ends = rows.map((row) => Number(row.revenue_per_recipient_interval?.high ?? row.revenue_per_recipient ?? 0));
  const lows = rows.map((row) => Number(row.revenue_per_recipient_interval?.low ?? 0));
  return [Math.min(0, ...lows), Math.max(0.01, ...ends)];
}

/** How often it is above the average of all, in words; nothing without a comparison. */
export function chanceText(row: CampaignRow): string {
  const above = row.revenue_per_recipient_above_average;
  return above === null ? '' : `above the average in ${ofTen(above)} resamples`;
}

export function PerRecipient({
  row,
  average,
  scale,
  currency,
}: {
  row: CampaignRow;
  average: string | null;
  scale: readonly [number, number];
  currency: string;
}) {
  const { revenue_per_recipient: value, revenue_per_recipient_interval: interval } = row;
  if (value === null) return <>{NOTHING}</>;
  const shown = decimalMoney(value, currency);
  if (interval === null)
    return (
      <span>
        {shown}{' '}
        <span class="muted small">
          too little data
          {row.revenue_per_recipient_withheld === null ? '' : `: ${row.revenue_per_recipient_withheld}`}
        </span>
      </span>
    );
  return (
    <IntervalBar
      low={Number(interval.low)}
      high={Number(interval.high)}
      value={number(value)}
      scale={scale}
      mark={number(average)}
    >
      {shown}, likely {decimalMoney(interval.low, currency)} to {decimalMoney(interval.high, currency)}{' '}
      <span class="muted small">{chanceText(row)}</span>
    </IntervalBar>
  );
}
