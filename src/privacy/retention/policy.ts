/** How long records are kept, as the configuration says: days for each kind of data, of all brands or of one. */
import type { RecordName } from '../../domain/index.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import { type Static, Type } from '../../domain/typebox.ts';

/**
 * What has a time of its own. `orders` are conversions with their adjustments, since a refund without its order counts nothing. Rates are
 * not among them: they tell nothing of a person, and an order that stays needs the rate of its day.
 */
export const RETAINED = [
  'touchpoints',
  'orders',
  'email_events',
  'customer_segments',
  'identity_links',
  'consents',
  'spend',
  'claims',
  'conflicts',
  'dead_letters',
  'source_letters',
] as const;
export type Retained = (typeof RETAINED)[number];

const Days = Type.Union([Type.Integer({ minimum: 1, maximum: 36_500 }), Type.Null()]);
/** Days by kind of data; null keeps for ever. */
export const RetentionSchema = Type.Object(
  Object.fromEntries(RETAINED.map((name) => [name, Type.Optional(Days)])) as Record<
    Retained,
    ReturnType<typeof Type.Optional<typeof Days>>
  >,
  { additionalProperties: false },
);
export type GivenRetention = Static<typeof RetentionSchema>;

export type DaysKept = Readonly<Record<Retained, number | null>>;

export interface RetentionPolicy {
  /** Of brands that are not named in `brands`. */
  defaults: DaysKept;
  brands: ReadonlyMap<string, DaysKept>;
}

const FOR_EVER = Object.fromEntries(RETAINED.map((name) => [name, null])) as DaysKept;

/** The days of a brand over those of `base`. */
export function daysKept(given: GivenRetention | undefined, base: DaysKept = FOR_EVER): DaysKept {
  return { ...base, ...given } as DaysKept;
}

/** True if something is not kept for ever. */
export function removesAnything({ defaults, brands }: RetentionPolicy): boolean {
  return [defaults, ...brands.values()].some((days) => RETAINED.some((name) => days[name] !== null));
}

/** Rates, and what the result of an experiment is made of: without some of its people it would be another result. */
const ALWAYS_KEPT = ['fx_rates', 'experiments', 'assignments', 'exposures'] as const satisfies readonly RecordName[];
const isAlwaysKept = (record: RecordName): record is (typeof ALWAYS_KEPT)[number] =>
  (ALWAYS_KEPT as readonly RecordName[]).includes(record);

/** The kind of data that a record belongs to; undefined for one that is always kept. */
export function retainedAs(record: RecordName): Retained | undefined {
  if (record === 'conversions' || record === 'adjustments') return 'orders';
  return isAlwaysKept(record) ? undefined : record;
}

/**
 * The instant before which something goes (milliseconds): so many days before the last midnight in UTC. It moves once a day, so that a day
 * goes as a whole and files are written anew once a day at most.
 */
export function edgeOf(days: number, now_ms: number): number {
  return (Math.floor(now_ms / MS_PER_DAY) - days) * MS_PER_DAY;
}
