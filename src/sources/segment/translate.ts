/**
 * Segment's messages as drafts. Its ecommerce and email events become conversions, adjustments, touchpoints and email events; identify
 * and alias become links of ids; every other event is kept as a touchpoint of type `custom`, which earns nothing, unless the
 * configuration says what it is.
 */
import { MAX_JSON_LENGTH } from '../../domain/fields.ts';
import type { Draft } from '../../log/envelope.ts';
import { entryOf, text } from '../fields.ts';
import type { Translated } from '../source.ts';
import { withConsent } from './consent.ts';
import { ECOMMERCE, ecommerce } from './ecommerce.ts';
import { EMAIL, emailEvents } from './email.ts';
import { defined, type Message, type MessageType, messageOf, requestOf } from './message.ts';

export interface SegmentOptions {
  /** By the name of an event, what it is: `touchpoint:TYPE` or `conversion:TYPE`. */
  events: Readonly<Record<string, string>>;
  /** True for a key that stands in a page. Such a key may not link ids by a statement. */
  from_page: boolean;
  /** The time of messages that name none. */
  now_ms: number;
}

/** @returns also the page of the message. @throws Unusable when the message is not one of Segment's. */
export function translateMessage(
  value: unknown,
  type: MessageType | null,
  sent_at: string | undefined,
  options: SegmentOptions,
): Translated & { page: string | undefined } {
  const message = messageOf(value, type, sent_at, new Date(options.now_ms).toISOString());
  const read = withConsent(message, translated(message, options));
  return { ...read, page: requestOf(message)['url'] as string | undefined };
}

function translated(message: Message, options: SegmentOptions): Translated {
  switch (message.type) {
    case 'page':
    case 'screen':
      return { drafts: [viewOf(message)] };
    case 'identify':
      return identified(message, options);
    case 'alias':
      return aliased(message);
    case 'group':
      return { ignored: 'groups of customers are no events' };
    case 'track':
      return tracked(message, options);
  }
}

function tracked(message: Message, options: SegmentOptions): Translated {
  const event = text(message.fields['event']) ?? '';
  const configured = entryOf(options.events, event);
  if (configured !== undefined) return { drafts: [configuredEvent(message, event, configured)] };
  if (Object.hasOwn(ECOMMERCE, event)) return ecommerce(message, event);
  if (Object.hasOwn(EMAIL, event)) return { drafts: [emailEvents(message, event)] };
  return { drafts: [customEvent(message, event)] };
}

/** The event of a page or screen. Segment calls a page's name and category properties of it. */
function viewOf(message: Message): Draft {
  const { id, fields } = message;
  const name = text(fields['name']) ?? text(message.properties['name']);
  return {
    record: 'touchpoints',
    input: defined({
      touchpoint_id: id,
      touchpoint_type: 'page_view',
      ...message.common,
      email: emailBeside(message),
      ...requestOf(message),
      custom_attributes: name === undefined ? undefined : { name },
    }),
  };
}

function customEvent(message: Message, event: string): Draft {
  return {
    record: 'touchpoints',
    input: defined({
      touchpoint_id: message.id,
      touchpoint_type: 'custom',
      ...message.common,
      email: emailBeside(message),
      ...requestOf(message),
      custom_attributes: { event, ...keptProperties(message) },
    }),
  };
}

/** The properties of an event, if they fit. Segment takes longer messages than a record here, and they must not cost the event. */
function keptProperties({ properties }: Message): Record<string, unknown> {
  return JSON.stringify(properties).length <= MAX_PROPERTIES
    ? { properties }
    : { properties_left_out: `they have more than the ${MAX_JSON_LENGTH} characters that a record takes` };
}

/** Leaves room for the name of the event. */
const MAX_PROPERTIES = MAX_JSON_LENGTH - 1_000;

function configuredEvent(message: Message, event: string, what: string): Draft {
  const [kind, type] = what.split(':');
  const draft = customEvent(message, event).input as Record<string, unknown>;
  if (kind === 'touchpoint') return { record: 'touchpoints', input: { ...draft, touchpoint_type: type } };
  const { value = 0, revenue = value, currency, orderId, order_id = orderId } = message.properties;
  return {
    record: 'conversions',
    input: defined({
      conversion_id: message.id,
      conversion_type: type,
      conversion_value: revenue,
      currency: text(currency),
      order_id: text(order_id),
      ...message.common,
      email: emailBeside(message),
      custom_properties: { event },
    }),
  };
}

/** An address alone names nobody who is not named otherwise, so it only helps beside another id. */
const emailBeside = ({ email }: Message): string | undefined => (email?.includes('@') ? email : undefined);

function identified(message: Message, { from_page }: SegmentOptions): Translated {
  const { customer_id, anonymous_id, occurred_at, sent_at } = message.common;
  if (customer_id === undefined && emailBeside(message) === undefined)
    return { ignored: 'identify names no user and no address' };
  if (from_page) return { drafts: [customEvent(message, 'identify')] };
  const pairs: Array<Record<string, unknown>> = [];
  if (customer_id !== undefined && anonymous_id !== undefined && customer_id !== anonymous_id)
    pairs.push({ left_id: customer_id, right_id: anonymous_id });
  const named = customer_id ?? anonymous_id;
  if (named !== undefined && emailBeside(message) !== undefined)
    pairs.push({ left_id: named, right_email: message.email });
  if (pairs.length === 0) return { ignored: 'identify joins no two ids' };
  return {
    drafts: pairs.map((pair) => ({
      record: 'identity_links',
      input: defined({ ...pair, kind: 'identify', occurred_at, sent_at }),
    })),
  };
}

function aliased({ fields, common }: Message): Translated {
  const [left_id, right_id] = [text(fields['userId']), text(fields['previousId'])];
  if (left_id === undefined || right_id === undefined || left_id === right_id)
    return { ignored: 'alias joins no two ids' };
  const { occurred_at, sent_at } = common;
  return {
    drafts: [{ record: 'identity_links', input: defined({ left_id, right_id, kind: 'alias', occurred_at, sent_at }) }],
  };
}
