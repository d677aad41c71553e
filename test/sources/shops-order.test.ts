/** Whatever the order in which the deliveries of one order arrive, and however often, the report is the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startSource } from './harness.ts';
import { ago, CLICK, clicked, earned, hmac, receiptOf, SECONDS, type Sent, send, tell } from './shops.ts';

const SECRET = 'secret-of-the-tests';

function stripe(type: string, object: object): Sent {
  const body = JSON.stringify({ type, created: SECONDS - 3_600, livemode: true, data: { object } });
  const signature = hmac(SECRET, 'hex', `${SECONDS}.`, body);
  return { body, headers: { 'stripe-signature': `t=${SECONDS},v1=${signature}` } };
}

/** The life of the order of a guest, by number. Of the person only the session knows the address and the click. */
const life = (n: number): Sent[] => {
  const intent = { payment_intent: `pi_${n}`, currency: 'usd' };
  const refund = (id: string, amount: number) =>
    stripe('refund.created', { ...intent, id: `re_${n}${id}`, amount, status: 'pending', created: SECONDS - 60 });
  const dispute = { ...intent, id: `dp_${n}`, amount: 300 };
  return [
    stripe('charge.succeeded', { ...intent, id: `ch_${n}`, amount: 2_000, captured: true, created: SECONDS - 3_605 }),
    stripe('payment_intent.succeeded', { id: `pi_${n}`, currency: 'usd', amount_received: 2_000 }),
    stripe('checkout.session.completed', {
      ...intent,
      id: `cs_${n}`,
      mode: 'payment',
      payment_status: 'paid',
      amount_total: 2_000,
      metadata: { ct_click_id: CLICK },
      customer_details: { email: 'anna@example.com' },
    }),
    refund('a', 250),
    refund('b', 250),
    stripe('charge.dispute.funds_withdrawn', dispute),
    stripe('charge.dispute.funds_reinstated', dispute),
  ];
};

test('any order of the deliveries of one order gives the same report and receipt', async () => {
  let n = 0;
  const server = await startSource({ provider: 'stripe', secrets: [SECRET] });
  await tell(server, 'touchpoints', clicked({ occurred_at: ago(7_200) }));
  const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 0, 2, 4], { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(order, async (places) => {
      n += 1;
      const deliveries = life(n);
      for (const place of places) await send(server, deliveries[place]!);
      const { order: shown, path_length, reconciliation } = await receiptOf(server, `stripe:cs_${n}`);
      expect(shown).toMatchObject({ net: '15.000000', match: { method: 'click_id' } });
      expect(shown.conversion_ids).toEqual([`stripe:ch_${n}`, `stripe:cs_${n}`, `stripe:pi_${n}`]);
      expect({ path_length, unattributed: reconciliation.unattributed }).toEqual({
        path_length: 1,
        unattributed: '0.000000',
      });
    }),
    { numRuns: 6 },
  );
  const net = (15 * n).toFixed(2);
  expect(await earned(server)).toEqual({ email: net, net });
});
