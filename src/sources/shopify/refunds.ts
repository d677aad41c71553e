/**
 * Refunds of Shopify. A refund has no total: the money that went back is the sum of its successful transactions. Those may be in the
 * currency that the customer paid (presentment), while the order counts in that of the shop.
 */
import type { Draft } from '../../log/envelope.ts';
import { type Fields, fieldsOf, instant, needed, objectsOf, text } from '../fields.ts';
import { currencyOf, decimalOf, millionths } from '../minor-units.ts';
import { adjustmentDrafts } from '../order-drafts.ts';
import { takesTests } from '../order-hints.ts';
import { type SourceOptions, type Translated, Unusable } from '../source.ts';

export function refundChanged(refund: Fields, options: SourceOptions): Translated {
  if (objectsOf(refund['transactions']).some(({ test }) => test === true) && !takesTests(options))
    return { ignored: 'a refund of a test order' };
  const drafts = refundDrafts(refund, undefined);
  return drafts.length === 0 ? { ignored: 'no money went back' } : { drafts };
}

interface Money {
  currency: string;
  size: bigint;
}

/** @param order_currency the shop's currency, if an order tells it; else the refund's own amounts do. */
export function refundDrafts(refund: Fields, order_currency: string | undefined): Draft[] {
  const id = needed(refund['id'], 'id');
  const order = needed(refund['order_id'], 'order_id');
  const paid_back = objectsOf(refund['transactions']).filter(
    ({ kind, status }) => kind === 'refund' && status === 'success',
  );
  if (paid_back.length === 0) return [];
  const pairs = pairsOf(refund);
  const shop_currency = order_currency ?? pairs[0]?.shop.currency;
  const amounts = paid_back.map((transaction) => inShopCurrency(transaction, shop_currency, pairs));
  const size = amounts.reduce((sum, amount) => sum + amount.size, 0n);
  return adjustmentDrafts({
    adjustment_id: `shopify:${order}:refund:${id}`,
    conversion_id: `shopify:${order}`,
    amount: decimalOf(-size),
    currency: amounts[0]!.currency,
    reason: 'refund',
    occurred_at: instant(refund['created_at'], 'created_at'),
  });
}

function inShopCurrency(transaction: Fields, shop_currency: string | undefined, pairs: readonly Pair[]): Money {
  const set = pairOf(transaction['amount_set']);
  if (set !== undefined) return set.shop;
  const currency = currencyOf(transaction['currency'], 'transactions.currency');
  const size = millionths(transaction['amount'], 'transactions.amount');
  if (shop_currency === undefined || currency === shop_currency) return { currency, size };
  return { currency: shop_currency, size: converted(size, currency, pairs) };
}

/** Converts by the rate of the refund's own amounts, rounded to hundredths, half away from zero. @throws Unusable without them. */
function converted(size: bigint, currency: string, pairs: readonly Pair[]): bigint {
  const known = pairs.filter(({ presentment }) => presentment.currency === currency);
  const [shop, presentment] = known.reduce(([a, b], pair) => [a + pair.shop.size, b + pair.presentment.size], [0n, 0n]);
  if (presentment <= 0n || shop <= 0n)
    throw new Unusable(
      `transactions.currency: is ${currency}, and the refund does not tell its value in the shop's currency`,
    );
  const denominator = presentment * HUNDREDTH;
  return ((2n * size * shop + denominator) / (2n * denominator)) * HUNDREDTH;
}

/** One hundredth in millionths. */
const HUNDREDTH = 10_000n;

interface Pair {
  shop: Money;
  presentment: Money;
}

/** The amounts of a refund that stand in both currencies. */
function pairsOf(refund: Fields): Pair[] {
  const lines = [...objectsOf(refund['refund_line_items']), ...objectsOf(refund['refund_shipping_lines'])];
  const sets = [
    ...lines.flatMap((line) => [line['subtotal_set'] ?? line['subtotal_amount_set'], line['total_tax_set']]),
    ...objectsOf(refund['order_adjustments']).map((adjustment) => adjustment['amount_set']),
  ];
  return sets.flatMap((set) => pairOf(set) ?? []);
}

function pairOf(set: unknown): Pair | undefined {
  const [shop, presentment] = ['shop_money', 'presentment_money'].map((name) => fieldsOf(fieldsOf(set)[name]));
  if (text(shop!['currency_code']) === undefined || text(presentment!['currency_code']) === undefined) return undefined;
  const money = (of: Fields): Money => ({
    currency: currencyOf(of['currency_code'], 'currency_code'),
    size: millionths(of['amount'], 'amount'),
  });
  return { shop: money(shop!), presentment: money(presentment!) };
}
