/** Journeys by length with noise. */
import { makeJourneys } from '../../attribution/journeys.ts';
import { attribute } from '../../attribution/query.ts';
import { materialise } from '../../warehouse/relation.ts';
import { applyFilters, readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { LENGTH_NO, LENGTHS } from '../journey-rows.ts';
import { boundedSums } from './bounded.ts';
import type { Noisy } from './declared.ts';
import { refuseTouchFilters } from './refusals.ts';
import { CONTRIBUTIONS } from './relations.ts';

const COUNTS = { name: 'journeys', unit: 1n } as const;

export const journeysWithNoise: Noisy = {
  gives: 'people, journeys and net revenue by length of the journey',
  counts: COUNTS,
  has_model: true,
  ask: ({ filter, ...shared }) => {
    const filters = readFilters(filter as string[] | undefined, DEFAULT_WEEK_START);
    refuseTouchFilters(filters);
    return {
      shared,
      options: { extra: { report: 'journeys' }, filters },
      tables: [
        {
          field: 'groups',
          key_fields: ['journey_length'],
          groups: () => ({ named: LENGTHS.map((length) => [length]), open: false }),
        },
      ],
      read: async (snapshot, context, plan, bounds) => {
        const query = await attribute(snapshot, plan, context.directory);
        const { chosen } = await applyFilters(snapshot, plan, query, filters, DEFAULT_WEEK_START);
        const { journeys } = await makeJourneys(snapshot, plan, chosen);
        await materialise(
          snapshot,
          CONTRIBUTIONS,
          `select j.person_key as person_key, 0 as table_no, int128(count(*)) as conversions, sum128(j.micros) as micros, j.length_no as g0
           from (select person_key, micros, ${LENGTH_NO} as length_no from ${journeys.name}) j group by j.person_key, j.length_no`,
        );
        return boundedSums(snapshot, {
          bounds,
          unit: COUNTS.unit,
          tables: 1,
          keys: 1,
          keysOf: (_, row) => [LENGTHS[Number(row['g0'])]!],
        });
      },
    };
  },
};
