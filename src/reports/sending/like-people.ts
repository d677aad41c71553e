/** Classes of like people at the moment of an email, and the zone of each brand. */
import type { Plan } from '../../attribution/plan.ts';
import { MS_PER_DAY, MS_PER_HOUR, type OffsetPeriod, offsetPeriods } from '../../domain/time.ts';
import { BOUGHT_MS, CONTROL_BEFORE_MS, EXPOSURE_MS, MOST_BOUGHT, USUAL_CLASSES, USUAL_MS } from './asked.ts';
import type { PersonEvents } from './person-events.ts';

/** The class of a usual number of emails; 0 is none. */
export function usualClass(emails: number): number {
  const place = USUAL_CLASSES.findIndex((most) => emails <= most);
  return place === -1 ? USUAL_CLASSES.length : place;
}

const BOUGHT_CLASSES = MOST_BOUGHT + 1;
export const LIKE_CLASSES = (USUAL_CLASSES.length + 1) * BOUGHT_CLASSES;

/** The class of a person at an instant: how many emails are usual, and orders of the time before the control. */
export function likeClass(person: PersonEvents, at_ms: number): { usual: number; like: number } {
  const usual = usualClass(person.emails(at_ms - EXPOSURE_MS - USUAL_MS, at_ms - EXPOSURE_MS));
  const until = at_ms - CONTROL_BEFORE_MS;
  const bought = Math.min(person.orders(until - BOUGHT_MS, until), MOST_BOUGHT);
  return { usual, like: usual * BOUGHT_CLASSES + bought };
}

/** The span of a brand in which emails are compared, and its zone. */
export class BrandTimes {
  private readonly periods: OffsetPeriod[];
  private period: OffsetPeriod | undefined;

  /** @param until_ms what happened is known until then. */
  constructor(
    readonly start_ms: number,
    readonly until_ms: number,
    time_zone: string,
  ) {
    this.periods = until_ms > start_ms ? offsetPeriods(time_zone, start_ms, until_ms) : [];
  }

  /** The local day and hour of an instant of the span. */
  localOf(at_ms: number): { day: number; hour: number } {
    let { period } = this;
    if (period === undefined || at_ms < period.from_ms || at_ms >= period.until_ms) {
      period = this.periods.find(({ from_ms, until_ms }) => at_ms >= from_ms && at_ms < until_ms)!;
      this.period = period;
    }
    const local = at_ms + period.offset_ms;
    const day = Math.floor(local / MS_PER_DAY);
    return { day, hour: Math.floor((local - day * MS_PER_DAY) / MS_PER_HOUR) };
  }
}

/** By place of the brand in the plan. What happened is known until the end of the period, or until the log ends. */
export function brandTimes({ brands }: Plan, known_until: ReadonlyMap<string, number>): BrandTimes[] {
  return brands.map(({ brand_id, settings, start_ms, end_ms }) => {
    const until = Math.min(end_ms, known_until.get(brand_id) ?? start_ms);
    return new BrandTimes(start_ms, until, settings.time_zone);
  });
}
