/** The emails of one person: every delivery with its first answers. The rules are those of docs/semantics.md 19. */
import type { Plan } from '../../attribution/plan.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import type { Relation } from '../../warehouse/relation.ts';
import { emailEvents } from '../email-events.ts';

/** So many events are read, the newest. */
export const MAX_EMAIL_EVENTS = 20_000;

const SHAPE = {
  kind: 'text',
  at_ms: 'number',
  is_human: 'number',
  message_id: 'text?',
  campaign_id: 'text?',
  email_id: 'text?',
  bounce_kind: 'text?',
} as const;

/** Something that happened to an email: sent, delivered, email_open, unsubscribed and so on. */
export interface EmailHappening {
  kind: string;
  at_ms: number;
  /** 0 for opens and clicks of machines. */
  is_human: number;
  message_id: string | null;
  campaign_id: string | null;
  email_id: string | null;
  bounce_kind: string | null;
}

/** A delivered email, with the first open and click of a person. */
export interface PersonEmail {
  delivered_ms: number;
  opened_ms: number | null;
  clicked_ms: number | null;
}

/** The events of a person in order of time. @param members the ids of the person. */
export async function readEmailHappenings(
  snapshot: Snapshot,
  plan: Plan,
  members: Relation,
): Promise<EmailHappening[]> {
  const events = await emailEvents(snapshot, plan, {
    of_events: `e.customer_id in (select m.id from ${members.name} m)`,
    of_touches: `t.subject_key in (select m.subject_key from ${members.name} m)`,
    parameters: {},
  });
  const rows = await snapshot.query(
    `select h.kind as kind, h.at_ms as at_ms, h.is_human as is_human, h.message_id as message_id, h.campaign_id as campaign_id, h.email_id as email_id, h.bounce_kind as bounce_kind
     from (${events}) h order by h.at_ms desc, h.kind, h.message_id, h.campaign_id, h.email_id limit ${MAX_EMAIL_EVENTS}`,
  );
  return readAll(rows, SHAPE).reverse();
}

/**
 * The delivered emails in order of time. An open or click belongs to the delivery of its `message_id`; without one, to the latest delivery without
 * one, at or before it, of the same campaign and email.
 */
export function emailsOf(happenings: readonly EmailHappening[]): PersonEmail[] {
  const emails: PersonEmail[] = [];
  const named = new Map<string, PersonEmail>();
  const newest = new Map<string, PersonEmail>();
  const seriesOf = ({ campaign_id, email_id }: EmailHappening): string => JSON.stringify([campaign_id, email_id]);
  const add = (delivered_ms: number): PersonEmail => {
    const email = { delivered_ms, opened_ms: null, clicked_ms: null };
    emails.push(email);
    return email;
  };
  for (const { kind, at_ms, message_id } of happenings)
    if (kind === 'delivered' && message_id !== null && !named.has(message_id)) named.set(message_id, add(at_ms));
  // At one instant deliveries come first.
  const in_order = happenings.toSorted((a, b) => a.at_ms - b.at_ms || placeOf(a) - placeOf(b));
  for (const happening of in_order) {
    const { kind, at_ms, is_human, message_id } = happening;
    if (kind === 'delivered') {
      if (message_id === null) newest.set(seriesOf(happening), add(at_ms));
      continue;
    }
    if (is_human === 0) continue;
    const email = message_id === null ? newest.get(seriesOf(happening)) : named.get(message_id);
    if (email === undefined) continue;
    if (kind === 'email_open') email.opened_ms ??= at_ms;
    if (kind === 'email_click') email.clicked_ms ??= at_ms;
  }
  return emails.sort((a, b) => a.delivered_ms - b.delivered_ms);
}

const placeOf = ({ kind }: EmailHappening): number => (kind === 'delivered' ? 0 : 1);
