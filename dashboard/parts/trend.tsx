/** Lines by day, with a table that says the same. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { NOTHING, shortDay } from './figures.ts';
import { drawMarks, type Mark } from './marks.ts';
import { savePicture } from './picture.ts';
import { csvOf, type Source } from './source.ts';
import { Why } from './why.tsx';
import { Wide } from './wide.tsx';

export interface Line {
  name: string;
  values: ReadonlyArray<number | null>;
  /** The earlier period is drawn thin and dashed. */
  earlier?: boolean;
  /** The number of the colour among those of the theme. */
  colour: number;
  /** The 90 % interval of each value; null where it is withheld. */
  band?: { low: ReadonlyArray<number | null>; high: ReadonlyArray<number | null> };
  /** The rows of the answer behind the values, so that they tell why. */
  told?: { field: string; rows: readonly object[]; filterOf: (day: string) => readonly string[] };
}

const HEIGHT = 220;
const NONE: readonly Mark[] = [];

type Banded = Line & { band: NonNullable<Line['band']> };
const hasBand = (line: Line): line is Banded => line.band !== undefined;
/** A series that is not drawn. */
const EDGE = { width: 0, points: { show: false } };
const named = (lines: readonly Line[]) =>
  lines.map(({ name, colour, earlier }) => ({ name, colour: colourOf(colour), earlier }));

function colourOf(number: number): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--line-${number}`).trim();
}

export function Trend({
  caption,
  period,
  days,
  lines,
  format,
  annotations = NONE,
  from,
}: {
  caption: string;
  /** The period in words, for the picture. */
  period: string;
  /** The question that lines with `told` answer. */
  from?: Source | undefined;
  days: readonly string[];
  lines: readonly Line[];
  format: (value: number) => string;
  annotations?: readonly Mark[];
}) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = place.current!;
    const muted = getComputedStyle(document.documentElement).getPropertyValue('--muted').trim();
    const grid = { stroke: getComputedStyle(document.documentElement).getPropertyValue('--rule').trim(), width: 1 };
    const banded = lines.filter(hasBand);
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
          { ...axis, size: 74, values: (_chart, at) => at.map((value) => format(value).replace(/\.00$/, '')) },
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
          // The bounds of bands have no line of their own.
          ...banded.flatMap(() => [EDGE, EDGE]),
        ],
        bands: banded.map(({ colour }, i) => ({
          series: [lines.length + 2 + 2 * i, lines.length + 1 + 2 * i],
          fill: `color-mix(in srgb, ${colourOf(colour)} 22%, transparent)`,
        })),
      },
      [
        days.map((_, i) => i),
        ...lines.map(({ values }) => [...values]),
        ...banded.flatMap(({ band }) => [[...band.low], [...band.high]]),
      ],
      element,
    );
    drawn.current = chart;
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
          {lines.filter(hasBand).map(({ name, colour }) => (
            <li key={name}>
              <span class={`swatch band line-${colour}`} aria-hidden="true" />
              {name}, likely (90 %)
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} aria-hidden="true" />
      <p class="exports">
        <button
          type="button"
          class="link"
          aria-label={`${caption}, as PNG`}
          onClick={() =>
            drawn.current && void savePicture(drawn.current.ctx.canvas, { caption, period, lines: named(lines) })
          }
        >
          PNG
        </button>
        {from && (
          <a href={csvOf(from)} download={`${caption}.csv`} aria-label={`${caption}, as CSV`}>
            CSV
          </a>
        )}
      </p>
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
                {lines.filter(hasBand).map(({ name }) => (
                  <th key={name} scope="col" class="right">
                    {name}, likely
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.map((day, i) => (
                <tr key={day}>
                  <th scope="row">{day}</th>
                  {lines.map((line) => (
                    <td key={line.name} class="right">
                      <Value line={line} i={i} day={day} format={format} from={from} />
                    </td>
                  ))}
                  {lines.filter(hasBand).map(({ name, band: { low, high } }) => (
                    <td key={name} class="right">
                      {typeof low[i] === 'number' && typeof high[i] === 'number'
                        ? `${format(low[i])} to ${format(high[i])}`
                        : 'too few people'}
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

function Value({
  line: { name, values, told },
  i,
  day,
  format,
  from,
}: {
  line: Line;
  i: number;
  day: string;
  format: (value: number) => string;
  from: Source | undefined;
}) {
  const value = values[i];
  if (value === null || value === undefined) return <>{NOTHING}</>;
  const row = told?.rows[i];
  if (told === undefined || row === undefined || from === undefined) return <>{format(value)}</>;
  return (
    <Why
      name={`${name} on ${day}`}
      part={from.rows}
      field={told.field}
      row={row}
      from={from}
      filter={told.filterOf(day)}
    >
      {format(value)}
    </Why>
  );
}
