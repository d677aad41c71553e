/** Judges the opens and clicks of the found messages, and makes a reclassification for each whose verdict or reasons changed. */

import { withVerdict } from '../../domain/touchpoint.ts';
import { type EnrichOptions, RULES_VERSION, settle } from '../../enrichment/enrich.ts';
import { objectOf } from '../../enrichment/labels.ts';
import type { MessageFacts } from '../../enrichment/machine-traffic.ts';
import { type Delivery, type Landing, type MessageEvent, messageFacts } from '../../enrichment/message-rules.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import type { Row } from '../../warehouse/schema.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { SETTLE_DELIVERIES, SETTLE_EVENTS, SETTLE_LANDINGS } from './relations.ts';

/** Events that are read at once. */
const PART = 20_000;
/** A message with more events near the fresh ones is left as it is: no reader makes so many. */
const MAX_EVENTS = 20_000;
const NO_FACTS: MessageFacts = { delivered_ms: null, reasons: [] };

/** A row of `settle_events`. */
interface Found extends MessageEvent {
  message_no: number;
  row: Row;
}

/** The columns of a reclassification but those of its place in the log. */
export async function judgeMessages(
  snapshot: Snapshot,
  options: EnrichOptions,
): Promise<{ examined: number; rows: Row[] }> {
  const turns = new WorkTurns();
  const rows: Row[] = [];
  let examined = 0;
  for (const part of await partsOf(snapshot)) {
    const parameters = { first_no: part.first, last_no: part.last };
    const in_part = 'message_no >= $first_no and message_no <= $last_no';
    const events = foundIn(
      await snapshot.query(
        `select * from ${SETTLE_EVENTS.name} where ${in_part} order by message_no, at_ms, touchpoint_id, collector_id, log_seq`,
        parameters,
      ),
    );
    const listed = async (table: string): Promise<Map<number, Row[]>> =>
      byMessage(await snapshot.query(`select * from ${table} where ${in_part} order by message_no, at_ms`, parameters));
    const deliveries = await listed(SETTLE_DELIVERIES.name);
    const landings = await listed(SETTLE_LANDINGS.name);
    for (const [message_no, of_message] of events) {
      if (of_message.length > MAX_EVENTS) continue;
      examined += of_message.length;
      const facts = messageFacts(
        of_message,
        readAll(deliveries.get(message_no) ?? [], { event_type: 'text', at_ms: 'number' }) as Delivery[],
        readAll(landings.get(message_no) ?? [], { click_id: 'text', at_ms: 'number' }) as Landing[],
      );
      for (const { touchpoint_id, row } of of_message) {
        if (turns.ends()) await turns.next();
        const changed = Number(row['is_due']) === 1 ? changeOf(row, facts.get(touchpoint_id)!, options) : null;
        if (changed !== null) rows.push(changed);
      }
    }
  }
  return { examined, rows };
}

/** Ranges of message numbers with about {@link PART} events each. Messages without events are in none. */
async function partsOf(snapshot: Snapshot): Promise<Array<{ first: number; last: number }>> {
  const counts = await snapshot.query(
    `select message_no, count(*) as n from ${SETTLE_EVENTS.name} group by message_no order by message_no`,
  );
  const parts: Array<{ first: number; last: number }> = [];
  let size = Number.POSITIVE_INFINITY;
  for (const { message_no, n } of readAll(counts, { message_no: 'number', n: 'number' })) {
    // A message that is left as it is, is not read either.
    if (n > MAX_EVENTS) {
      size = Number.POSITIVE_INFINITY;
      continue;
    }
    if (size + n > PART) {
      parts.push({ first: message_no, last: message_no });
      size = 0;
    }
    parts.at(-1)!.last = message_no;
    size += n;
  }
  return parts;
}

/** The events of each message. An id that two collectors wrote counts once. */
function foundIn(rows: readonly Row[]): Map<number, Found[]> {
  const found = new Map<number, Found[]>();
  for (const row of rows) {
    const message_no = Number(row['message_no']);
    const of_message = found.get(message_no) ?? [];
    found.set(message_no, of_message);
    if (of_message.at(-1)?.touchpoint_id === row['touchpoint_id']) continue;
    of_message.push({
      message_no,
      row,
      touchpoint_id: row['touchpoint_id'] as string,
      touchpoint_type: row['touchpoint_type'] as string,
      at_ms: Number(row['at_ms']),
      url: row['url'] as string | null,
      user_agent: row['user_agent'] as string | null,
      ip_address: row['ip_address'] as string | null,
      click_id: row['click_id'] as string | null,
      evidence: objectOf(row['evidence'] as string | null),
    });
  }
  return found;
}

function byMessage(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const message_no = Number(row['message_no']);
    const group = groups.get(message_no);
    if (group) group.push(row);
    else groups.set(message_no, [row]);
  }
  return groups;
}

/**
 * The reclassification that an event needs, or null. Channel and the rest are those by the event alone. Where its message says
 * nothing about it, so are verdict and reasons, and without an earlier reclassification of this kind none is needed.
 */
function changeOf(row: Row, facts: MessageFacts, options: EnrichOptions): Row | null {
  const settled_version = row['settled_rules_version'] === null ? null : Number(row['settled_rules_version']);
  const held_version = Math.max(Number(row['rules_version']), settled_version ?? 0);
  // A newer program judged it.
  if (held_version > RULES_VERSION) return null;
  const stored = { ...(row as Record<string, string | null>), occurred_at: Number(row['at_ms']) };
  const alone = settle(stored, NO_FACTS, options);
  const judged = settle(stored, facts, options);
  const message_counts = judged.verdict_reasons !== alone.verdict_reasons;
  if (!message_counts && settled_version === null) return null;
  const { verdict, verdict_reasons } = message_counts
    ? judged
    : { verdict: row['verdict'] as string, verdict_reasons: row['verdict_reasons'] as string };
  const wanted = {
    channel: row['channel']!,
    channel_reason: row['channel_reason']!,
    verdict,
    verdict_reasons,
    traits: withVerdict(Number(row['traits']), verdict),
  };
  if (settled_version !== null && settled_version >= Number(row['rules_version']) && isHeld(row, wanted)) return null;
  return {
    brand_id: row['brand_id']!,
    touchpoint_id: row['touchpoint_id']!,
    subject_key: row['subject_key']!,
    ...wanted,
    rules_version: RULES_VERSION,
  };
}

function isHeld(row: Row, wanted: Row): boolean {
  return Object.entries(wanted).every(([name, cell]) => {
    const held = row[`settled_${name}`];
    return typeof cell === 'number' ? Number(held) === cell : held === cell;
  });
}
