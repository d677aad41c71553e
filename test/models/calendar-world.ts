/** People with habits of the week: an email each Tuesday, visits each Wednesday. The visits may follow the emails, or not. */
import { Random } from '../../src/domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import type { Histories } from '../../src/models/hazard/histories.ts';

const MONDAY = Date.UTC(2026, 0, 5);
const MS_PER_WEEK = 7 * MS_PER_DAY;
const EMAIL = 0;
const VISIT = 1;

interface Calendar {
  seed: number;
  people: number;
  /** The chance that a person sees the email of a week. */
  seen: number;
  /** Every second person visits on Wednesdays with a chance of one half, and gets emails; the others only if `to_all`. */
  to_all: boolean;
  /** The chance that an email brings a visit within a day. */
  brings: number;
  /** True: every person's emails change places among the person's Tuesdays, after they brought their visits. */
  shuffled?: boolean;
}

const WEEKS = 9;

export function calendarWorld({ seed, people, seen, to_all, brings, shuffled = false }: Calendar): Histories {
  const histories = Array.from({ length: people }, (_, p) => {
    const random = new Random(seed, 'calendar world', p);
    const habit = p % 2 === 0;
    const weeks = Array.from({ length: WEEKS }, (_, week) => week);
    const places = [...weeks];
    if (shuffled) random.shuffle(places);
    const touches: { at: number; state: number }[] = [];
    for (const week of weeks) {
      const tuesday = MONDAY + week * MS_PER_WEEK + MS_PER_DAY;
      const visit = (at: number) => touches.push({ at, state: VISIT });
      if ((habit || to_all) && random.chance(seen)) {
        const at = tuesday + 9 * MS_PER_HOUR + random.unit() * 6 * MS_PER_HOUR;
        touches.push({ at: at + (places[week]! - week) * MS_PER_WEEK, state: EMAIL });
        if (random.chance(brings)) visit(at + MS_PER_HOUR + random.unit() * MS_PER_DAY);
      }
      if (habit && random.chance(0.5)) visit(tuesday + MS_PER_DAY + 8 * MS_PER_HOUR + random.unit() * 10 * MS_PER_HOUR);
      for (let day = 0; day < 7; day++)
        if (random.chance(0.03)) visit(MONDAY + week * MS_PER_WEEK + (day + random.unit()) * MS_PER_DAY);
    }
    return touches.sort((a, b) => a.at - b.at);
  });
  const touches = histories.flat();
  let end = 0;
  const ends = histories.map((own) => (end += own.length));
  return {
    states: ['email', 'visit'],
    touch_offsets: Uint32Array.from([0, ...ends]),
    touch_ms: Float64Array.from(touches, ({ at }) => at),
    touch_state: Uint16Array.from(touches, ({ state }) => state),
    order_offsets: new Uint32Array(people + 1),
    order_ms: new Float64Array(),
    order_value: new Float64Array(),
    first_ms: new Float64Array(people).fill(MONDAY - MS_PER_DAY),
    segments: [],
    segment_offsets: new Uint32Array(people + 1),
    segment_code: new Uint16Array(),
    segment_from_ms: new Float64Array(),
    segment_until_ms: new Float64Array(),
    start_ms: MONDAY,
    end_ms: MONDAY + WEEKS * MS_PER_WEEK,
  };
}
