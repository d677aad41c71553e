/** The temporary tables of the report on an experiment. */
import { defineRelation } from '../../warehouse/relation.ts';

export const ORDER_VALUES = defineRelation(
  'experiment_orders',
  "an order with its value and what was taken back of it, in the report's currency; both are 0 where it is not priced, since no rate converts it",
  {
    key: ['order_no'],
    columns: {
      order_no: 'int',
      person_key: 'int',
      at_ms: 'int',
      gross: 'int128',
      refunds: 'int128',
      is_priced: 'int',
    },
  },
);

export const PEOPLE = defineRelation(
  'experiment_people',
  'a person with the arm of their first assignment; crossed is 1 if ids of theirs are in several arms',
  {
    key: ['person_key'],
    columns: { person_key: 'int', arm: 'text', at_ms: 'int', crossed: 'int', exposed: 'int' },
  },
);

export const OUTCOMES = defineRelation(
  'experiment_outcomes',
  'what a person of an experiment did: micros after the assignment, and net micros before it; unpriced are orders without a rate',
  {
    key: ['person_key'],
    columns: {
      person_key: 'int',
      arm: 'text',
      crossed: 'int',
      exposed: 'int',
      observed_ms: 'int',
      converted: 'int',
      orders: 'int',
      gross: 'int128',
      refunds: 'int128',
      net: 'int128',
      before: 'int128',
      unpriced: 'int',
      unpriced_before: 'int',
    },
  },
);
