import { shortDay } from './figures.ts';

const WIDTH = 110;
const HEIGHT = 22;

/** A line of days in a cell. The page of the row has the days as a chart with a table. */
export function Sparkline({
  days,
  values,
  format,
}: {
  days: readonly string[];
  values: readonly number[];
  format: (value: number) => string;
}) {
  const most = Math.max(...values);
  const least = Math.min(0, ...values);
  if (values.length < 2 || most === least) return <span class="muted small">none</span>;
  const x = (i: number): number => (i / (values.length - 1)) * (WIDTH - 2) + 1;
  const y = (value: number): number => HEIGHT - 2 - ((value - least) / (most - least)) * (HEIGHT - 4);
  const best = values.indexOf(most);
  const said = `Most on ${shortDay(days[best]!)}: ${format(most)}`;
  return (
    <svg class="sparkline" width={WIDTH} height={HEIGHT} role="img" aria-label={said}>
      <title>{said}</title>
      <polyline points={values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} />
      <circle cx={x(best)} cy={y(most)} r="2" />
    </svg>
  );
}
