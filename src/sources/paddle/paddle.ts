/** Paddle Billing's notifications: completed transactions are orders, approved adjustments change them. Amounts are in smallest units. */
import type { ConversionType } from '../../domain/conversion.ts';
import { entryOf, exactJsonOf, type Fields, fieldsOf, instant, needed, objectsOf, picked, text } from '../fields.ts';
import { currencyOf, majorUnits, wholeUnits } from '../minor-units.ts';
import { adjustmentDrafts, orderDrafts, type Reason } from '../order-drafts.ts';
import { hintsAmong, ORDER_OPTIONS } from '../order-hints.ts';
import { hmac, isSignature, refused, staleness } from '../signing.ts';
import type { Delivery, Item, Source, SourceOptions, Translated, Verified } from '../source.ts';

export const paddle: Source = {
  provider: 'paddle',
  title: 'Paddle Billing',
  proof: 'signature',
  // Paddle's sandbox has webhooks of its own, and its events do not say that they are tests.
  options: { click_parameter: ORDER_OPTIONS.click_parameter, coupons: ORDER_OPTIONS.coupons },
  verify: ({ body, headers }, { secrets }, { now_ms }) => verify(body, headers['paddle-signature'], secrets, now_ms),
  itemsOf: (delivery) => [itemOf(delivery)],
  translate,
};

/** The header is `ts=SECONDS;h1=HEX`, with more than one h1 while a secret is changed. */
function verify(body: Buffer, header: string | undefined, secrets: readonly string[], now_ms: number): Verified {
  if (header === undefined) return refused('the header Paddle-Signature is missing');
  const parts = header.split(';').map((part) => part.trim().split('=', 2));
  const timestamp = parts.find(([name]) => name === 'ts')?.[1] ?? '';
  const expected = secrets.map((secret) => hmac('sha256', secret, `${timestamp}:`, body));
  if (!parts.some(([name, value = '']) => name === 'h1' && isSignature(value, 'hex', expected)))
    return refused('the signature does not fit the secrets; copy the secret key of this notification destination');
  const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms);
  return stale === undefined ? { ok: true } : refused(stale);
}

const DATA_FIELDS = [
  ...['id', 'status', 'origin', 'action', 'transaction_id', 'customer_id', 'currency_code'],
  ...['created_at', 'billed_at', 'discount_id'],
];

function itemOf(delivery: Delivery): Item {
  const event = fieldsOf(exactJsonOf(delivery));
  const data = fieldsOf(event['data']);
  return {
    ...picked(event, ['event_type', 'occurred_at']),
    data: {
      ...picked(data, DATA_FIELDS),
      attributes: hintsAmong(data['custom_data']),
      totals: picked(fieldsOf(data['totals'] ?? fieldsOf(data['details'])['totals']), ['grand_total', 'total']),
      items: objectsOf(data['items']).map(({ price, quantity }) => ({
        product_id: fieldsOf(price)['product_id'],
        quantity,
      })),
      // With `include`d entities only; else the customer's id is all there is.
      email: fieldsOf(data['customer'])['email'] ?? fieldsOf(data['custom_data'])['email'],
    },
  };
}

function translate(item: Item, options: SourceOptions): Translated {
  const { event_type, occurred_at, data } = fieldsOf(item);
  if (event_type === 'transaction.completed') return completed(fieldsOf(data), options);
  if (event_type === 'adjustment.created' || event_type === 'adjustment.updated')
    return adjusted(fieldsOf(data), occurred_at);
  return { ignored: 'the event is about no completed transaction' };
}

/** Where a transaction came from: a subscription's first one comes from the checkout, its renewals from the subscription. */
const ORIGINS: Readonly<Record<string, ConversionType>> = {
  subscription_recurring: 'renewal',
  subscription_charge: 'renewal',
  subscription_update: 'renewal',
};

function completed(data: Fields, options: SourceOptions): Translated {
  const id = needed(data['id'], 'data.id');
  const currency = currencyOf(data['currency_code'], 'data.currency_code');
  const totals = fieldsOf(data['totals']);
  const units = wholeUnits(totals['grand_total'] ?? totals['total'], 'data.details.totals.grand_total');
  const items = objectsOf(data['items']);
  return {
    drafts: orderDrafts(
      {
        conversion_id: `paddle:${id}`,
        order_id: id,
        conversion_type: entryOf(ORIGINS, text(data['origin'])) ?? 'purchase',
        amount: majorUnits(units, currency),
        currency,
        occurred_at: instant(data['billed_at'] ?? data['created_at'], 'data.billed_at'),
        email: data['email'],
        customer_id: text(data['customer_id']),
        guest_id: `paddle guest:${id}`,
        product_ids: items.flatMap(({ product_id }) => text(product_id) ?? []),
        hints: { attributes: fieldsOf(data['attributes']), coupons: [data['discount_id']] },
      },
      options,
    ),
  };
}

/** What an adjustment does to its transaction. A warning of a chargeback moves no money yet. A reversal gives it back. */
const ACTIONS: Readonly<Record<string, [sign: '-' | '', reason: Reason]>> = {
  refund: ['-', 'refund'],
  credit: ['-', 'refund'],
  chargeback: ['-', 'chargeback'],
  chargeback_reverse: ['', 'correction'],
  credit_reverse: ['', 'correction'],
};

function adjusted(data: Fields, event_at: unknown): Translated {
  const [sign, reason] = entryOf(ACTIONS, text(data['action'])) ?? [undefined, undefined];
  if (sign === undefined) return { ignored: 'the adjustment moves no money' };
  if (data['status'] !== 'approved') return { ignored: 'the adjustment is not approved' };
  const currency = currencyOf(data['currency_code'], 'data.currency_code');
  const units = wholeUnits(fieldsOf(data['totals'])['total'], 'data.totals.total');
  return {
    drafts: adjustmentDrafts({
      adjustment_id: `paddle:${needed(data['id'], 'data.id')}`,
      order_id: needed(data['transaction_id'], 'data.transaction_id'),
      amount: `${sign}${majorUnits(units < 0n ? -units : units, currency)}`,
      currency,
      reason,
      occurred_at: instant(data['created_at'] ?? event_at, 'data.created_at'),
    }),
  };
}
