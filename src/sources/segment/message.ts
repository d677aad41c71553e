/** One message of Segment's API, with the parts that every type of message has. */
import { MAX_ID_LENGTH } from '../../domain/fields.ts';
import { type Fields, fieldsOf, text } from '../fields.ts';
import { Unusable } from '../source.ts';

export const MESSAGE_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

export interface Message {
  type: MessageType;
  fields: Fields;
  context: Fields;
  properties: Fields;
  traits: Fields;
  /** What every draft of the message has: its person, its time, the clock of its sender. */
  common: Readonly<Record<string, unknown>>;
  /** The id that the client gave it. A repeat has the same. */
  id: string | undefined;
  email: string | undefined;
}

/**
 * @param type of the endpoint; null for a message of a batch, which names its type.
 * @param sent_at of the batch.
 * @param now the time of a message that names none, as Segment's API takes it.
 * @throws Unusable for a type that Segment's API does not have.
 */
export function messageOf(value: unknown, type: MessageType | null, sent_at: string | undefined, now: string): Message {
  const fields = fieldsOf(value);
  const named = type ?? text(fields['type']);
  if (!(MESSAGE_TYPES as readonly (string | undefined)[]).includes(named))
    throw new Unusable(`type: ${JSON.stringify(named ?? null).slice(0, 60)} is not one of ${MESSAGE_TYPES.join(', ')}`);
  const context = fieldsOf(fields['context']);
  const traits = { ...fieldsOf(context['traits']), ...fieldsOf(fields['traits']) };
  const properties = fieldsOf(fields['properties']);
  const clock = text(fields['sentAt']) ?? sent_at;
  return {
    type: named as MessageType,
    fields,
    context,
    properties,
    traits,
    common: defined({
      customer_id: text(fields['userId']),
      anonymous_id: text(fields['anonymousId']),
      occurred_at: text(fields['timestamp']) ?? text(fields['originalTimestamp']) ?? clock ?? now,
      // A server that hands old events on has a clock, too, but not that of the event.
      sent_at: fields['originalTimestamp'] === undefined ? clock : undefined,
    }),
    id: idOf(text(fields['messageId'])),
    email: text(properties['email']) ?? text(traits['email']),
  };
}

/** The id of a message here. An import of Segment's tables makes the same. */
const idOf = (message_id: string | undefined): string | undefined =>
  message_id === undefined ? undefined : `segment:${message_id}`.slice(0, MAX_ID_LENGTH);

/** The fields that have a value. */
export function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What the request of a message tells: page, campaign, client. */
export function requestOf({ context, properties }: Message): Record<string, unknown> {
  const page = fieldsOf(context['page']);
  const campaign = fieldsOf(context['campaign']);
  return defined({
    url: text(properties['url']) ?? text(page['url']),
    referrer: text(properties['referrer']) ?? text(page['referrer']),
    utm_source: text(campaign['source']),
    utm_medium: text(campaign['medium']),
    utm_campaign: text(campaign['name']),
    utm_content: text(campaign['content']),
    utm_term: text(campaign['term']),
    user_agent: text(context['userAgent']),
    ip_address: text(context['ip']),
    session_id: text(context['sessionId']),
  });
}
