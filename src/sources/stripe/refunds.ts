/** Refunds of Stripe: each has an event of its own. The event of the charge has only their sum, so it is the second choice. */
import type { Draft } from '../../log/envelope.ts';
import { type Fields, fieldsOf, instant, needed } from '../fields.ts';
import { majorUnits, wholeUnits } from '../minor-units.ts';
import { adjustmentDrafts } from '../order-drafts.ts';
import type { SourceOptions, Translated } from '../source.ts';
import { Unusable } from '../source.ts';
import { idOf, type StripeEvent, stripeAmount } from './payments.ts';

const FROM_CHARGES = 'charge.refunded';
const fromCharges = ({ options }: SourceOptions): boolean => options['refunds'] === FROM_CHARGES;

/** The order of an object that names its payment. @throws Unusable. */
export function orderOf({ payment_intent, charge }: Fields): string {
  const order_id = idOf(payment_intent) ?? idOf(charge);
  if (order_id === undefined) throw new Unusable('payment_intent: is missing, so it belongs to no order');
  return order_id;
}

const UNDONE: readonly unknown[] = ['failed', 'canceled'];
const NOT_CHOSEN: Translated = { ignored: `the option refunds is "${FROM_CHARGES}"` };

export function refundCreated(event: StripeEvent, options: SourceOptions): Translated {
  if (fromCharges(options)) return NOT_CHOSEN;
  const { object } = event;
  return {
    drafts: [...refundDrafts(event, '-'), ...(UNDONE.includes(object['status']) ? refundDrafts(event, '') : [])],
  };
}

export function refundFailed(event: StripeEvent, options: SourceOptions): Translated {
  return fromCharges(options) ? NOT_CHOSEN : { drafts: refundDrafts(event, '') };
}

/** A refund that fails has an event of its own, beside this one. */
export function refundUpdated(event: StripeEvent, options: SourceOptions): Translated {
  if (event.object['status'] !== 'canceled') return { ignored: 'the refund stands' };
  return refundFailed(event, options);
}

/** @param sign empty for money that comes back, since the refund failed or was cancelled. */
function refundDrafts({ object, created }: StripeEvent, sign: '-' | ''): Draft[] {
  const { amount, currency } = stripeAmount(object, 'amount');
  return adjustmentDrafts({
    adjustment_id: `stripe:${needed(object['id'], 'data.object.id')}${sign === '-' ? '' : ':undone'}`,
    order_id: orderOf(object),
    amount: `${sign}${amount}`,
    currency,
    reason: sign === '-' ? 'refund' : 'correction',
    occurred_at: sign === '-' ? instant(object['created'], 'data.object.created') : instant(created, 'created'),
  });
}

/** The sum of all refunds of a charge grows: what this event adds to it is one refund. */
export function chargeRefunded({ object, previous, created }: StripeEvent, options: SourceOptions): Translated {
  if (!fromCharges(options)) return { ignored: 'refund.created tells each refund' };
  const { currency } = stripeAmount(object, 'amount_refunded');
  const total = wholeUnits(object['amount_refunded'], 'amount_refunded');
  const before = wholeUnits(fieldsOf(previous)['amount_refunded'], 'previous_attributes.amount_refunded');
  const { amount } = stripeAmount({ currency, amount: String(total - before) }, 'amount');
  const id = needed(object['id'], 'data.object.id');
  return {
    drafts: adjustmentDrafts({
      adjustment_id: `stripe:${id}:refund:${majorUnits(total, currency)}`,
      order_id: idOf(object['payment_intent']) ?? id,
      amount: `-${amount}`,
      currency,
      reason: 'refund',
      occurred_at: instant(created, 'created'),
    }),
  };
}
