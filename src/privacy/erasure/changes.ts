/**
 * What an erasure changes in the tables. Rows that follow from others go first, because an engine without transactions may stop in
 * between: then the rows that lead to them are still there for the next try.
 */
import type { Erasure, ErasureRelation, RowChange } from '../../warehouse/port.ts';
import { tableColumns } from '../../warehouse/relation.ts';
import type { TableName } from '../../warehouse/schema.ts';
import type { ErasurePolicy } from './policy.ts';
import { ERASED_SUBJECTS, instantOf, NAMING_TABLES, namesErased, type Subject, subjectRows } from './subjects.ts';

export interface Erasing {
  subjects: readonly Subject[];
  policy: ErasurePolicy;
  /** Rows that happened later stay; null removes all. */
  until_ms: number | null;
  /** Random text, the same in each try. Names that take the place of ids are made with it, and nobody can compute them later. */
  salt: string;
}

/** SQL for the rows of a table that the erasure is about. */
export function isErased(table: TableName, { until_ms }: Pick<Erasing, 'until_ms'>): string {
  const limit = until_ms === null ? '' : ` and ${instantOf(table)} <= ${Math.floor(until_ms)}`;
  return `${namesErased(table)}${limit}`;
}

/** The ids of erased conversions, also those that pages claimed, and of their orders where no other person has a part of the order. */
const orderRelations = (erasing: Erasing): ErasureRelation[] => [
  {
    name: 'erased_conversions',
    sql: `select brand_id as gone_brand, conversion_id as gone_id, order_key as gone_key, claimed_id as gone_claim, order_id as gone_order
      from conversions where ${isErased('conversions', erasing)}`,
  },
  {
    name: 'shared_orders_left',
    sql: `select order_key as shared_key from (select order_key, case when ${isErased('conversions', erasing)} then 0 else 1 end as is_left
        from conversions where order_key in (select gone_key from erased_conversions)) c
      group by order_key having sum(is_left) > 0`,
  },
  {
    name: 'erased_orders',
    sql: `select distinct o.gone_brand as gone_brand, o.gone_name as gone_name from (
        select gone_brand, gone_key, gone_order as gone_name from erased_conversions where gone_order is not null
        union all select gone_brand, gone_key, gone_id from erased_conversions
        union all select gone_brand, gone_key, gone_claim from erased_conversions where gone_claim is not null) o
      where o.gone_key not in (select shared_key from shared_orders_left)`,
  },
  {
    name: 'erased_adjustments',
    sql: `select brand_id as gone_brand, adjustment_id as gone_id from adjustments where ${changesErasedOrder}`,
  },
];

const changesErasedOrder = `((brand_id, coalesce(order_id, '')) in (select gone_brand, gone_name from erased_orders)
  or (brand_id, coalesce(conversion_id, '')) in (select gone_brand, gone_name from erased_orders))`;

const TOUCHES: (erasing: Erasing) => ErasureRelation = (erasing) => ({
  name: 'erased_touchpoints',
  sql: `select brand_id as gone_brand, touchpoint_id as gone_id from touchpoints where ${isErased('touchpoints', erasing)}`,
});

const LETTERS: (erasing: Erasing) => ErasureRelation = (erasing) => ({
  name: 'erased_letters',
  sql: `select dead_letter_id as gone_letter from dead_letters where ${isErased('dead_letters', erasing)}`,
});

/** How the names begin that take the place of ids. */
export const ERASED = 'erased_';

/** A name in the place of an id: the same for one id within an erasure, and of no use without the salt, which is forgotten. */
const standIn = (salt: string, id: string): string =>
  `concat('${ERASED}', substr(sha256_text(concat('${salt}', ${id})), 1, 32))`;

/** A column of frozen runs with an id, and the relation with the ids that go: `gone_brand` and `gone_id`. */
export type GoneIds = readonly [column: string, relation: string];

/** The results of frozen runs lose the ids of what goes, and keep every amount. */
export function resultsWithout(gone: readonly GoneIds[], salt: string): RowChange {
  const inGone = (id: string, relation: string): string =>
    `(brand_id, coalesce(${id}, '')) in (select gone_brand, gone_id from ${relation})`;
  return {
    table: 'attribution_results',
    where: `(${gone.map(([id, relation]) => inGone(id, relation)).join(' or ')})`,
    set: Object.fromEntries(
      gone.map(([id, relation]) => [id, `case when ${inGone(id, relation)} then ${standIn(salt, id)} else ${id} end`]),
    ),
  };
}

function changeResults({ policy, salt }: Erasing): RowChange {
  const orders: GoneIds[] = [
    ['conversion_id', 'erased_conversions'],
    ['value_event', 'erased_adjustments'],
  ];
  return resultsWithout([['touchpoint_id', 'erased_touchpoints'], ...(policy.orders === 'remove' ? orders : [])], salt);
}

/** An order that stays belongs to an anonymous id that only it has. Nothing else that the sender told of the person stays with it. */
function keepOrders(erasing: Erasing): RowChange {
  const { salt } = erasing;
  // The conversions of one order stay one person's.
  const anyone = standIn(salt, 'text128(int128(order_key))');
  return {
    table: 'conversions',
    where: isErased('conversions', erasing),
    set: {
      customer_id: 'null',
      anonymous_id: anyone,
      subject_key: `text_key(concat(brand_id, chr(0), ${anyone}))`,
      session_id: 'null',
      conversion_page: 'null',
      custom_properties: 'null',
      match_method: 'null',
      match_confidence: 'null',
      content_hash: 'int64(0)',
    },
  };
}

export function erasureOf(erasing: Erasing): Erasure {
  const { policy, subjects } = erasing;
  const removes = policy.orders === 'remove';
  const own = NAMING_TABLES.filter((table) => table !== 'dead_letters' && (removes || table !== 'conversions'));
  const changes: RowChange[] = [
    changeResults(erasing),
    ...(removes ? [{ table: 'adjustments' as const, where: changesErasedOrder }] : []),
    {
      table: 'reclassifications',
      where: '(brand_id, touchpoint_id) in (select gone_brand, gone_id from erased_touchpoints)',
    },
    { table: 'dead_letters', where: 'dead_letter_id in (select gone_letter from erased_letters)' },
    ...own.map((table) => ({ table, where: isErased(table, erasing) })),
    ...(removes ? [] : [keepOrders(erasing)]),
  ];
  return {
    relations: [
      { name: ERASED_SUBJECTS.name, columns: tableColumns(ERASED_SUBJECTS), rows: subjectRows(subjects) },
      ...orderRelations(erasing),
      TOUCHES(erasing),
      LETTERS(erasing),
    ],
    changes,
  };
}
