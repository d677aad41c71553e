/** The relations of the consolidated report. */
import { defineRelation } from '../../warehouse/relation.ts';

export const SHARING_BRANDS = defineRelation('sharing_brands', 'a brand of a group that shares orders', {
  key: ['brand_id'],
  columns: { brand_id: 'text', group_no: 'int', place: 'int', rank: 'int' },
});

export const REPEATED_ORDERS = defineRelation(
  'repeated_orders',
  'an order that counts for another brand, which has an order of the same id',
  { key: ['order_no'], columns: { order_no: 'int', counted_in: 'text' } },
);

export const JOINED_BRANDS = defineRelation('joined_brands', 'a brand whose people may be those of other brands', {
  key: ['brand_id'],
  columns: { brand_id: 'text', group_no: 'int' },
});
