/** What the report on the effects of sends is asked for, and its fixed numbers. docs/semantics.md 26. */
import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';

export interface SendsAsked {
  /** Orders count for so long after the start of a wave, and before it for the control. */
  window_ms: number;
  /** Eligible people were sent an email in so long a time before a blast. Their behaviour of as long a time makes the strata. */
  list_ms: number;
  campaign_id: string | null;
}

/**
 * The window less what may be missing of it: waves that are sent at the same hour of two days begin a few minutes more or less than 24
 * hours apart. So those who wait for all but a 24th of the window are compared.
 */
export const waitOf = ({ window_ms }: Pick<SendsAsked, 'window_ms'>): number => window_ms - Math.floor(window_ms / 24);

/** Blasts of one answer, the newest first. */
export const MAX_BLASTS = 30;
/** Waves of one blast. */
export const MAX_WAVES = 12;
/** A pause of more than so many hours ends a blast, so that a weekly newsletter under one name is one blast a week. */
export const PAUSE_HOURS = 72;
export const PAUSE_MS = PAUSE_HOURS * MS_PER_HOUR;
/** What goes on for longer is no blast: emails that people get one by one. */
export const LONGEST_BLAST_MS = 14 * MS_PER_DAY;

/** Intervals have the level 1 - ALPHA. */
export const ALPHA = 0.05;
/** A control is near zero if its 90 % interval lies within this part of what people do who were not sent. */
export const TOLERANCE = 0.2;
/**
 * The least people of either side for a comparison, and the least orders of the smaller side by its share of the people: with fewer, the
 * spread is not known.
 */
export const LEAST = { people: 50, orders: 5 } as const;

/** What proves that an email was sent to somebody. */
export const SENT_KINDS = `'sent', 'delivered', 'bounced'`;
