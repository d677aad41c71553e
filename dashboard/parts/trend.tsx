/** Lines by day, with a table that says the same. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { shortDay } from './figures.ts';
import { drawMarks, type Mark } from './marks.ts';
import { Wide } from './wide.tsx';

export interface Line {
  name: string;
  values: ReadonlyArray<number | null>;
  /** The earlier period is drawn thin and dashed. */
  earlier?: boolean;
  /** The number of the colour among those of the theme. */
  colour: number;
}

const HEIGHT = 220;
const NONE: readonly Mark[] = [];

function colourOf(number: number): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--line-${number}`).trim();
}

export function Trend({
  caption,
  days,
  lines,
  format,
  annotations = NONE,
}: {
  caption: string;
  days: readonly string[];
  lines: readonly Line[];
  format: (value: number) => string;
  annotations?: readonly Mark[];
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current!;
    const muted = getComputedStyle(document.documentElement).getPropertyValue('--muted').trim();
    const grid = { stroke: getComputedStyle(document.documentElement).getPropertyValue('--rule').trim(), width: 1 };
    const axis = { stroke: muted, grid, ticks: { show: false }, font: '12px system-ui' };
    const chart = new uPlot(
      {
        width: Math.max(200, element.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        plugins: [drawMarks(days, annotations, muted)],
        cursor: { points: { size: 6 }, drag: { setScale: false } },
        scales: { x: { time: false } },
        axes: [
          {
            ...axis,
            values: (_chart, at) => at.map((i) => (days[i] === undefined ? '' : shortDay(days[i]))),
            incrs: [1, 2, 5, 7, 14, 30, 60, 90, 180],
          },
          { ...axis, size: 74, values: (_chart, at) => at.map(format) },
        ],
        series: [
          {},
          ...lines.map(({ name, earlier, colour }) => ({
            label: name,
            stroke: colourOf(colour),
            width: earlier ? 1.25 : 2,
            ...(earlier ? { dash: [4, 4] } : {}),
            points: { show: false },
          })),
        ],
      },
      [days.map((_, i) => i), ...lines.map(({ values }) => [...values])],
      element,
    );
    const watcher = new ResizeObserver(() =>
      chart.setSize({ width: Math.max(200, element.clientWidth), height: HEIGHT }),
    );
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      chart.destroy();
    };
  }, [days, lines, format, annotations]);
  return (
    <figure class="trend">
      <figcaption>
        {caption}
        <ul class="legend">
          {lines.map(({ name, colour, earlier }) => (
            <li key={name}>
              <span class={`swatch line-${colour}${earlier ? ' earlier' : ''}`} aria-hidden="true" />
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} aria-hidden="true" />
      <details>
        <summary>The same as a table</summary>
        <Wide label={`${caption}, as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                {lines.map(({ name }) => (
                  <th key={name} scope="col" class="right">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.map((day, i) => (
                <tr key={day}>
                  <th scope="row">{day}</th>
                  {lines.map(({ name, values }) => (
                    <td key={name} class="right">
                      {values[i] === null || values[i] === undefined ? '–' : format(values[i])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      </details>
    </figure>
  );
}
