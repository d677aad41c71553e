/** How many people ordered in each brand and in all together. Brands share people only where the configuration says so. */
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { logNumber } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import { JOINED_BRANDS } from './relations.ts';

/** People with an id that another brand has too. Each takes about 200 bytes. */
const MOST_SHARED = 1_000_000;

export interface Customers {
  by_brand: ReadonlyMap<string, number>;
  /** People that are counted once less than once in each brand. */
  shared: number;
}

type Orders = Pick<OrderRelations, 'orders' | 'events'>;

export async function readCustomers(
  snapshot: Snapshot,
  plan: Plan,
  query: Orders,
  groups: readonly (readonly string[])[],
): Promise<Customers> {
  const rows = await snapshot.query(
    `select o.brand_id as brand_id, count(distinct o.person_key) as customers
     from ${query.orders.name} o where o.order_no in ${ordered(query)} group by o.brand_id`,
  );
  const by_brand = readAll(rows, { brand_id: 'text', customers: 'number' });
  return {
    by_brand: new Map(by_brand.map(({ brand_id, customers }) => [brand_id, customers])),
    shared: groups.length === 0 ? 0 : await countShared(snapshot, plan, query, groups),
  };
}

const ordered = ({ events }: Orders): string => `(select order_no from ${events.name} where event = 'order')`;

/** How many people fewer there are when those who share a customer id are one. */
async function countShared(
  snapshot: Snapshot,
  plan: Plan,
  query: Orders,
  groups: readonly (readonly string[])[],
): Promise<number> {
  await fill(
    snapshot,
    JOINED_BRANDS,
    groups.flatMap((brands, group_no) => brands.map((brand_id) => ({ brand_id, group_no }))),
  );
  const rows = await snapshot.query(
    `with named as (
       select distinct g.group_no as group_no, o.brand_id as brand_id, o.person_key as person_key, c.customer_id as customer_id
       from ${query.orders.name} o join conversions c on ${logNumber('c', plan.positions.conversions)} = o.order_no
         join ${JOINED_BRANDS.name} g on g.brand_id = o.brand_id
       where c.customer_id is not null and o.order_no in ${ordered(query)}),
     shared as (select group_no, customer_id from named group by group_no, customer_id having count(distinct brand_id) > 1)
     select n.group_no as group_no, n.brand_id as brand_id, n.person_key as person_key, n.customer_id as customer_id
     from named n join shared s on s.group_no = n.group_no and s.customer_id = n.customer_id limit ${MOST_SHARED + 1}`,
  );
  if (rows.length > MOST_SHARED)
    throw new TributaryError(
      'unprocessable',
      `start: the brands share more than ${MOST_SHARED} customers in this period, the limit; ask for a shorter period`,
      { field: 'start' },
    );
  const found = readAll(rows, { group_no: 'number', brand_id: 'text', person_key: 'bigint', customer_id: 'text' });
  return people(
    found.map((row): [string, string] => [
      JSON.stringify([row.brand_id, String(row.person_key)]),
      JSON.stringify([row.group_no, row.customer_id]),
    ]),
  );
}

/** The number of people less the number of them when all who share an id, directly or over others, are one. */
function people(named: ReadonlyArray<[person: string, id: string]>): number {
  const parents = new Map<string, string>();
  const root = (name: string): string => {
    let top = name;
    for (let next = parents.get(top); next !== undefined && next !== top; next = parents.get(top)) top = next;
    for (let at = name; at !== top; ) {
      const next = parents.get(at)!;
      parents.set(at, top);
      at = next;
    }
    return top;
  };
  const persons = new Set<string>();
  for (const [person, id] of named) {
    persons.add(`p${person}`);
    const [a, b] = [root(`p${person}`), root(`i${id}`)];
    parents.set(a, a);
    parents.set(b, a);
  }
  return persons.size - new Set([...persons].map(root)).size;
}
