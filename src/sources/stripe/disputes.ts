/** Disputes of Stripe: the order loses its money when the funds are withdrawn, and has it back when they are reinstated. */
import { instant, needed } from '../fields.ts';
import { adjustmentDrafts, type Reason } from '../order-drafts.ts';
import type { Translated } from '../source.ts';
import { type StripeEvent, stripeAmount } from './payments.ts';
import { orderOf } from './refunds.ts';

export const disputed = (event: StripeEvent): Translated => moved(event, '-', '', 'chargeback');
export const reinstated = (event: StripeEvent): Translated => moved(event, '', ':reinstated', 'correction');

function moved({ object, created }: StripeEvent, sign: '-' | '', suffix: string, reason: Reason): Translated {
  const { amount, currency } = stripeAmount(object, 'amount');
  return {
    drafts: adjustmentDrafts({
      adjustment_id: `stripe:${needed(object['id'], 'data.object.id')}${suffix}`,
      order_id: orderOf(object),
      amount: `${sign}${amount}`,
      currency,
      reason,
      occurred_at: instant(created, 'created'),
    }),
  };
}
