/** The columns of a touchpoint that enrichment reads. */
import type { FlatRecord } from '../domain/record.ts';
import { textOf } from './labels.ts';

/**
 * Each column is text, or null where nothing was sent. A blank text counts as not sent. This is a class so that all instances
 * have one shape for the JavaScript engine. Records have as many shapes as there are senders, and to look up two dozen names
 * in each of them took half of the time of enrichment.
 */
export class Columns {
  brand_id: string | null = null;
  touchpoint_type: string | null = null;
  channel: string | null = null;
  email_id: string | null = null;
  message_id: string | null = null;
  url: string | null = null;
  referrer: string | null = null;
  utm_source: string | null = null;
  utm_medium: string | null = null;
  utm_campaign: string | null = null;
  utm_content: string | null = null;
  utm_term: string | null = null;
  utm_id: string | null = null;
  device_type: string | null = null;
  browser: string | null = null;
  os: string | null = null;
  ip_address: string | null = null;
  user_agent: string | null = null;
  geo_location: string | null = null;
  /** The place of the address: see `private.ts`. It is not stored. */
  address_place: string | null = null;
  click_ids: string | null = null;
  verdict: string | null = null;
  evidence: string | null = null;
  channel_reason: string | null = null;
  verdict_reasons: string | null = null;
  occurred_at: number | null = null;
}

type TextColumn = Exclude<keyof Columns, 'occurred_at'>;
const IS_TEXT_COLUMN: ReadonlySet<string> = new Set(
  Object.keys(new Columns()).filter((name) => name !== 'occurred_at'),
);

/** Reads the columns that a record has. Each name is looked up once. */
export function columnsOf(record: FlatRecord): Columns {
  const columns = new Columns();
  for (const name in record) {
    if (IS_TEXT_COLUMN.has(name)) columns[name as TextColumn] = textOf(record[name]);
  }
  const occurred_at = record['occurred_at'];
  if (typeof occurred_at === 'number') columns.occurred_at = occurred_at;
  return columns;
}
