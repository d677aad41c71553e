/** What is counted of weeks of people, by the number of emails that were delivered in them. */
import type { CampaignKind } from '../../domain/campaign-kind.ts';
import type { WeekStart } from '../../domain/time.ts';
import type { BrandWeeks } from './brand-weeks.ts';

export interface WeeksAsked {
  brand_weeks: readonly BrandWeeks[];
  week_start: WeekStart;
  /** Only emails of this kind; all when undefined. */
  campaign_kind: CampaignKind | undefined;
}

/** The last bucket has all weeks with so many messages or more. */
export const MANY = 5;

/** By random group of people. */
export type Counts = Record<'weeks' | 'people' | 'clicks' | 'orders' | 'losses', Map<number, number>>;

export function emptyBuckets(): Counts[] {
  return Array.from({ length: MANY + 1 }, () => ({
    weeks: new Map(),
    people: new Map(),
    clicks: new Map(),
    orders: new Map(),
    losses: new Map(),
  }));
}
