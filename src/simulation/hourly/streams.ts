/** Simulated streams of hourly counts with a weekly rhythm, on which false alarms and delays of monitors are measured. Seeded. */
import { Random } from '../../domain/random.ts';
import { MS_PER_HOUR, zoneOffsetMs } from '../../domain/time.ts';
import { slotAt } from '../../learning/hourly/slots.ts';
import { HOURS_OF_DAY, HOURS_OF_WEEK } from '../../learning/hourly/weeks.ts';

export interface StreamKind {
  name: string;
  /** Events an hour, on average over a week. */
  rate: number;
  /** How much hours differ beyond chance: the variance is rate + noise * rate^2. */
  noise?: number;
  /** The standard deviation of the level of whole days, as a part of it. */
  day_noise?: number;
  /** Growth a week. */
  growth?: number;
  /** A day in the watched weeks at this part of its usual level, and one in the history. */
  holiday?: number;
  /** Hours in the history of which nothing arrived. */
  gap_hours?: number;
  /** In the watched weeks the clock of the brand changes to summer time. */
  summer_time?: boolean;
  /** Weeks of history; eight when left out. */
  weeks?: number;
  /** Events come in bursts of a few hours a week, as emails that are sent to a list. */
  bursts?: boolean;
}

/** The kinds that the goals are stated for, and those that are harder. */
export const STREAM_KINDS: readonly StreamKind[] = [
  { name: '0.2 an hour', rate: 0.2 },
  { name: '2 an hour', rate: 2 },
  { name: '10 an hour', rate: 10 },
  { name: '30 an hour', rate: 30 },
  { name: '100 an hour', rate: 100 },
  { name: '100 an hour, uneven hours', rate: 100, noise: 0.02 },
  { name: '1000 an hour, uneven hours', rate: 1_000, noise: 0.02 },
  { name: '300 an hour, uneven days', rate: 300, noise: 0.01, day_noise: 0.1 },
  { name: '100 an hour, grows 5 % a week', rate: 100, growth: 0.05 },
  { name: '1000 an hour, grows 5 % a week', rate: 1_000, growth: 0.05, noise: 0.01 },
  { name: '100 an hour, a holiday', rate: 100, holiday: 0.3 },
  { name: '100 an hour, a sale', rate: 100, holiday: 3 },
  { name: '100 an hour, an outage in its history', rate: 100, gap_hours: 60 },
  { name: '100 an hour, summer time begins', rate: 100, summer_time: true },
  { name: '100 an hour, two weeks of history', rate: 100, weeks: 2 },
  { name: '3 an hour, two weeks of history', rate: 3, weeks: 2 },
  { name: 'bursts of a mailing', rate: 200, bursts: true },
];

/** Weeks that are watched. */
export const WATCHED_WEEKS = 6;
const MOST_HISTORY_WEEKS = 8;
const ZONE = 'Europe/Berlin';
/** The history ends on this Monday; with summer time, three weeks before the last Sunday of March 2026. */
const START_MS = Date.UTC(2026, 0, 5);
const SUMMER_START_MS = Date.UTC(2026, 0, 12);

export interface Stream {
  values: Float64Array;
  slots: Uint8Array;
  /** What was to be expected of each hour. */
  means: Float64Array;
  /** The first watched hour. */
  first: number;
  /** Hours of the holiday and of the day after it, in which alarms are no false ones. */
  unusual: { from: number; until: number } | null;
  /** The same stream with a change from an hour on. */
  withChange: (hour: number, times: number) => Float64Array;
}

export function makeStream(kind: StreamKind, seed: number): Stream {
  const weeks = kind.weeks ?? MOST_HISTORY_WEEKS;
  const first = weeks * HOURS_OF_WEEK;
  const hours = first + WATCHED_WEEKS * HOURS_OF_WEEK;
  const random = new Random(seed, `hourly stream ${kind.name}`);
  const start_ms =
    (kind.summer_time ? SUMMER_START_MS : START_MS) + (MOST_HISTORY_WEEKS - weeks) * HOURS_OF_WEEK * MS_PER_HOUR;
  const slots = new Uint8Array(hours);
  const means = new Float64Array(hours);
  const night = random.between(0.1, 0.5);
  const weekend = random.between(0.5, 1.2);
  const mailings = kind.bursts
    ? [0, 1, 2].map(() => ({ slot: random.integer(8, 160), hours: random.integer(1, 4), delay: 0 }))
    : [];
  const holiday_day = random.integer(10, 30);
  let day_level = 1;
  for (let hour = 0; hour < hours; hour++) {
    const at_ms = start_ms + hour * MS_PER_HOUR;
    slots[hour] = slotAt(at_ms, zoneOffsetMs(ZONE, at_ms));
    if (hour % HOURS_OF_DAY === 0) day_level = kind.day_noise ? random.lognormal(1, kind.day_noise) : 1;
    if (hour % HOURS_OF_WEEK === 0) for (const mailing of mailings) mailing.delay = random.integer(0, 1);
    const shape = kind.bursts ? burstAt(slots[hour]!, mailings, random) : rhythm(slots[hour]!, night, weekend);
    const level = kind.noise ? random.gamma(1 / kind.noise) * kind.noise : 1;
    means[hour] = kind.rate * shape * day_level * level * (1 + (kind.growth ?? 0)) ** (hour / HOURS_OF_WEEK);
  }
  const holidays =
    kind.holiday === undefined ? [] : [first + holiday_day * HOURS_OF_DAY, Math.max(0, first - 18 * HOURS_OF_DAY)];
  for (const from of holidays) for (let hour = from; hour < from + HOURS_OF_DAY; hour++) means[hour]! *= kind.holiday!;
  const values = means.map((mean) => draw(random, mean));
  const gap = first - random.integer(100, 500);
  for (let hour = gap; hour < gap + (kind.gap_hours ?? 0); hour++) values[hour] = 0;
  const unusual = holidays.length === 0 ? null : { from: holidays[0]!, until: holidays[0]! + 2 * HOURS_OF_DAY };
  const withChange = (from: number, times: number): Float64Array => {
    const own = new Random(seed, `change of ${kind.name}`, from);
    return values.map((value, hour) => (hour < from ? value : draw(own, means[hour]! * times)));
  };
  return { values, slots, means, first, unusual, withChange };
}

/** A day of people who sleep, and their weekend; 1 on average. */
function rhythm(slot: number, night: number, weekend: number): number {
  const wave = (1 - Math.cos((2 * Math.PI * ((slot % HOURS_OF_DAY) - 3)) / HOURS_OF_DAY)) / 2;
  const shape = (night + (1 - night) * wave) / ((1 + night) / 2);
  return (shape * (slot >= 5 * HOURS_OF_DAY ? weekend : 1)) / ((5 + 2 * weekend) / 7);
}

/** A mailing goes out each week at its hour, or an hour later, to a list of another size. */
function burstAt(
  slot: number,
  mailings: ReadonlyArray<{ slot: number; hours: number; delay: number }>,
  random: Random,
): number {
  const is_on = mailings.some(({ slot: from, hours, delay }) => slot >= from + delay && slot < from + delay + hours);
  return is_on ? 10 * random.lognormal(1, 0.4) : 0.002;
}

/** A Poisson count. Large ones are drawn as normal values, which differ from it by less than a hundredth. */
function draw(random: Random, mean: number): number {
  return mean < 200 ? random.poisson(mean) : Math.max(0, Math.round(random.normal(mean, Math.sqrt(mean))));
}
