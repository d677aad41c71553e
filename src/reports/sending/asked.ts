/** What the comparison of numbers of emails and of times of sending asks, in fixed numbers. docs/semantics.md 28. */
import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';

/** Emails in so long a time before an email are what is compared. */
export const EXPOSURE_MS = 7 * MS_PER_DAY;
/** How many emails a person usually gets is read of so long a time before {@link EXPOSURE_MS}. */
export const USUAL_MS = 28 * MS_PER_DAY;
/** Upper ends of the classes of the usual number of emails. One more has no upper end. The first is none at all. */
export const USUAL_CLASSES = [0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 28] as const;

/**
 * Parts of the time after an email, in hours. The hazard is compared part by part, because it falls with time: of people who get another
 * email soon, only the first hours are seen.
 */
export const AGE_HOURS = [6, 24, 48, 72] as const;
export const WINDOW_MS = AGE_HOURS.at(-1)! * MS_PER_HOUR;

/** Orders before an email are read of so long a time, which ends where the control begins. */
export const BOUGHT_MS = 90 * MS_PER_DAY;
/** From so long before an email on, nothing is read for the classes of like people but the usual number of emails. */
export const CONTROL_BEFORE_MS = EXPOSURE_MS + WINDOW_MS;
/** Classes: none, one and more orders. */
export const MOST_BOUGHT = 2;

/** Emails and orders are read from so long before the period on. */
export const EMAILS_FROM_MS = EXPOSURE_MS + USUAL_MS;
export const ORDERS_FROM_MS = CONTROL_BEFORE_MS + BOUGHT_MS;

export const BLOCK_HOURS = 4;
/** Orders count for so long: each hour of the day, or of the week, is in it once. So its own rhythm of orders cancels. */
export const AFTER_MS = { block: MS_PER_DAY, weekday: 7 * MS_PER_DAY } as const;

/** Each side of a comparison needs so many emails, and the smaller one, by its share of the emails, so many events. */
export const LEAST = { emails: 300, events: 10 } as const;
/** Intervals of several comparisons at once have the level 1 - ALPHA / their number (Bonferroni). Controls have 1 - ALPHA. */
export const ALPHA = 0.05;

/** With more emails, those of every second, fourth or so group of people are left out. */
export const MAX_EMAILS = 1_000_000;
