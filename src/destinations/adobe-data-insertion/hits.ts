/** What an order is in Adobe Analytics: one hit, as tags of XML with their texts. */
import { hash } from 'node:crypto';
import { amount, amountChange } from '../amounts.ts';
import type { DestinationOptions, Told } from '../destination.ts';
import { fitBytes, fitId, shortHash } from '../fit.ts';
import type { ConversionMessage } from '../message.ts';
import { emailOf, entryOf, isSale, orderOf, placedMs, present } from '../order.ts';

/** Tags by name, in their order. */
export type Hit = Record<string, string>;

const MAX_BYTES = 100;
const MAX_PRODUCTS = 50;
const VISITOR_DIGITS = 32;

/** @param now_ms when it is sent. */
export function hitTold(message: ConversionMessage, { options }: DestinationOptions, now_ms: number): Told {
  const person = message.customer_id ?? message.anonymous_id;
  if (person === null)
    return { refused: 'customer_id: Adobe needs a visitor; send the conversion with customer_id or anonymous_id' };
  if (message.correction !== null)
    return correctionTold(message, message.correction.before.net_micros, person, options['refund_event'], now_ms);
  const placed_ms = Math.min(placedMs(message), now_ms);
  if (isSale(message)) {
    const value = amount(message.state.net_micros, message.currency);
    return { items: [hitOf(message, person, placed_ms, saleTags(message, orderOf(message), value))] };
  }
  const event = entryOf(goalEvents(options['goal_events'] ?? ''), message.conversion_type);
  if (event === undefined)
    return { skipped: `options.goal_events does not have ${message.conversion_type}; add it with its event` };
  return { items: [hitOf(message, person, placed_ms, { events: event })] };
}

/** Revenue cannot fall in Adobe Analytics, so refunds are an event of their own. A rise is a sale of the difference. */
function correctionTold(
  message: ConversionMessage,
  before_micros: string,
  person: string,
  refund_event: string | undefined,
  now_ms: number,
): Told {
  const change = amountChange(before_micros, message.state.net_micros, message.currency);
  if (change === 0) return { skipped: 'Adobe Analytics takes the credit of an order once; only its value can change' };
  if (!isSale(message)) return { skipped: 'Adobe Analytics takes a goal once' };
  if (refund_event === undefined)
    return { skipped: 'Adobe Analytics takes the value of an order once; set options.refund_event to send refunds' };
  const tags =
    change < 0
      ? { events: `${refund_event}=${-change}` }
      : saleTags({ ...message, product_ids: [] }, `${orderOf(message)}~${message.revision}`, change);
  return { items: [hitOf(message, person, now_ms, tags)] };
}

/** Types of goals with their events, of "lead_generation=event10,demo_request=event11". */
export const goalEvents = (text: string): Record<string, string> =>
  Object.fromEntries(text.split(',').map((pair) => pair.split('=').map((part) => part.trim()))) as Record<
    string,
    string
  >;

function saleTags(message: ConversionMessage, id: string, value: number): Hit {
  return { events: 'purchase', purchaseId: purchaseId(id), products: productsOf(message, value) };
}

/** Adobe takes letters and digits of at most 20 bytes, cuts what is longer, and counts each id once. */
const purchaseId = (id: string): string => (/^[A-Za-z0-9]{1,20}$/.test(id) ? id : shortHash(id));

/**
 * Category;Product;Quantity;Price, where the price is that of the whole line. The price of each product is not known, so of several
 * products a line of its own has the total.
 */
function productsOf({ product_ids, quantity }: ConversionMessage, value: number): string {
  const names = product_ids.slice(0, MAX_PRODUCTS).map((id) => fitBytes(id.replace(/[,;|=]/g, ' '), MAX_BYTES));
  const total = `${quantity ?? 1};${value}`;
  if (product_ids.length === 1) return `;${names[0]};${total}`;
  return [...names.map((name) => `;${name}`), `;Order total;${total}`].join(',');
}

function hitOf(message: ConversionMessage, person: string, at_ms: number, tags: Hit): Hit {
  const { state, correction, currency } = message;
  const email = emailOf(message);
  const context = present<string | number>({
    order_id: fitId(orderOf(message), MAX_BYTES),
    conversion_type: message.conversion_type,
    net_value: amount(state.net_micros, currency),
    email_credit: amount(state.email_credit_micros, currency),
    email_campaign_id: email?.campaign_id,
    email_id: email?.email_id,
    attribution_model: message.attribution_model,
    customer_segment: message.segments.join(' '),
    journey_length_days: state.journey_length_days,
    touchpoint_count: state.touchpoint_count,
    first_touch_channel: state.first_touch?.channel,
    last_touch_channel: state.last_touch?.channel,
  });
  const named = Object.entries(context).map(([name, value]) => [
    `contextData.${name}`,
    fitBytes(String(value), MAX_BYTES),
  ]);
  return {
    visitorId: hash('sha256', JSON.stringify(['adobe', message.brand_id, person]), 'hex').slice(0, VISITOR_DIGITS),
    timestamp: String(Math.floor(at_ms / 1_000)),
    linkType: 'o',
    linkName: correction === null ? 'Order' : 'Order correction',
    currencyCode: currency,
    transactionId: fitBytes(fitId(orderOf(message), MAX_BYTES), MAX_BYTES),
    ...tags,
    ...Object.fromEntries(named),
  };
}
