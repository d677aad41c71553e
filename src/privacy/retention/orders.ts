/**
 * Which orders go: an order goes as a whole, once all its conversions and all its refunds and other changes are old. A part that went
 * alone would change its value. docs/semantics.md 24.
 */
import { CLAIMED_ID } from '../../domain/page-conversion.ts';
import type { ErasureRelation } from '../../warehouse/port.ts';
import type { TableName } from '../../warehouse/schema.ts';
import { isAged } from './aged-sql.ts';
import type { Edges } from './edges.ts';

const AGED_KEYS: (edges: Edges) => ErasureRelation = (edges) => ({
  name: 'aged_orders',
  sql: `select distinct order_key as aged_key from conversions where ${isAged(edges, 'orders', 'conversions')}`,
});

/** The ids by which adjustments may name these orders, also those that pages claimed. */
const NAMES: ErasureRelation = {
  name: 'aged_names',
  sql: ['order_id', 'conversion_id', CLAIMED_ID]
    .map(
      (column) =>
        `select order_key as named_key, brand_id as named_brand, ${column} as named_id from conversions
         where ${column} is not null and order_key in (select aged_key from aged_orders)`,
    )
    .join(' union all '),
};

/**
 * The orders that stay: with a part that is not old, an adjustment that is not old and names it in any way, or a page conversion that is
 * not old and would count if the server's were not there.
 */
function held(edges: Edges): ErasureRelation {
  const newer = `not ${isAged(edges, 'orders', 'adjustments')}`;
  const newer_conversion = `not ${isAged(edges, 'orders', 'conversions')}`;
  return {
    name: 'held_orders',
    sql: `select order_key as held_key from conversions where ${newer_conversion} and order_key in (select aged_key from aged_orders)
      union all select named_key from aged_names where (named_brand, named_id) in
        (select brand_id, order_id from adjustments where order_id is not null and ${newer})
      union all select named_key from aged_names where (named_brand, named_id) in
        (select brand_id, conversion_id from adjustments where conversion_id is not null and ${newer})
      union all select order_key from conversions where order_key in (select aged_key from aged_orders) and (brand_id, conversion_id) in
        (select brand_id, ${CLAIMED_ID} from conversions where ${CLAIMED_ID} is not null and ${newer_conversion})`,
  };
}

/** An adjustment goes with its order. One whose order is not known goes when it is old itself. */
function goneAdjustments(edges: Edges): ErasureRelation {
  const aged = isAged(edges, 'orders', 'adjustments');
  return {
    name: 'gone_adjustments',
    sql: `select brand_id as gone_brand, adjustment_id as gone_id from adjustments where
        (conversion_id is not null and (brand_id, coalesce(conversion_id, '')) in (select gone_brand, gone_id from gone_conversions))
        or (conversion_id is null and (brand_id, coalesce(order_id, '')) in (select gone_brand, gone_order from gone_conversions where gone_order is not null))
        or (${aged} and conversion_id is not null and (brand_id, coalesce(conversion_id, '')) not in (select known_brand, known_id from known_conversions))
        or (${aged} and conversion_id is null and (brand_id, coalesce(order_id, '')) not in (select known_brand, known_id from known_orders))`,
  };
}

function known(name: string, column: string, by: string, edges: Edges): ErasureRelation {
  return {
    name,
    sql: `select distinct brand_id as known_brand, ${by} as known_id from conversions where (brand_id, coalesce(${by}, '')) in
      (select brand_id, ${column} from adjustments where ${column} is not null and ${isAged(edges, 'orders', 'adjustments')})`,
  };
}

export function goneOrders(edges: Edges): {
  relations: ErasureRelation[];
  rows: Array<{ table: TableName; where: string }>;
} {
  const gone = 'order_key in (select gone_key from gone_orders)';
  return {
    relations: [
      AGED_KEYS(edges),
      NAMES,
      held(edges),
      {
        name: 'gone_orders',
        sql: 'select aged_key as gone_key from aged_orders where aged_key not in (select held_key from held_orders)',
      },
      {
        name: 'gone_conversions',
        sql: `select brand_id as gone_brand, coalesce(${CLAIMED_ID}, conversion_id) as gone_id, order_id as gone_order from conversions where ${gone}`,
      },
      known('known_conversions', 'conversion_id', `coalesce(${CLAIMED_ID}, conversion_id)`, edges),
      known('known_orders', 'order_id', 'order_id', edges),
      goneAdjustments(edges),
    ],
    rows: [
      // An order that is left after a crash leads to its changes, so these go first.
      {
        table: 'adjustments',
        where: '(brand_id, adjustment_id) in (select gone_brand, gone_id from gone_adjustments)',
      },
      { table: 'conversions', where: gone },
    ],
  };
}
