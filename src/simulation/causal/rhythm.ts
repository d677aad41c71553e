/** The rhythm of the week: a factor on every rate, by day of the week and third of the day, in UTC. Its mean is 1. */
import { MS_PER_HOUR } from '../../domain/time.ts';

/** From Thursday, the first day of 1970. */
const DAYS = [0.95, 1, 1.2, 1.05, 1, 0.9, 0.9] as const;
const THIRDS = [0.35, 1.25, 1.4] as const;

export const BLOCK_MS = 8 * MS_PER_HOUR;
const FACTORS = DAYS.flatMap((day) => THIRDS.map((third) => day * third));
export const MAX_RHYTHM = Math.max(...FACTORS);

export function rhythmAt(at_ms: number): number {
  return FACTORS[Math.floor(at_ms / BLOCK_MS) % FACTORS.length]!;
}
