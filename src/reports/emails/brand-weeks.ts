/** Calendar weeks of the zone of each brand, for SQL. */
import type { Plan } from '../../attribution/plan.ts';
import {
  dayOf,
  MS_PER_DAY,
  type OffsetPeriod,
  offsetPeriods,
  startOfDayMs,
  WEEK_OFFSETS,
  type WeekStart,
} from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { fill, type Relation } from '../../warehouse/relation.ts';
import type { Row } from '../../warehouse/schema.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { BRAND_WEEKS } from '../relations.ts';

/** The number of the week of a day. */
export const weekOf = (day_number: number, first: WeekStart): number =>
  Math.floor((day_number + WEEK_OFFSETS[first]) / 7);

/** The number of the week of a local time. */
export const weekOfMs = (local_ms: number, first: WeekStart): number =>
  Math.floor((local_ms + WEEK_OFFSETS[first] * MS_PER_DAY) / (7 * MS_PER_DAY));

/** SQL for the number of the week of a local time, or of a day. */
export const weekOfLocal = (local_ms: string, first: WeekStart): string =>
  `floor_div(${local_ms} + ${WEEK_OFFSETS[first] * MS_PER_DAY}, ${7 * MS_PER_DAY})`;
export const weekOfDay = (day_number: string, first: WeekStart): string =>
  `floor_div(${day_number} + ${WEEK_OFFSETS[first]}, 7)`;

/** The offset of the zone of a brand in a part of time, and the first and last whole week of its period. */
export interface BrandWeeks extends OffsetPeriod {
  brand_id: string;
  first_week: number;
  last_week: number;
}

/** By brand and part of time, and the most whole weeks of a brand. Of a brand without a whole week the last lies before the first. */
export async function brandWeeks({ brands }: Plan, first: WeekStart): Promise<{ rows: BrandWeeks[]; weeks: number }> {
  const rows: BrandWeeks[] = [];
  const turns = new WorkTurns();
  let weeks = 0;
  for (const { brand_id, settings, start_ms, end_ms } of brands) {
    if (turns.ends(1)) await turns.next();
    const zone = settings.time_zone;
    const start_day = dayOf(zone, start_ms);
    const from_day = startOfDayMs(start_day, zone) < start_ms ? start_day + 1 : start_day;
    // The day of the end is not in the period, or not all of it.
    const first_week = weekOf(from_day + 6, first);
    const last_week = weekOf(dayOf(zone, end_ms), first) - 1;
    weeks = Math.max(weeks, last_week - first_week + 1);
    for (const period of offsetPeriods(zone, start_ms, end_ms))
      rows.push({ brand_id, ...period, first_week, last_week });
  }
  return { rows, weeks };
}

/** Makes `brand_weeks`. */
export async function makeBrandWeeks(snapshot: Snapshot, rows: readonly BrandWeeks[]): Promise<Relation> {
  return fill(
    snapshot,
    BRAND_WEEKS,
    rows.map((row): Row => ({ ...row })),
  );
}
