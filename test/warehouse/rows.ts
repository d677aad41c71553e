/** Rows for tests of the warehouse: every column filled, so that a test names only what it is about. */
import { afterAll, beforeAll } from 'vitest';
import type { Batch, Snapshot, Warehouse } from '../../src/warehouse/port.ts';
import type { Cell, Column, Row, TableName } from '../../src/warehouse/schema.ts';
import { TABLES } from '../../src/warehouse/schema.ts';

/** Opens a new, empty warehouse. Its reads end at `read_timeout_ms`, or at the engine's own limit. */
export type OpenWarehouse = (limits?: { read_timeout_ms?: number }) => Promise<Warehouse>;

export const AT_MS = Date.UTC(2026, 2, 1, 12, 0, 0, 7);

const DEFAULTS: Record<Column['type'], Cell> = { text: 'x', int64: 1, float64: 0.5, instant: AT_MS };

/** A whole row of a table: nullable columns null, the others with something in them, and `values` on top. */
export function rowOf(table: TableName, values: Row = {}): Row {
  const row = Object.fromEntries(TABLES[table].columns.map((c) => [c.name, c.nullable ? null : DEFAULTS[c.type]]));
  return { ...row, ...values };
}

/** The batch as the loader sends it: with a commit of the last position of its rows. An engine may hide rows until then. */
export function committed(batch: Batch): Batch {
  const last = new Map<Cell, bigint>();
  for (const row of Object.values(batch).flat()) {
    const log_seq = BigInt(row['log_seq'] ?? 0);
    if (log_seq > (last.get(row['collector_id']!) ?? -1n)) last.set(row['collector_id']!, log_seq);
  }
  const commits = [...last].map(([collector_id, log_seq]) => rowOf('commits', { collector_id, log_seq }));
  return { ...batch, commits: [...(batch.commits ?? []), ...commits] };
}

export const int64 = (name: string): Column => ({ name, type: 'int64', nullable: true });
export const text = (name: string): Column => ({ name, type: 'text', nullable: true });
export const instant = (name: string): Column => ({ name, type: 'instant', nullable: true });
export const float64 = (name: string): Column => ({ name, type: 'float64', nullable: true });

/** A migrated warehouse for the tests of one `describe`. */
export function shared(open: OpenWarehouse): { warehouse: Warehouse } {
  const held = {} as { warehouse: Warehouse };
  beforeAll(async () => {
    held.warehouse = await open();
    await held.warehouse.migrate();
  });
  afterAll(() => held.warehouse.close());
  return held;
}

export async function count(snapshot: Snapshot, table: string): Promise<number> {
  const [row] = await snapshot.query(`select count(*) as n from ${table}`);
  return Number(row!['n']);
}
