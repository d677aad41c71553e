/** What an order is in Google Analytics 4: a purchase, a refund or a goal, as an event of one client. */
import { hash } from 'node:crypto';
import { formatInstant, MS_PER_HOUR } from '../../domain/time.ts';
import { amount, amountChange } from '../amounts.ts';
import type { Told } from '../destination.ts';
import { fitId, fitText, isImpersonal } from '../fit.ts';
import type { ConversionMessage } from '../message.ts';
import { emailOf, entryOf, isSale, orderOf, placedMs, present } from '../order.ts';

/** An event with what a request says once of all its events. */
export interface Ga4Item {
  client_id: string;
  user_id?: string;
  event: {
    name: string;
    params: Record<string, string | number | ReadonlyArray<Record<string, string | number>>>;
    timestamp_micros?: number;
  };
}

/** Google drops events that are older, and says nothing. */
const MAX_AGE_MS = 72 * MS_PER_HOUR;
const MAX_VALUE = 100;
const MAX_USER_ID = 256;
const MAX_ITEMS = 200;
/** The products of one event take at most so many bytes, so that an event fits into a request. */
const MAX_ITEMS_BYTES = 60_000;
/** Google counts an event as engagement when it has some. The time that a server saw is not known. */
const ENGAGEMENT_MS = 1;

/** Google's recommended events for goals. The others keep their own names. */
const GOALS: Readonly<Record<string, string>> = { lead_generation: 'generate_lead', trial_signup: 'sign_up' };

/** The first time of an order, or what changed of it. @param now_ms when it is sent. */
export function orderTold(message: ConversionMessage, now_ms: number): Told {
  const person = message.customer_id ?? message.anonymous_id;
  const client_id = message.identifiers.ga_client_id ?? (person === null ? null : clientOf(message.brand_id, person));
  if (client_id === null)
    return { refused: 'customer_id: GA4 needs a client; send the conversion with customer_id or anonymous_id' };
  const client = { client_id: fitText(client_id, MAX_VALUE), ...userOf(message) };
  if (message.correction !== null) return correctionTold(message, message.correction.before.net_micros, client);
  const placed_ms = placedMs(message);
  if (now_ms - placed_ms > MAX_AGE_MS)
    return {
      refused: `occurred_at: ${formatInstant(placed_ms)} is more than 72 hours ago, and GA4 drops older events; send conversions sooner`,
    };
  const net = amount(message.state.net_micros, message.currency);
  const event = isSale(message) ? saleOf(message, orderId(message), net) : goalOf(message, net);
  const timed = placed_ms > now_ms ? event : { ...event, timestamp_micros: placed_ms * 1_000 };
  return { items: [{ ...client, event: timed } satisfies Ga4Item] };
}

/**
 * A fall of the value is a refund of the difference, a rise is a sale of the difference. Differences are made of rounded values, so all
 * events of an order add up to its rounded value. They have no time: they count when they arrive.
 */
function correctionTold(message: ConversionMessage, before_micros: string, client: Omit<Ga4Item, 'event'>): Told {
  const change = amountChange(before_micros, message.state.net_micros, message.currency);
  if (change === 0) return { skipped: 'GA4 takes the credit of an order once; only its value can change' };
  if (!isSale(message)) return { skipped: 'GA4 takes the value of a goal once; only that of a purchase can change' };
  const event =
    change < 0
      ? { name: 'refund', params: { ...saleParams(message, orderId(message), -change), ...guideParams(message) } }
      : saleOf(message, fitId(`${orderId(message)}~${message.revision}`, MAX_VALUE), change);
  return { items: [{ ...client, event } satisfies Ga4Item] };
}

const orderId = (message: ConversionMessage): string => fitId(orderOf(message), MAX_VALUE);

function saleOf(message: ConversionMessage, transaction_id: string, value: number): Ga4Item['event'] {
  return {
    name: 'purchase',
    params: {
      ...saleParams(message, transaction_id, value),
      ...guideParams(message),
      items: message.correction === null ? itemsOf(message) : [],
    },
  };
}

const saleParams = (message: ConversionMessage, transaction_id: string, value: number) => ({
  transaction_id,
  value,
  currency: message.currency,
});

function goalOf(message: ConversionMessage, net: number): Ga4Item['event'] {
  const { conversion_type, currency } = message;
  const value = net === 0 ? {} : { value: net, currency };
  return { name: entryOf(GOALS, conversion_type) ?? conversion_type, params: { ...value, ...guideParams(message) } };
}

/** The parameters of email and attribution, and those without which Google shows no session. */
function guideParams(message: ConversionMessage): Record<string, string | number> {
  const { state, identifiers, session_id } = message;
  const email = emailOf(message);
  const text = (value: string | null | undefined): string | undefined =>
    value === null || value === undefined ? undefined : fitText(value, MAX_VALUE);
  const session = [identifiers.ga_session_id, session_id].find((id) => id != null && /^\d{1,15}$/.test(id));
  return present<string | number>({
    session_id: session ?? String(Math.floor(placedMs(message) / 1_000)),
    engagement_time_msec: ENGAGEMENT_MS,
    email_campaign_id: text(email?.campaign_id),
    email_id: text(email?.email_id),
    email_credit: amount(state.email_credit_micros, message.currency),
    attribution_model: text(message.attribution_model),
    customer_segment: text(message.segments.join(', ')),
    journey_length_days: state.journey_length_days,
    touchpoint_count: state.touchpoint_count,
    first_touch_channel: text(state.first_touch?.channel),
    last_touch_channel: text(state.last_touch?.channel),
    conversion_type: message.conversion_type,
  });
}

function itemsOf({ product_ids, quantity, category }: ConversionMessage): Array<Record<string, string | number>> {
  const items: Array<Record<string, string | number>> = [];
  let bytes = 0;
  for (const id of product_ids.slice(0, MAX_ITEMS)) {
    const item = present<string | number>({
      item_id: fitText(id, MAX_VALUE),
      quantity: product_ids.length === 1 ? quantity : null,
      item_category: category === null ? null : fitText(category, MAX_VALUE),
    });
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (bytes > MAX_ITEMS_BYTES) break;
    items.push(item);
  }
  return items;
}

/** The customer, unless the id is an e-mail address, which Google forbids, or too long. */
function userOf({ customer_id }: ConversionMessage): { user_id?: string } {
  if (customer_id === null || customer_id.length > MAX_USER_ID || !isImpersonal(customer_id)) return {};
  return { user_id: customer_id };
}

/** A client id in Google's form, always the same of one person, which tells nothing of the person. */
function clientOf(brand_id: string, person: string): string {
  const digest = hash('sha256', JSON.stringify(['ga4', brand_id, person]), 'buffer');
  return `${digest.readUInt32BE(0)}.${digest.readUInt32BE(4)}`;
}
