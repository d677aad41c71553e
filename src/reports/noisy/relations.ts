/** The temporary tables of answers with noise. */
import { defineRelation } from '../../warehouse/relation.ts';

/** The columns g0, g1, … name the group. */
const KEYS = /^g\d+$/;

export const CONTRIBUTIONS = defineRelation(
  'contributions',
  'what one person contributes to one group of table table_no, without bounds; conversions in the unit of the report',
  {
    key: [],
    columns: { person_key: 'int', table_no: 'int', conversions: 'int128', micros: 'int128' },
    more: KEYS,
  },
);
export const BOUNDED_CONTRIBUTIONS = defineRelation(
  'bounded_contributions',
  'a contribution with its place among those of its person, and what the bounds leave of it',
  {
    key: [],
    columns: {
      person_key: 'int',
      table_no: 'int',
      place: 'int',
      conversions: 'int128',
      micros: 'int128',
      bounded_conversions: 'int128',
      bounded_micros: 'int128',
    },
    more: KEYS,
  },
);
