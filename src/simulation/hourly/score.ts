/** False alarms per 1,000 hours, and how soon a drop is seen, on simulated streams. */
import { Random } from '../../domain/random.ts';
import { CALM, type KnownBaselines, type WatchState, watchHour } from '../../learning/hourly/watch.ts';
import { HOURS_OF_DAY } from '../../learning/hourly/weeks.ts';
import { makeStream, type Stream, type StreamKind } from './streams.ts';

/** A drop or a rise that is put into a stream. */
const CHANGES_OF_STREAM = 12;
/** A change that is not seen in this time counts as not seen. */
const SEEN_WITHIN_HOURS = 48;

export interface StreamScore {
  kind: string;
  hours: number;
  false_alarms: number;
  /** Alarms on the holiday of the stream and on the day after it. */
  holiday_alarms: number;
  changes: Change[];
}

interface Change {
  /** What was to be expected in the first two hours, each; the smaller one. */
  rate: number;
  /** Whole hours after its beginning in which it was seen; null for none. */
  seen_after: number | null;
}

/** @param times what the change makes of the stream: 0.2 for a drop to a fifth. */
export function scoreStream(kind: StreamKind, seed: number, times: number): StreamScore {
  const stream = makeStream(kind, seed);
  const { first, unusual, values } = stream;
  const baselines: KnownBaselines = new Map();
  const score: StreamScore = { kind: kind.name, hours: 0, false_alarms: 0, holiday_alarms: 0, changes: [] };
  let state: WatchState = CALM;
  for (let hour = first; hour < values.length; hour++) {
    const watched = watchHour(stream, hour, state, baselines);
    state = watched;
    score.hours++;
    if (watched.change !== 'began') continue;
    if (unusual !== null && hour >= unusual.from && hour < unusual.until) score.holiday_alarms++;
    else score.false_alarms++;
  }
  const random = new Random(seed, `changes of ${kind.name}`);
  for (let i = 0; i < CHANGES_OF_STREAM; i++) {
    const from = random.integer(first + HOURS_OF_DAY, values.length - SEEN_WITHIN_HOURS - 1);
    if (unusual !== null && from >= unusual.from - HOURS_OF_DAY && from < unusual.until) continue;
    score.changes.push(seen(stream, baselines, from, times));
  }
  return score;
}

function seen(stream: Stream, baselines: KnownBaselines, from: number, times: number): Change {
  const changed = { slots: stream.slots, values: stream.withChange(from, times) };
  const rate = Math.min(stream.means[from]!, stream.means[from + 1]!);
  // The history of the hours of this day is the same as without the change.
  const known: KnownBaselines = new Map([...baselines].filter(([end]) => end <= from));
  for (let hour = from; hour < from + SEEN_WITHIN_HOURS; hour++) {
    const { change, alarm } = watchHour(changed, hour, CALM, known);
    const is_it = alarm !== null && (alarm.direction === 'low') === times < 1;
    if (change === 'began' && is_it) return { rate, seen_after: hour - from + 1 };
  }
  return { rate, seen_after: null };
}

/** From this rate on a drop to a fifth is to be seen within two hours; docs/monitors.md has the arithmetic. */
export const SEEN_FROM_RATE = 30;

export interface KindSummary {
  kind: string;
  hours: number;
  false_alarms_per_1000_hours: number;
  holiday_alarms: number;
  /** Changes in hours of at least {@link SEEN_FROM_RATE} events, and how many of them were seen within two hours. */
  changes_of_busy_hours: number;
  seen_within_2_hours: number;
  /** Of all changes; null where half, or 95 %, were not seen within two days. */
  median_delay_hours: number | null;
  delay_95_hours: number | null;
}

/** The figures of one kind over its seeds. */
export function summaryOf(scores: readonly StreamScore[]): KindSummary {
  const sum = (of: (score: StreamScore) => number): number => scores.reduce((all, score) => all + of(score), 0);
  const changes = scores.flatMap((score) => score.changes);
  const busy = changes.filter(({ rate }) => rate >= SEEN_FROM_RATE);
  const delays = changes.map(({ seen_after }) => seen_after ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const delay = (part: number): number | null => {
    const found = delays[Math.ceil(part * delays.length) - 1] ?? Number.POSITIVE_INFINITY;
    return Number.isFinite(found) ? found : null;
  };
  return {
    kind: scores[0]!.kind,
    hours: sum(({ hours }) => hours),
    false_alarms_per_1000_hours: (1_000 * sum(({ false_alarms }) => false_alarms)) / sum(({ hours }) => hours),
    holiday_alarms: sum(({ holiday_alarms }) => holiday_alarms),
    changes_of_busy_hours: busy.length,
    seen_within_2_hours: busy.filter(({ seen_after }) => seen_after !== null && seen_after <= 2).length,
    median_delay_hours: delay(0.5),
    delay_95_hours: delay(0.95),
  };
}
