/** The temporary tables of destinations. */
import { defineRelation } from '../../warehouse/relation.ts';

export const TOLD_CONVERSIONS = defineRelation('told_conversions', 'a conversion that destinations are told of', {
  key: ['conversion_id'],
  columns: { conversion_id: 'text' },
});
export const TOLD_SUBJECTS = defineRelation(
  'told_subjects',
  'an id that a message names, with the place of the message',
  {
    key: ['place', 'subject_key'],
    columns: { place: 'int', subject_key: 'int' },
  },
);
export const TOLD_PEOPLE = defineRelation('told_people', 'a customer that destinations are told of', {
  key: ['person_id'],
  columns: { person_id: 'text' },
});
