/** What an order is at Adobe: an experience event (XDM). A correction is an event of its own with the newest state of the order. */
import { formatInstant } from '../../domain/time.ts';
import { amount, amountChange } from '../amounts.ts';
import type { DestinationOptions, Told } from '../destination.ts';
import { fitId, fitText, isImpersonal } from '../fit.ts';
import type { ConversionMessage } from '../message.ts';
import { emailOf, isSale, orderOf, placedMs, present } from '../order.ts';

const MAX_TEXT = 100;
const MAX_PRODUCTS = 100;

export function eventTold(message: ConversionMessage, settings: DestinationOptions): Told {
  const identityMap = identitiesOf(message, settings.options['customer_namespace']);
  if (identityMap === null)
    return {
      refused:
        'identifiers: Adobe needs a primary identity; send email_sha256 or phone_sha256 in custom_properties, or set options.customer_namespace',
    };
  const tenant = settings.options['tenant'];
  const fields = { tributary: fieldsOf(message) };
  const xdm = {
    _id: message.message_id,
    timestamp: formatInstant(placedMs(message)),
    eventType: eventTypeOf(message),
    identityMap,
    ...(isSale(message) ? saleOf(message) : {}),
    ...(tenant === undefined ? {} : { [tenant]: fields }),
  };
  return { items: [{ xdm, ...(tenant === undefined ? { data: fields } : {}) }] };
}

function eventTypeOf(message: ConversionMessage): string {
  if (message.correction !== null) return 'tributary.orderCorrections';
  return isSale(message) ? 'commerce.purchases' : `tributary.${message.conversion_type}`;
}

const HASHED = /^[0-9a-f]{64}$/i;

/** The identities of the person, the surest one as the primary one; null without any. */
function identitiesOf({ customer_id, identifiers }: ConversionMessage, namespace: string | undefined): object | null {
  const { email_sha256, phone_sha256 } = identifiers;
  const isHash = (text: string | undefined): text is string => text !== undefined && HASHED.test(text);
  const found: Array<[string, string]> = [];
  if (namespace !== undefined && customer_id !== null && isImpersonal(customer_id))
    found.push([namespace, customer_id]);
  if (isHash(email_sha256)) found.push(['Email_LC_SHA256', email_sha256.toLowerCase()]);
  if (isHash(phone_sha256)) found.push(['Phone_SHA256', phone_sha256.toLowerCase()]);
  if (found.length === 0) return null;
  return Object.fromEntries(found.map(([name, id], i) => [name, [{ id, primary: i === 0 }]]));
}

/** Adobe Analytics counts an order where `purchases` is, so a correction has none. */
function saleOf(message: ConversionMessage): object {
  const priceTotal = amount(message.state.net_micros, message.currency);
  const order = { purchaseID: fitId(orderOf(message), MAX_TEXT), priceTotal, currencyCode: message.currency };
  if (message.correction !== null) return { commerce: { order } };
  return { commerce: { purchases: { value: 1 }, order }, productListItems: productsOf(message, priceTotal) };
}

/**
 * Adobe Analytics makes revenue of the prices of products. The price of each is not known, so of several products a line of its own has the
 * total.
 */
function productsOf({ product_ids, quantity, currency }: ConversionMessage, priceTotal: number): object[] {
  const total = { priceTotal, currencyCode: currency };
  const skus = product_ids.slice(0, MAX_PRODUCTS).map((id) => ({ SKU: fitText(id, MAX_TEXT) }));
  const [only] = skus;
  if (product_ids.length === 1) return [present<unknown>({ ...only, quantity, ...total })];
  return [...skus, { name: 'Order total', ...total }];
}

/** The fields of email and attribution. They are absolute: the event with the highest revision tells how the order stands. */
function fieldsOf(message: ConversionMessage): Record<string, unknown> {
  const { state, correction, currency } = message;
  const email = emailOf(message);
  const text = (value: string | null | undefined): string | null => (value == null ? null : fitText(value, MAX_TEXT));
  const change = (field: 'net_micros' | 'email_credit_micros'): number | null =>
    correction === null ? null : amountChange(correction.before[field], state[field], currency);
  return present<unknown>({
    revision: message.revision,
    order_id: fitId(orderOf(message), MAX_TEXT),
    conversion_type: message.conversion_type,
    net_value: amount(state.net_micros, currency),
    email_credit: amount(state.email_credit_micros, currency),
    currency,
    net_value_change: change('net_micros'),
    email_credit_change: change('email_credit_micros'),
    causes: correction === null ? null : correction.parts.map(({ cause }) => cause).join(','),
    email_campaign_id: text(email?.campaign_id),
    email_id: text(email?.email_id),
    attribution_model: text(message.attribution_model),
    customer_segment: text(message.segments.join(', ')),
    journey_length_days: state.journey_length_days,
    touchpoint_count: state.touchpoint_count,
    first_touch_channel: text(state.first_touch?.channel),
    last_touch_channel: text(state.last_touch?.channel),
  });
}
