/** Cells of the week: an hour of the day on a day of the week. */
import type { Plan } from '../../attribution/plan.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { BrandWeeks } from './brand-weeks.ts';
import { DAYS_A_WEEK, HOURS_A_DAY, THURSDAY } from './send-figures.ts';

const HOURS_A_WEEK = DAYS_A_WEEK * HOURS_A_DAY;

/** Cells are the hours of the week, from 1; 0 is none. */
export const CELLS = 1 + HOURS_A_WEEK;

export const weekdayOfCell = (cell: number): number => Math.floor((cell - 1) / HOURS_A_DAY);
export const hourOfCell = (cell: number): number => (cell - 1) % HOURS_A_DAY;

/** The cells of instants in the zones of brands. */
export class ZoneCells {
  private readonly by_brand: ReadonlyArray<readonly BrandWeeks[]>;
  private period: BrandWeeks | undefined;
  private brand = -1;

  constructor({ brands }: Plan, zones: readonly BrandWeeks[]) {
    this.by_brand = brands.map(({ brand_id }) => zones.filter((zone) => zone.brand_id === brand_id));
  }

  /** The cell of an instant of the period. @param brand the place of the brand in the plan. */
  at(at_ms: number, brand: number): number {
    let { period } = this;
    if (period === undefined || brand !== this.brand || at_ms < period.from_ms || at_ms >= period.until_ms) {
      period = this.by_brand[brand]!.find(({ from_ms, until_ms }) => at_ms >= from_ms && at_ms < until_ms)!;
      this.period = period;
      this.brand = brand;
    }
    const hour = Math.floor((at_ms + period.offset_ms) / MS_PER_HOUR) + THURSDAY * HOURS_A_DAY;
    return 1 + hour - HOURS_A_WEEK * Math.floor(hour / HOURS_A_WEEK);
  }
}
