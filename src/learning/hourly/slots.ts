/** Hours of the week. */
import { MS_PER_HOUR } from '../../domain/time.ts';
import { HOURS_OF_WEEK } from './weeks.ts';

/** Hours from the first Monday of 1970 to its beginning. */
const MONDAY_HOURS = 96;

/** The hour of the week of an instant, from 0 (Monday at midnight) to 167, on a clock with this offset from UTC. */
export function slotAt(at_ms: number, offset_ms: number): number {
  const hours = Math.floor((at_ms + offset_ms) / MS_PER_HOUR) - MONDAY_HOURS;
  return ((hours % HOURS_OF_WEEK) + HOURS_OF_WEEK) % HOURS_OF_WEEK;
}
