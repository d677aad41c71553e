/** A change of net revenue a week as a bar around 0, and in words how sure it is. */
import { decimalMoney } from '../../parts/figures.ts';
import { IntervalBar } from '../../parts/interval-bar.tsx';

export interface Change {
  value: string;
  low: string;
  high: string;
}

export function Changed({ change, currency }: { change: Change; currency: string }) {
  const [value, low, high] = [Number(change.value), Number(change.low), Number(change.high)];
  const most = Math.max(Math.abs(low), Math.abs(high), 0.01);
  return (
    <p>
      <IntervalBar low={low} high={high} value={value} scale={[-most, most]} mark={0}>
        Expected: {signed(value, currency)} a week.{' '}
        {low > 0
          ? 'The whole interval lies above 0.'
          : high < 0
            ? 'The whole interval lies below 0.'
            : 'It may bring more, change nothing, or bring less.'}{' '}
        <span class="muted">The bar is the 90 % interval, the dashed line no change.</span>
      </IntervalBar>
    </p>
  );
}

/** An amount with its sign, which stays on its line. */
export const signed = (value: number, currency: string): string =>
  `${value > 0 ? '+' : value < 0 ? '−\u2060' : ''}${decimalMoney(Math.abs(value).toFixed(6), currency)}`;
