/** Events that were loaded between two log positions, for people who watch them arrive. No id of a person is read. */
import { formatMicros } from '../../domain/money.ts';
import { formatInstant } from '../../domain/time.ts';
import { MACHINE_VERDICTS } from '../../domain/touchpoint.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { between, type Position } from '../../warehouse/position.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { textList } from '../../warehouse/sql-text.ts';

export const RECORDS = ['touchpoints', 'conversions', 'email_events', 'adjustments'] as const;
type LiveRecord = (typeof RECORDS)[number];

export interface LiveEvent {
  record: LiveRecord;
  /** The type of the touchpoint, conversion or email event, or `adjustment`. */
  kind: string;
  brand_id: string;
  /** human or machine; null for what nobody judges. */
  by: string | null;
  verdict: string | null;
  channel: string | null;
  campaign_id: string | null;
  email_id: string | null;
  /** The conversion that it is or changes. */
  conversion_id: string | null;
  amount: string | null;
  currency: string | null;
  occurred_at: string;
  received_at: string;
}

export interface LiveCount {
  brand_id: string;
  kind: string;
  by: string | null;
  n: number;
}

/** What was loaded together. */
export interface LiveBatch {
  position: Position;
  /** The newest events, oldest first. */
  events: LiveEvent[];
  /** All events, also those that are not listed. */
  counts: LiveCount[];
}

const MACHINE = `case when t.verdict in (${textList(MACHINE_VERDICTS)}) then 'machine' else 'human' end`;

/** The columns of each table that the events have; the others are null. */
const COLUMNS: Record<LiveRecord, Partial<Record<keyof LiveEvent | 'micros', string>> & { kind: string }> = {
  touchpoints: {
    kind: 't.touchpoint_type',
    by: MACHINE,
    verdict: 't.verdict',
    channel: 't.channel',
    campaign_id: 't.campaign_id',
    email_id: 't.email_id',
  },
  conversions: {
    kind: 't.conversion_type',
    conversion_id: 't.conversion_id',
    micros: 't.conversion_value_micros',
    currency: 't.currency',
  },
  email_events: { kind: 't.event_type', campaign_id: 't.campaign_id', email_id: 't.email_id' },
  adjustments: {
    kind: `'adjustment'`,
    conversion_id: 't.conversion_id',
    micros: 't.amount_micros',
    currency: 't.currency',
  },
};
const NAMES = ['by', 'verdict', 'channel', 'campaign_id', 'email_id', 'conversion_id', 'currency'] as const;

/** Reads what lies after one position and at or before another. @param limit the most events of a brand and kind of record. */
export async function readBatch(
  snapshot: Snapshot,
  after: Position,
  upto: Position,
  brand_id: string | null,
  limit: number,
): Promise<LiveBatch> {
  const found: Array<LiveEvent & { received_ms: number }> = [];
  const counts: LiveCount[] = [];
  for (const record of RECORDS) {
    const own = await countsOf(snapshot, record, after, upto, brand_id);
    counts.push(...own);
    if (own.length > 0) found.push(...(await newest(snapshot, record, after, upto, brand_id, limit)));
  }
  found.sort((a, b) => a.received_ms - b.received_ms);
  return { position: upto, events: found.map(({ received_ms: _, ...event }) => event), counts };
}

function rowsOf(record: LiveRecord, after: Position, upto: Position, brand_id: string | null): string {
  return `from ${record} t where ${between('t', after, upto)} ${brand_id === null ? '' : 'and t.brand_id = $brand_id'}`;
}

const named = (brand_id: string | null) => (brand_id === null ? {} : { brand_id });

async function countsOf(
  snapshot: Snapshot,
  record: LiveRecord,
  after: Position,
  upto: Position,
  brand_id: string | null,
): Promise<LiveCount[]> {
  const { kind, by = 'null' } = COLUMNS[record];
  const rows = await snapshot.query(
    `select w.brand_id as brand_id, w.kind as kind, w.by_whom as by_whom, count(*) as n
     from (select t.brand_id as brand_id, ${kind} as kind, ${by} as by_whom ${rowsOf(record, after, upto, brand_id)}) w
     group by w.brand_id, w.kind, w.by_whom`,
    named(brand_id),
  );
  return readAll(rows, { brand_id: 'text', kind: 'text', by_whom: 'text?', n: 'number' }).map(
    ({ by_whom, ...row }) => ({
      ...row,
      by: by_whom,
    }),
  );
}

async function newest(
  snapshot: Snapshot,
  record: LiveRecord,
  after: Position,
  upto: Position,
  brand_id: string | null,
  limit: number,
): Promise<Array<LiveEvent & { received_ms: number }>> {
  const { kind, micros = 'int64(null)', ...columns } = COLUMNS[record];
  const listed = NAMES.map((name) => `${columns[name] ?? 'null'} as ${name === 'by' ? 'by_whom' : name}`);
  const rows = await snapshot.query(
    `select t.brand_id as brand_id, ${kind} as kind, ${listed.join(', ')}, ${micros} as micros,
       epoch_ms(t.occurred_at) as occurred_ms, epoch_ms(t.received_at) as received_ms
     ${rowsOf(record, after, upto, brand_id)} order by t.log_seq desc limit ${limit}`,
    named(brand_id),
  );
  const shape = {
    brand_id: 'text',
    kind: 'text',
    by_whom: 'text?',
    verdict: 'text?',
    channel: 'text?',
    campaign_id: 'text?',
    email_id: 'text?',
    conversion_id: 'text?',
    currency: 'text?',
    micros: 'bigint?',
    occurred_ms: 'number',
    received_ms: 'number',
  } as const;
  return readAll(rows, shape).map(({ by_whom, micros: amount, occurred_ms, received_ms, ...row }) => ({
    record,
    ...row,
    by: by_whom,
    amount: amount === null ? null : formatMicros(amount),
    occurred_at: formatInstant(occurred_ms),
    received_at: formatInstant(received_ms),
    received_ms,
  }));
}
