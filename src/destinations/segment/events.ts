/**
 * Orders and customers as events of Segment's specification (segment.com/docs/connections/spec). The order of fields is that of Segment's
 * client. The server takes bad events with 200 and drops them, so each rule is kept here.
 */
import { amount, amountChange } from '../amounts.ts';
import type { Told } from '../destination.ts';
import type { ConversionMessage, CorrectionPart, Message, OrderState, ProfileMessage } from '../message.ts';
import { creditFields } from '../order.ts';

const MAX_EVENT_BYTES = 32_000;
/** Products and credits of an event: the first of these pairs with which it is short enough. */
const LIST_LENGTHS: ReadonlyArray<readonly [products: number, credits: number]> = [
  [100, 50],
  [20, 10],
  [0, 0],
];
const CONTEXT = { library: { name: 'tributary' } };

export interface SegmentEvent {
  type: 'track' | 'identify';
  messageId: string;
  [field: string]: unknown;
}

/** A message as one event, or why it cannot be told. */
export function segmentEvent(message: Message): Told {
  if (message.kind === 'profile') return fits(identify(message)) ?? TOO_LONG;
  if (message.customer_id === null && message.anonymous_id === null)
    return { refused: 'customer_id and anonymous_id are missing; send one of them with the conversion' };
  for (const [products, credits] of LIST_LENGTHS) {
    const told = fits(track(message, products, credits));
    if (told !== null) return told;
  }
  return TOO_LONG;
}

const TOO_LONG: Told = { refused: `the event has more than ${MAX_EVENT_BYTES} bytes; send shorter ids and segments` };

const fits = (event: SegmentEvent): Told | null =>
  Buffer.byteLength(JSON.stringify(event)) <= MAX_EVENT_BYTES ? { items: [event] } : null;

/** An order that email earned something of has a name of its own. A correction has another one, so that orders are not counted twice. */
function eventName({ correction, state }: ConversionMessage): string {
  if (correction !== null) return 'Conversion Corrected';
  return BigInt(state.email_credit_micros) === 0n ? 'Conversion' : 'Email Conversion';
}

function track(message: ConversionMessage, max_products: number, max_credits: number): SegmentEvent {
  const { customer_id, anonymous_id } = message;
  return {
    timestamp: message.occurred_at,
    integrations: {},
    event: eventName(message),
    type: 'track',
    properties: properties(message, max_products, max_credits),
    context: CONTEXT,
    ...(customer_id === null ? {} : { userId: customer_id }),
    ...(anonymous_id === null ? {} : { anonymousId: anonymous_id }),
    messageId: message.message_id,
  };
}

function properties(message: ConversionMessage, max_products: number, max_credits: number): Record<string, unknown> {
  const { state, correction, currency, product_ids } = message;
  return {
    conversion_id: message.conversion_id,
    revision: message.revision,
    order_id: message.order_id,
    conversion_type: message.conversion_type,
    conversion_value: amount(message.value_micros, currency),
    currency,
    ...creditFields(message),
    customer_segment: message.segments[0] ?? null,
    ...listOf('product_ids', product_ids, max_products),
    ...listOf(
      'credits',
      state.credits.map(({ credit_micros, ...of }) => ({ ...of, credit: amount(credit_micros, currency) })),
      max_credits,
    ),
    ...(correction === null ? {} : changes(correction.before, state, correction.parts, currency)),
  };
}

/** A list, and how many of it were left out. */
function listOf(name: string, list: readonly unknown[], max_length: number): Record<string, unknown> {
  const left_out = Math.max(0, list.length - max_length);
  return { [name]: list.slice(0, max_length), ...(left_out === 0 ? {} : { [`${name}_left_out`]: left_out }) };
}

/** By how much an order changed since it was sent, and by what. */
function changes(before: OrderState, after: OrderState, parts: readonly CorrectionPart[], currency: string): object {
  return {
    net_change: amountChange(before.net_micros, after.net_micros, currency),
    email_credit_change: amountChange(before.email_credit_micros, after.email_credit_micros, currency),
    causes: causes(before, parts, currency),
  };
}

/** Each cause with its part, as differences of rounded amounts, so that all parts add up to the whole change as it is sent. */
function causes(before: OrderState, parts: readonly CorrectionPart[], currency: string): object[] {
  let { net_micros, email_credit_micros } = before;
  return parts.map((part) => {
    const net = String(BigInt(net_micros) + BigInt(part.net_micros));
    const email_credit = String(BigInt(email_credit_micros) + BigInt(part.email_credit_micros));
    const told = {
      cause: part.cause,
      net_change: amountChange(net_micros, net, currency),
      email_credit_change: amountChange(email_credit_micros, email_credit, currency),
    };
    [net_micros, email_credit_micros] = [net, email_credit];
    return told;
  });
}

/** A customer with sums that take the place of those before, so a repeat changes nothing. */
function identify(message: ProfileMessage): SegmentEvent {
  return {
    timestamp: message.as_of,
    integrations: {},
    type: 'identify',
    userId: message.customer_id,
    traits: {
      total_conversions: message.total_conversions,
      lifetime_value: amount(message.lifetime_value_micros, message.currency),
      lifetime_value_currency: message.currency,
      first_conversion_date: message.first_conversion_at,
      last_conversion_date: message.last_conversion_at,
      last_email_conversion_campaign: message.last_email_conversion_campaign,
    },
    context: CONTEXT,
    messageId: message.message_id,
  };
}
