/** The chart of a mail: a column a day. It has no text, so that the mail's own text stands beside it in any size and colour. */
import { Picture } from './png.ts';

export interface TrendDay {
  date: string;
  micros: bigint;
  /** True for days of the period; those before are pale. */
  is_in_period: boolean;
}

/** The picture is shown at half of its size, so that it is sharp on dense screens. */
export const CHART_WIDTH = 552;
export const CHART_HEIGHT = 120;
const SCALE = 2;
/** The part of a day's place that its column fills. */
const COLUMN_PART = 0.72;
const ROOM_ABOVE = 4 * SCALE;
const LINE = SCALE;

// Colours that show on white and on black, because the picture has no ground of its own.
const IN_PERIOD = [47, 111, 208, 1] as const;
const BEFORE = [47, 111, 208, 0.38] as const;
const BELOW_ZERO = [196, 85, 58, 1] as const;
const GROUND = [128, 134, 145, 0.55] as const;

/** @returns a PNG. */
export function trendChart(days: readonly TrendDay[]): Buffer {
  const picture = new Picture(CHART_WIDTH * SCALE, CHART_HEIGHT * SCALE);
  const values = days.map(({ micros }) => Number(micros));
  const [high, low] = [Math.max(0, ...values), Math.min(0, ...values)];
  const span = high - low || 1;
  const usable = picture.height - ROOM_ABOVE - LINE;
  const heightOf = (value: number): number => (value / span) * usable;
  const zero = ROOM_ABOVE + heightOf(high);
  const place = picture.width / Math.max(1, days.length);
  const column = Math.max(1, Math.round(place * COLUMN_PART));
  for (const [i, { is_in_period }] of days.entries()) {
    const left = Math.round(i * place + (place - column) / 2);
    const end = zero - heightOf(values[i]!);
    const colour = values[i]! < 0 ? BELOW_ZERO : is_in_period ? IN_PERIOD : BEFORE;
    picture.fill([left, Math.min(zero, end), left + column, Math.max(zero, end)], colour);
  }
  picture.fill([0, zero, picture.width, zero + LINE], GROUND);
  return picture.png();
}
