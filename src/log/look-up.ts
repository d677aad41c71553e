/** Looks up which records the warehouse holds already. */

import { type RecordName, recordKind } from '../domain/index.ts';
import { CLAIMED_ID } from '../domain/page-conversion.ts';
import type { FlatRecord, Value } from '../domain/record.ts';
import type { Snapshot, Warehouse } from '../warehouse/port.ts';
import { currentPosition } from '../warehouse/position.ts';
import { type Row, textColumn } from '../warehouse/schema.ts';
import { sentFields } from './kept-record.ts';
import { idKey } from './seen-ids.ts';
import { latestStatements, sentIdSql } from './statements.ts';

/** A record by kind, brand and stored id. */
export interface Wanted {
  record: RecordName;
  brand_id: Value;
  id: Value;
}

/** A record that the log holds. */
export interface KnownRecord {
  content_hash: bigint;
  /** The fields that a page sent; set for page conversions. */
  from_page?: FlatRecord;
}

export const keyOf = ({ record, brand_id, id }: Wanted): string => idKey(record, brand_id, id);

/** Those of the wanted records that the warehouse holds, by {@link keyOf}. */
export async function lookUp(wanted: readonly Wanted[], warehouse: Warehouse): Promise<Map<string, KnownRecord>> {
  const known = new Map<string, KnownRecord>();
  if (wanted.length === 0) return known;
  await warehouse.read(
    async (snapshot) => {
      for (const [record, group] of groupByRecord(wanted)) await lookUpKind(snapshot, record, group, known);
    },
    { for: 'loading' },
  );
  return known;
}

async function lookUpKind(
  snapshot: Snapshot,
  record: RecordName,
  wanted: readonly Wanted[],
  known: Map<string, KnownRecord>,
): Promise<void> {
  const { id_field, kept, pages } = recordKind(record);
  await snapshot.relation(
    'wanted',
    [textColumn('brand_id'), textColumn('id')],
    wanted.map(({ brand_id, id }) => ({ brand_id, id })),
  );
  const from = `from ${record} t join wanted w on w.brand_id = t.brand_id and w.id = ${sentIdSql(record, 't')}`;
  const rows = await snapshot.query(
    kept === 'latest'
      ? latestStatements(record, await currentPosition(snapshot), { columns: ['content_hash'], from })
      : `select t.brand_id as brand_id, t.${id_field} as id, t.content_hash as content_hash ${from}`,
  );
  for (const { brand_id, id, content_hash } of rows)
    known.set(keyOf({ record, brand_id: brand_id as string, id: id as string }), {
      content_hash: content_hash as bigint,
    });
  if (pages !== 'if_allowed' || rows.length === 0) return;
  for (const row of await snapshot.query(
    `select ${pageConversionColumns(record)} ${from} where t.${CLAIMED_ID} is not null`,
  )) {
    const item = itemOf(row);
    known.get(keyOf({ record, brand_id: item['brand_id']!, id: item[id_field]! }))!.from_page = sentFields(
      record,
      item,
    );
  }
}

/** SQL for the columns of a page conversion, as an item has them. */
function pageConversionColumns(record: RecordName): string {
  const columns = recordKind(record).fields.map(({ stored_name, kind }) =>
    kind === 'instant' ? `epoch_ms(t.${stored_name}) as ${stored_name}` : `t.${stored_name} as ${stored_name}`,
  );
  return [...columns, `t.${CLAIMED_ID} as ${CLAIMED_ID}`].join(', ');
}

/** A row as an item: without missing values, and with whole numbers as numbers. */
function itemOf(row: Row): FlatRecord {
  const given = Object.entries(row).filter(([, cell]) => cell !== null);
  return Object.fromEntries(
    given.map(([name, cell]) => [name, typeof cell === 'bigint' ? Number(cell) : cell]),
  ) as FlatRecord;
}

function groupByRecord(wanted: readonly Wanted[]): Map<RecordName, Wanted[]> {
  const groups = new Map<RecordName, Wanted[]>();
  for (const one of wanted) {
    const group = groups.get(one.record) ?? [];
    groups.set(one.record, group);
    group.push(one);
  }
  return groups;
}
