/** Customers by the month or week of their first order, with noise. */

import { badRequest } from '../../domain/errors.ts';
import type { WeekStart } from '../../domain/time.ts';
import { DEFAULT_WEEK_START, groupKey } from '../groups.ts';
import { readCohorts } from '../lifetime/cohort-facts.ts';
import { DEFAULT_BY, DEFAULT_COHORT_DAYS, firstOrderFilters } from '../lifetime/parameters.ts';
import { boundedInMemory } from './bounded.ts';
import type { Noisy } from './declared.ts';
import { namedGroups } from './named-groups.ts';

const TIMES = ['month', 'week'] as const;

export const cohortsWithNoise: Noisy = {
  gives: 'customers, their orders and net revenue by the month or week of the first order',
  counts: { name: 'orders', unit: 1n },
  has_model: false,
  one_group: true,
  ask: ({ filter, by = DEFAULT_BY, week_start = DEFAULT_WEEK_START, ...shared }) => {
    const first = week_start as WeekStart;
    const filters = firstOrderFilters(filter as string[] | undefined, first);
    const time = TIMES.find((name) => name === by);
    if (time === undefined) throw badRequest('by', `is month or week in an answer with noise; got ${by}`);
    return {
      shared,
      options: {
        extra: { report: 'cohorts', by: time, week_start: first },
        filters,
        default_period_days: DEFAULT_COHORT_DAYS,
      },
      tables: [
        {
          field: 'groups',
          key_fields: ['cohort'],
          groups: (plan) => namedGroups([groupKey('by', time, first)], plan, filters),
        },
      ],
      read: async (snapshot, context, plan, bounds) => {
        const asked = { by: time, week_start: first, filters, with_prediction: false };
        const { cohorts, lifetimes, values } = await readCohorts(snapshot, context, { plan }, asked);
        const people = cohorts.flatMap(({ name, people: own }) =>
          own.map((person) => ({
            keys: [name],
            conversions: BigInt(lifetimes.starts[person + 1]! - lifetimes.starts[person]!),
            micros: values.total(person),
          })),
        );
        return boundedInMemory(people, bounds);
      },
    };
  },
};
