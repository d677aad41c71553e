/** Calendar days of a zone, for many instants: the offsets of the zone are searched once. */
import { MS_PER_DAY, type OffsetPeriod, offsetPeriods } from '../domain/time.ts';

const YEAR_MS = 366 * MS_PER_DAY;

export class ZoneDays {
  private periods: readonly OffsetPeriod[] = [];
  /** The periods reach from here to before `until_ms`. */
  private from_ms = Number.POSITIVE_INFINITY;
  private until_ms = Number.NEGATIVE_INFINITY;
  /** The period of the last instant, since instants that follow each other are often close. */
  private last: OffsetPeriod;

  constructor(private readonly time_zone: string) {
    const end_ms = time_zone === 'UTC' ? Number.POSITIVE_INFINITY : 0;
    this.last = { from_ms: -end_ms, until_ms: end_ms, offset_ms: 0 };
  }

  /** The number of the calendar day of an instant. */
  day(at_ms: number): number {
    if (at_ms < this.last.from_ms || at_ms >= this.last.until_ms) this.last = this.find(at_ms);
    return Math.floor((at_ms + this.last.offset_ms) / MS_PER_DAY);
  }

  private find(at_ms: number): OffsetPeriod {
    if (at_ms < this.from_ms || at_ms >= this.until_ms) {
      this.from_ms = Math.min(this.from_ms, at_ms - YEAR_MS);
      this.until_ms = Math.max(this.until_ms, at_ms + YEAR_MS);
      this.periods = offsetPeriods(this.time_zone, this.from_ms, this.until_ms);
    }
    return this.periods.find((period) => at_ms < period.until_ms)!;
  }
}

/** The calendar days of each brand, in the order of the brands. Brands of one zone share them. */
export function brandDays(brands: ReadonlyArray<{ settings: { time_zone: string } }>): ZoneDays[] {
  const zones = new Map<string, ZoneDays>();
  return brands.map(({ settings: { time_zone } }) => {
    const days = zones.get(time_zone) ?? new ZoneDays(time_zone);
    zones.set(time_zone, days);
    return days;
  });
}
