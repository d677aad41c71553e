/** What the report on times of sending counts, whichever way its figures are made. */
import type { CampaignKind } from '../../domain/campaign-kind.ts';
import type { Warning } from '../warning.ts';
import type { BrandWeeks } from './brand-weeks.ts';

export interface SendTimesAsked {
  /** The zones of the brands, by their parts of the period. */
  zones: readonly BrandWeeks[];
  /** Only deliveries of this kind; all when undefined. */
  campaign_kind: CampaignKind | undefined;
}

export interface SendFigures {
  by_hour: Slot[];
  /** From Monday on. */
  by_weekday: Slot[];
  /** The deliveries of each kind of campaign. */
  delivered: ReadonlyMap<string | null, number>;
  /** When people answered, by kind of campaign. Kinds without an answer are left out. */
  times: Readonly<Record<Answer, ReadonlyMap<string | null, Times>>>;
  totals: { delivered: number; recipients: number; orders: number; micros: bigint };
  warnings: Warning[];
}

export const HOURS_A_DAY = 24;
export const DAYS_A_WEEK = 7;

/** The emails of an hour of the day or of a day of the week. Maps are by random group of people. */
export interface Slot {
  delivered: Map<number, number>;
  opened: Map<number, number>;
  clicked: Map<number, number>;
  orders: number;
  micros: bigint;
  recipients: Map<number, number>;
  openers: number;
  clickers: number;
  buyers: number;
  /** Micros. */
  credited: Map<number, number>;
}

export function emptySlots(count: number): Slot[] {
  return Array.from({ length: count }, () => ({
    delivered: new Map(),
    opened: new Map(),
    clicked: new Map(),
    orders: 0,
    micros: 0n,
    recipients: new Map(),
    openers: 0,
    clickers: 0,
    buyers: 0,
    credited: new Map(),
  }));
}

/** What a recipient may do. */
export const ANSWERS = ['open', 'click'] as const;
export type Answer = (typeof ANSWERS)[number];

/** Upper ends of the buckets of time between delivery and answer, in hours. One more bucket has no upper end. */
export const BUCKET_HOURS = [1, 2, 4, 8, 24, 48, 72, 168] as const;
export const PERCENTILES = [25, 50, 75, 90] as const;

/** The times between delivery and answer. */
export interface Times {
  answered: number;
  /** By number of the bucket; empty ones may be left out. */
  buckets: Map<number, number>;
  /** In milliseconds. */
  percentiles: Map<number, number>;
}

/** The place, from 1, of a percentile among so many times in order. */
export const placeOfPercentile = (percentile: number, times: number): number =>
  Math.floor((percentile * (times - 1)) / 100) + 1;

/** 1 January 1970 was a Thursday, day 3 of a week that begins with Monday as 0. */
export const THURSDAY = 3;
