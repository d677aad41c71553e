/** What the reports on cohorts and lifetime value share: their parameters, and how people are chosen. */
import { badRequest } from '../../domain/errors.ts';
import { choice } from '../../domain/parameter.ts';
import type { WeekStart } from '../../domain/time.ts';
import { Type } from '../../domain/typebox.ts';
import { type Filters, isAboutKinds, readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START, WEEK_STARTS } from '../groups.ts';

/** What cohorts are: people by what their first order has. */
export const COHORTS_BY = ['month', 'week', 'first_channel', 'campaign', 'segment', 'all'] as const;
export type CohortsBy = (typeof COHORTS_BY)[number];
export const DEFAULT_BY: CohortsBy = 'month';

/** A period without a start has the cohorts of a year. */
export const DEFAULT_COHORT_DAYS = 365;

export const COHORT_PARAMETERS = {
  by: Type.Optional(
    choice(COHORTS_BY, `What cohorts have in common, at their first order; ${DEFAULT_BY} when left out`, {
      'x-value': 'what',
    }),
  ),
  week_start: Type.Optional(choice(WEEK_STARTS, `First day of a week; ${DEFAULT_WEEK_START} when left out`)),
};

/** Reads filters that choose people by their first order. @throws bad_request for fields of touches and `customer_kind`. */
export function firstOrderFilters(texts: readonly string[] | undefined, week_start: WeekStart): Filters {
  const filters = readFilters(texts, week_start);
  if (filters.of_events.some(isAboutKinds))
    throw badRequest(
      'filter',
      'customer_kind says nothing of first orders, which are all of new customers; leave it out',
    );
  const wrong = filters.of_touches[0];
  if (wrong !== undefined)
    throw badRequest(
      'filter',
      `${wrong.key.field} is a field of touches; this report chooses customers by their first order, so filter by brand_id, conversion_type, segment, day, week or month, or ask with by=first_channel or by=campaign`,
    );
  return filters;
}
