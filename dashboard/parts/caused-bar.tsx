/** Orders that were caused as an interval, with the credited orders as a mark, on the scale of all rows. */
import type { Incrementality } from '../api/evidence.ts';
import { count } from './figures.ts';
import { IntervalBar } from './interval-bar.tsx';

type Row = Incrementality['rows'][number];

export function CausedBar({ row, rows }: { row: Row; rows: readonly Row[] }) {
  const { incremental_orders: value, incremental_orders_low: low, incremental_orders_high: high } = row;
  if (value === null || low === null || high === null) return <span class="muted">not known</span>;
  const bounds = rows.flatMap((one) => [
    one.attributed_orders,
    one.incremental_orders_low ?? 0,
    one.incremental_orders_high ?? 0,
  ]);
  const scale = [Math.min(0, ...bounds), Math.max(1, ...bounds)] as const;
  return (
    <IntervalBar low={low} high={high} value={value} scale={scale} mark={row.attributed_orders}>
      {text(value)}, from {text(low)} to {text(high)}
    </IntervalBar>
  );
}

const text = (value: number): string => `${value < 0 ? '−' : ''}${count(Math.abs(value), 1)}`;
