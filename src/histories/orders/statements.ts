/** The statements that count at a position: log/statements.ts, in memory. docs/semantics.md 1. */

/** A statement about an `id` of a brand. The latest one counts. */
export interface Statement {
  /** Number of the collector. */
  collector: number;
  log_seq: number;
  received_ms: number;
  brand_id: string;
  id: string;
}

export interface StatedRate extends Statement {
  day: number;
  currency: string;
  base: string;
  rate_nanos: bigint;
}

export interface SpendLine extends Statement {
  /** False in rows that versions before schema 4 stored. */
  is_stated: boolean;
  date: string;
  channel: string;
  campaign_id: string | null;
  ad_set_id: string | null;
  source: string | null;
  currency: string;
  micros: bigint;
}

/** The last statement of each collector, as a text. Equal texts mean equal statements. */
export function lastOf(stated: readonly Statement[]): string {
  const last = new Map<number, number>();
  for (const { collector, log_seq } of stated) last.set(collector, Math.max(log_seq, last.get(collector) ?? log_seq));
  return JSON.stringify([...last].sort(([a], [b]) => a - b));
}

/** Of the statements about each id the one that counts. @param collectors the names by number. */
export function latestOf<S extends Statement>(collectors: readonly string[], stated: readonly S[]): S[] {
  const id = ({ brand_id, id }: Statement): string => JSON.stringify([brand_id, id]);
  const name = (statement: Statement): string => collectors[statement.collector]!;
  const last = newest(
    stated,
    (statement) => `${statement.collector} ${id(statement)}`,
    (a, b) => a.log_seq > b.log_seq,
  );
  return [
    ...newest(last, id, (a, b) =>
      a.received_ms === b.received_ms ? name(a) > name(b) : a.received_ms > b.received_ms,
    ),
  ];
}

/** Of the statements of one name the newest. */
function newest<S extends Statement>(
  stated: Iterable<S>,
  nameOf: (statement: S) => string,
  isNewer: (a: S, b: S) => boolean,
): Iterable<S> {
  const found = new Map<string, S>();
  for (const statement of stated) {
    const name = nameOf(statement);
    const other = found.get(name);
    if (other === undefined || isNewer(statement, other)) found.set(name, statement);
  }
  return found.values();
}
