/** Reads people and puts them into cohorts: what the reports on cohorts and lifetime value begin with. */
import { PERSON_GROUPS } from '../../attribution/plan.ts';
import { formatInstant, type WeekStart } from '../../domain/time.ts';
import type { ExactSums } from '../../histories/exact.ts';
import { drawGroups, type GroupDraws } from '../../learning/group-bootstrap.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { ReportContext, ReportJson, Resolved } from '../context.ts';
import type { CreditSource } from '../credit-source.ts';
import type { Filters } from '../filters.ts';
import type { Warning } from '../warning.ts';
import type { Observed } from './cohort-ages.ts';
import { type Cohorts, cohortsOf, valuesOf } from './cohort-people.ts';
import { type Lifetimes, lastDays } from './lifetimes.ts';
import type { CohortsBy } from './parameters.ts';
import { readLifetimes } from './read-lifetimes.ts';

/** Draws of the bootstrap, and its seed: the same answer each time. */
const DRAWS = 300;
const SEED = 1;
/** They do not depend on the data, so they are made once. */
let made_draws: GroupDraws | undefined;
export const cohortDraws = (): GroupDraws => (made_draws ??= drawGroups(DRAWS, PERSON_GROUPS, SEED));

export interface CohortFacts extends Cohorts {
  lifetimes: Lifetimes;
  /** Null without orders. */
  observed: Observed | null;
  /** By person, the net value of all orders. */
  values: ExactSums;
  credit: CreditSource | null;
  warnings: Warning[];
}

export interface CohortsAsked {
  by: CohortsBy;
  week_start: WeekStart;
  filters: Filters;
  /** For the credit of the people in the period, and for the orders of all others whom the filters let pass. */
  with_prediction: boolean;
}

export async function readCohorts(
  snapshot: Snapshot,
  context: ReportContext,
  { plan }: Pick<Resolved, 'plan'>,
  { by, week_start, filters, with_prediction }: CohortsAsked,
): Promise<CohortFacts> {
  const with_first_touch = by === 'first_channel' || by === 'campaign';
  const with_paths = with_prediction || with_first_touch;
  const asked = {
    filters,
    only_chosen: !with_prediction,
    with_segments: by === 'segment',
    with_paths,
    with_first_touch,
  };
  const { lifetimes, until_ms, credit, warnings } = await readLifetimes(snapshot, context, plan, asked);
  const values = await valuesOf(lifetimes);
  const cohorts = await cohortsOf(lifetimes, values, by, week_start);
  return {
    ...cohorts,
    lifetimes,
    observed: until_ms === null ? null : { until_ms, days: lastDays(plan.brands, until_ms) },
    values,
    credit,
    warnings: [...warnings, ...leftOut(cohorts)],
  };
}

function leftOut({ cohorts, left_out }: Cohorts): Warning[] {
  if (left_out.cohorts === 0) return [];
  return [
    {
      code: 'cohorts_cut',
      count: left_out.cohorts,
      message: `cohorts with ${left_out.people} customers are in no row, because there are more than ${cohorts.length}; those with the most revenue are shown`,
    },
  ];
}

/** Until when the log tells of orders, for an answer. */
export const observedField = (observed: Observed | null): ReportJson => ({
  observed_until: observed === null ? null : formatInstant(observed.until_ms),
});
