/**
 * What goes of each kind of data, as SQL for the warehouse. A removal and its dry run use the same SQL. Rows that follow from others
 * go first, as with an erasure.
 */
import type { RecordName } from '../../domain/index.ts';
import type { ErasureRelation, RowChange } from '../../warehouse/port.ts';
import type { TableName } from '../../warehouse/schema.ts';
import { type GoneIds, resultsWithout } from '../erasure/changes.ts';
import { instantBefore, isAged } from './aged-sql.ts';
import type { Edges } from './edges.ts';
import { isKeptLink } from './kept-links.ts';
import { goneOrders } from './orders.ts';
import type { Retained } from './policy.ts';
import { outlivedKeptLinks, supersededConsents, supersededLinks, supersededSegments } from './superseded.ts';

export interface Removal {
  relations: readonly ErasureRelation[];
  /** The rows of this kind, which a dry run counts. */
  rows: ReadonlyArray<{ table: TableName; where: string }>;
  /** Rows that follow from them, and go before them. */
  following: readonly RowChange[];
}

/** The ids of records that go, by which other tables know them. */
const goneIds = (table: RecordName, id: string, where: string): ErasureRelation => ({
  name: `gone_${table}`,
  sql: `select brand_id as gone_brand, ${id} as gone_id from ${table} where ${where}`,
});

/** Later content under the id of a record that goes. */
const conflictsOf = (table: RecordName, relation = `gone_${table}`): RowChange => ({
  table: 'conflicts',
  where: `record = '${table}' and (brand_id, id) in (select gone_brand, gone_id from ${relation})`,
});

/** Frozen runs lose the ids and keep every amount. */
const results = (gone: readonly GoneIds[], salt: string): RowChange[] => [resultsWithout(gone, salt)];

type Make = (edges: Edges, salt: string) => Removal;

const touchpoints: Make = (edges, salt) => {
  const where = isAged(edges, 'touchpoints', 'touchpoints');
  return {
    relations: [goneIds('touchpoints', 'touchpoint_id', where)],
    rows: [{ table: 'touchpoints', where }],
    following: [
      ...results([['touchpoint_id', 'gone_touchpoints']], salt),
      {
        table: 'reclassifications',
        where: '(brand_id, touchpoint_id) in (select gone_brand, gone_id from gone_touchpoints)',
      },
      conflictsOf('touchpoints'),
    ],
  };
};

const orders: Make = (edges, salt) => {
  const { relations, rows } = goneOrders(edges);
  return {
    relations,
    rows,
    following: [
      ...results(
        [
          ['conversion_id', 'gone_conversions'],
          ['value_event', 'gone_adjustments'],
        ],
        salt,
      ),
      conflictsOf('conversions'),
      conflictsOf('adjustments'),
    ],
  };
};

const emailEvents: Make = (edges) => {
  const where = isAged(edges, 'email_events', 'email_events');
  return {
    relations: [goneIds('email_events', 'event_id', where)],
    rows: [{ table: 'email_events', where }],
    following: [conflictsOf('email_events')],
  };
};

/** A statement without an instant goes when no row under its id is about a day that is kept. */
const stated =
  (name: 'spend' | 'claims', id: string): Make =>
  (edges) => {
    const aged = isAged(edges, name, name);
    const where = `${aged} and (brand_id, ${id}) not in (select stays_brand, stays_id from stays_${name})`;
    return {
      relations: [
        {
          name: `stays_${name}`,
          sql: `select distinct brand_id as stays_brand, ${id} as stays_id from ${name} where not ${aged}
            and (brand_id, ${id}) in (select brand_id, ${id} from ${name} where ${aged})`,
        },
      ],
      rows: [{ table: name, where }],
      following: [],
    };
  };

/** Rows that keep a record as it was sent go by the day on which it came. */
const received =
  (name: 'conflicts' | 'dead_letters'): Make =>
  (edges) => ({
    relations: [],
    rows: [{ table: name, where: instantBefore(edges, name, 'received_at') }],
    following: [],
  });

const consents: Make = (edges) => {
  const { relations, where } = supersededConsents(edges);
  return { relations, rows: [{ table: 'consents', where: `not ${isKeptLink} and ${where}` }], following: [] };
};

const links: Make = (edges) => {
  const statements = supersededLinks(edges);
  const kept = outlivedKeptLinks(edges);
  return {
    relations: [...statements.relations, ...kept.relations],
    rows: [
      { table: 'identity_links', where: statements.where },
      { table: 'consents', where: `${isKeptLink} and ${kept.where}` },
    ],
    following: [],
  };
};

const segments: Make = (edges) => {
  const { relations, where } = supersededSegments(edges);
  return { relations, rows: [{ table: 'customer_segments', where }], following: [] };
};

const MAKERS: Readonly<Record<Exclude<Retained, 'source_letters'>, Make>> = {
  touchpoints,
  orders,
  email_events: emailEvents,
  customer_segments: segments,
  consents,
  identity_links: links,
  spend: stated('spend', 'spend_id'),
  claims: stated('claims', 'claim_id'),
  conflicts: received('conflicts'),
  dead_letters: received('dead_letters'),
};

export type RetainedRows = keyof typeof MAKERS;
/** What has rows in the warehouse, in the order in which it goes: links that joined records go after the records. */
export const RETAINED_ROWS = Object.keys(MAKERS) as RetainedRows[];

/** @param salt random text; names that take the place of ids are made with it. */
export const removalOf = (name: RetainedRows, edges: Edges, salt: string): Removal => MAKERS[name](edges, salt);
