/**
 * Statements that are made anew: of the records under one id the latest by log position counts. Every one stays a row of the log,
 * because a report as of an earlier position reads the earlier one. So each is stored under an id of its own, and the id that its
 * sender knows is kept beside it. docs/semantics.md 1.
 */
import type { DerivedColumn, Value } from './record-kind.ts';

/** The column with the id that the sender knows. It is null in rows that versions before schema 4 stored. */
export const STATED_ID = 'stated_id';
/** This control character ends the sender's id in a stored id. No id of a sender can hold it. */
const MARK = 0x1f;

/** The id under which a statement is stored: that of the sender, and the log position. */
export function statementId(id: Value | bigint, collector_id: string, log_seq: number): string {
  return `${id}${String.fromCharCode(MARK)}${collector_id}:${log_seq}`;
}

/** The column of a kind of statement. It is filled before the row gets its stored id. */
export function statedId(id_field: string): DerivedColumn {
  return { name: STATED_ID, kind: 'id', nullable: true, fill: (row) => row[id_field]! };
}
