/** The sums of journeys: by their length in days, and what the journeys report tells beside that. docs/semantics.md 9. */
import { ExactSums, type ExactSumsData } from './exact.ts';
import { roomFor } from './room.ts';

/** A journey with an order. Its value is `micros` and `small_micros` together. */
export interface Journey {
  orders: number;
  /** The part of the value that fits a double, and the rest. */
  small_micros: number;
  micros: bigint;
  touchpoints: number;
  email_touchpoints: number;
}

/** The sums of some journeys. */
export interface JourneyFigures {
  journeys: number;
  orders: number;
  micros: bigint;
  touchpoints: number;
  email_touchpoints: number;
}

const COUNTS = ['journeys', 'orders', 'touchpoints', 'email_touchpoints'] as const;
type Counts = Record<(typeof COUNTS)[number], Float64Array>;

/** Journeys with up to five touchpoints are told apart, then those with up to ten, then all others. */
function bucketOf(touchpoints: number): number {
  return touchpoints <= 5 ? touchpoints : touchpoints <= 10 ? 6 : 7;
}
const BUCKETS = 8;
/** The shortest length in days. A zone that moves across the date line has a day twice, so the last order may be on the day before. */
const SHORTEST = -1;

/** What the journeys report tells beside lengths, as counts. */
interface Details {
  with_email: Float64Array;
  /** By {@link bucketOf}. */
  bucket_journeys: Float64Array;
  /** By number of the channel: touchpoints, and journeys with one of them. */
  channel_touchpoints: Float64Array;
  channel_journeys: Float64Array;
}

/** The sums as data, for another thread. */
export interface JourneySumsData {
  counts: Counts;
  micros: ExactSumsData;
  details: Details | null;
  bucket_micros: ExactSumsData;
}

export class JourneySums {
  /** Null unless the report asks for them. */
  readonly details: Details | null;
  /** By length in days, counted from {@link SHORTEST}. */
  private readonly counts: Counts = {
    journeys: new Float64Array(64),
    orders: new Float64Array(64),
    touchpoints: new Float64Array(64),
    email_touchpoints: new Float64Array(64),
  };
  private readonly micros = new ExactSums();
  private readonly bucket_micros = new ExactSums();

  /** @param channels how many channels there are; null without details. */
  constructor(channels: number | null) {
    this.bucket_micros.reserve(BUCKETS);
    this.reserve(1);
    this.details =
      channels === null
        ? null
        : {
            with_email: new Float64Array(1),
            bucket_journeys: new Float64Array(BUCKETS),
            channel_touchpoints: new Float64Array(channels),
            channel_journeys: new Float64Array(channels),
          };
  }

  /** Adds a journey. The channels of its touchpoints are counted by the caller. */
  add(days: number, journey: Journey): void {
    const length = days - SHORTEST;
    this.reserve(length + 1);
    const { counts, details } = this;
    counts.journeys[length]! += 1;
    counts.orders[length]! += journey.orders;
    counts.touchpoints[length]! += journey.touchpoints;
    counts.email_touchpoints[length]! += journey.email_touchpoints;
    addMicros(this.micros, length, journey);
    if (details === null) return;
    if (journey.email_touchpoints > 0) details.with_email[0]! += 1;
    const bucket = bucketOf(journey.touchpoints);
    details.bucket_journeys[bucket]! += 1;
    addMicros(this.bucket_micros, bucket, journey);
  }

  data(): JourneySumsData {
    const { counts, details } = this;
    return { counts, micros: this.micros.data(), details, bucket_micros: this.bucket_micros.data() };
  }

  /** Adds the journeys of other people, from another thread. */
  addAll({ counts, micros, details, bucket_micros }: JourneySumsData): void {
    const { length } = counts.journeys;
    this.reserve(length);
    for (const name of COUNTS) addNumbers(this.counts[name], counts[name]);
    this.micros.addAll(micros, length);
    this.bucket_micros.addAll(bucket_micros, BUCKETS);
    if (this.details === null || details === null) return;
    for (const name of Object.keys(details) as Array<keyof Details>) addNumbers(this.details[name], details[name]);
  }

  /** The figures by a number that is made of the length in days. */
  byLength(numberOf: (days: number) => number): Map<number, JourneyFigures> {
    const found = new Map<number, JourneyFigures>();
    const { journeys, orders, touchpoints, email_touchpoints } = this.counts;
    for (const [length, count] of journeys.entries()) {
      if (count === 0) continue;
      const number = numberOf(length + SHORTEST);
      const sums = found.get(number) ?? { journeys: 0, orders: 0, micros: 0n, touchpoints: 0, email_touchpoints: 0 };
      sums.journeys += count;
      sums.orders += orders[length]!;
      sums.micros += this.micros.total(length);
      sums.touchpoints += touchpoints[length]!;
      sums.email_touchpoints += email_touchpoints[length]!;
      found.set(number, sums);
    }
    return found;
  }

  /** Days from the first event to the last order, of all journeys together. */
  get days(): number {
    return this.counts.journeys.reduce((sum, count, length) => sum + count * (length + SHORTEST), 0);
  }

  /** By {@link bucketOf}, where there are journeys. */
  byTouchpoints(): Array<{ bucket: number; journeys: number; micros: bigint }> {
    return [...this.details!.bucket_journeys].flatMap((journeys, bucket) =>
      journeys === 0 ? [] : { bucket, journeys, micros: this.bucket_micros.total(bucket) },
    );
  }

  private reserve(size: number): void {
    this.micros.reserve(size);
    if (size <= this.counts.journeys.length) return;
    for (const name of COUNTS) this.counts[name] = roomFor(this.counts[name], size);
    this.micros.reserve(this.counts.journeys.length);
  }
}

function addMicros(sums: ExactSums, at: number, { small_micros, micros }: Journey): void {
  sums.add(at, small_micros);
  if (micros !== 0n) sums.addLarge(at, micros);
}

function addNumbers(sums: Float64Array, added: Float64Array): void {
  for (let i = 0; i < added.length; i++) sums[i]! += added[i]!;
}
