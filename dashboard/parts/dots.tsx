/** Quantiles as dots: each dot is equally likely, so a reader counts how many lie where. Kay and others, CHI 2016. */
import { Wide } from './wide.tsx';

const WIDTH = 640;
const RADIUS = 8;
const MARGIN = 30;

/** Stacks of dots, from the left: the dots of a stack lie closer together than a dot is wide. */
function stacksOf(values: readonly number[], x: (value: number) => number): Array<{ at: number; dots: number[] }> {
  const stacks: Array<{ first: number; dots: number[] }> = [];
  for (const value of values) {
    const last = stacks.at(-1);
    if (last !== undefined && x(value) - last.first < 2 * RADIUS) last.dots.push(value);
    else stacks.push({ first: x(value), dots: [value] });
  }
  return stacks.map(({ first, dots }) => ({ at: (first + x(dots.at(-1)!)) / 2, dots }));
}

export function Dots({
  caption,
  values,
  mark,
  format,
}: {
  caption: string;
  /** In rising order. */
  values: readonly number[];
  /** A value that is drawn as a line, with its name. */
  mark: { value: number; name: string } | null;
  format: (value: number) => string;
}) {
  const all = [...values, ...(mark === null ? [] : [mark.value])];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const x = (value: number): number => MARGIN + ((value - least) / (most - least || 1)) * (WIDTH - 2 * MARGIN);
  const stacks = stacksOf(values, x);
  const height = Math.max(...stacks.map(({ dots }) => dots.length)) * 2 * RADIUS + 46;
  const ground = height - 26;
  const below = mark === null ? 0 : values.filter((value) => value < mark.value).length;
  return (
    <figure class="dots">
      <figcaption>
        {caption}
        {mark !== null && ` ${values.length - below} of ${values.length} dots lie above ${mark.name}.`}
      </figcaption>
      <Wide label={caption}>
        <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={`${caption} The list below says the same.`}>
          <line class="dots-ground" x1={MARGIN - RADIUS} x2={WIDTH - MARGIN + RADIUS} y1={ground} y2={ground} />
          {mark !== null && (
            <g>
              <line class="dots-mark" x1={x(mark.value)} x2={x(mark.value)} y1={14} y2={ground} />
              <text x={x(mark.value)} y={10} text-anchor={anchorOf(x(mark.value))}>
                {mark.name} {format(mark.value)}
              </text>
            </g>
          )}
          {stacks.map(({ at, dots }) =>
            dots.map((value, i) => (
              <circle
                key={`${at} ${i}`}
                class={mark !== null && value < mark.value ? 'dot below' : 'dot'}
                cx={at}
                cy={ground - RADIUS - 1 - i * 2 * RADIUS}
                r={RADIUS - 1}
              >
                <title>{format(value)}</title>
              </circle>
            )),
          )}
          {[values[0]!, values[Math.floor(values.length / 2)]!, values.at(-1)!].map((value, i) => (
            <text key={i} class="dots-scale" x={x(value)} y={height - 8} text-anchor="middle">
              {format(value)}
            </text>
          ))}
        </svg>
      </Wide>
      <details>
        <summary>The same as a list</summary>
        <p>{values.map(format).join(', ')}</p>
      </details>
    </figure>
  );
}

const anchorOf = (x: number): 'start' | 'middle' | 'end' => (x < 120 ? 'start' : x > WIDTH - 120 ? 'end' : 'middle');
