/** The statement that counts for each id (`domain/statement.ts`). docs/semantics.md 1. */
import { type RecordName, recordKind } from '../domain/index.ts';
import { STATED_ID } from '../domain/statement.ts';
import { atOrBefore, type Position } from '../warehouse/position.ts';

/** SQL for the id under which its sender knows a row of a kind that pages may not send. */
export function sentIdSql(record: RecordName, alias: string): string {
  const { id_field, kept } = recordKind(record);
  return kept === 'latest' ? `coalesce(${alias}.${STATED_ID}, ${alias}.${id_field})` : `${alias}.${id_field}`;
}

/**
 * SQL for the statements that count at a position: of each id the one with the highest `log_seq`. Positions of two collectors have
 * no order, so of the last statements of several collectors the one that was received last counts. It selects brand_id, id and
 * `columns`.
 * @param from names the rows `t` of the table, and may join what narrows them to the statements in question.
 */
export function latestStatements(
  record: RecordName,
  position: Position,
  { columns, from = `from ${record} t` }: { columns: readonly string[]; from?: string },
): string {
  const id = sentIdSql(record, 't');
  const names = ['brand_id', 'id', ...columns];
  const listed = (alias: string): string => names.map((name) => `${alias}.${name} as ${name}`).join(', ');
  return `select ${listed('n')} from (
      select ${listed('l')}, row_number() over (partition by l.brand_id, l.id order by l.received_ms desc, l.collector desc) as newest_no
      from (
        select t.brand_id as brand_id, ${id} as id, ${columns.map((name) => `t.${name} as ${name}`).join(', ')},
          t.collector_id as collector, epoch_ms(t.received_at) as received_ms,
          row_number() over (partition by t.brand_id, ${id}, t.collector_id order by t.log_seq desc) as last_no
        ${from} where ${atOrBefore('t', position)}) l
      where l.last_no = 1) n
    where n.newest_no = 1`;
}
