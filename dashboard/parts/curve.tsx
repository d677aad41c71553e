/** One curve with its interval as a band, a marked place, and a table that says the same. */
import type { ComponentChildren } from 'preact';
import { Wide } from './wide.tsx';

const WIDTH = 380;
const HEIGHT = 200;
const LEFT = 14;
const RIGHT = 14;
const TOP = 24;
const BOTTOM = 24;

export interface CurvePoint {
  x: number;
  y: number;
  low: number;
  high: number;
}

export function Curve({
  name,
  points,
  mark,
  format,
  children,
}: {
  name: string;
  /** At least two, from the left. */
  points: readonly CurvePoint[];
  mark: { at: number; name: string };
  format: (value: number) => string;
  /** What the curve says, in words. */
  children: ComponentChildren;
}) {
  const [least, most] = [Math.min(mark.at, points[0]!.x), Math.max(mark.at, points.at(-1)!.x)];
  const top = Math.max(...points.map(({ high }) => high)) || 1;
  const x = (value: number): number => LEFT + ((value - least) / (most - least || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (Math.max(0, value) / top) * (HEIGHT - TOP - BOTTOM);
  const path = (place: 'y' | 'low' | 'high', from: readonly CurvePoint[]): string =>
    from.map((point) => `${x(point.x).toFixed(1)},${y(point[place]).toFixed(1)}`).join(' ');
  const band = `${path('high', points)} ${path('low', [...points].reverse())}`;
  const at = x(mark.at);
  return (
    <figure class="curve">
      <figcaption>
        <strong>{name}</strong> {children}
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Response of ${name}. The table below says the same.`}
      >
        <polygon class="curve-band" points={band} />
        <polyline class="curve-line" points={path('y', points)} />
        <line class="dots-ground" x1={LEFT} x2={WIDTH - RIGHT} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
        <line class="dots-mark" x1={at} x2={at} y1={TOP - 8} y2={HEIGHT - BOTTOM} />
        <text x={at} y={TOP - 12} text-anchor={anchorOf(at)}>
          {mark.name}: {format(mark.at)}
        </text>
        <text x={LEFT} y={HEIGHT - 8}>
          {format(least)} a week
        </text>
        <text x={WIDTH - RIGHT} y={HEIGHT - 8} text-anchor="end">
          {format(most)} a week
        </text>
      </svg>
      <details>
        <summary>The same as a table</summary>
        <Wide label={`Response of ${name}, as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Spend of a week</th>
                <th scope="col" class="right">
                  Credited
                </th>
                <th scope="col" class="right">
                  Likely
                </th>
              </tr>
            </thead>
            <tbody>
              {points.map((point) => (
                <tr key={point.x}>
                  <th scope="row">{format(point.x)}</th>
                  <td class="right">{format(point.y)}</td>
                  <td class="right">
                    {format(point.low)} to {format(point.high)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      </details>
    </figure>
  );
}

const anchorOf = (x: number): 'start' | 'middle' | 'end' => (x < 110 ? 'start' : x > WIDTH - 110 ? 'end' : 'middle');
