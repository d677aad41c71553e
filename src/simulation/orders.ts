/** Orders, as the browser and the server report them, and their refunds. */

import { MS_PER_DAY } from '../domain/time.ts';
import type { Cause } from './effects.ts';
import { SITE } from './entries.ts';
import { join, promote, signIn } from './membership.ts';
import type { Person } from './person.ts';
import { browserFields, type Session } from './session.ts';
import { stamp } from './stamp.ts';
import { money } from './tally.ts';

/** The person checks out at the end of a visit. A guest becomes a customer. */
export function placeOrder(person: Person, session: Session, at_ms: number, cause: Cause): void {
  if (at_ms > person.programme.end_ms) return;
  const { random, traits, tally } = person;
  const { device, origin, session_id } = session;
  if (!person.joined) join(person, at_ms - 1_000, session);
  signIn(person, device, at_ms - 1_000);
  const conversion_page = `${SITE}/checkout/thank-you`;
  person.touch('purchase', at_ms, { ...browserFields(person, session), ...origin, url: conversion_page });

  const order_id = person.id('ord');
  const cents = Math.max(499, Math.round(random.lognormal(traits.mean_order_cents, 0.6)));
  const quantity = random.weighted([
    { share: 0.6, n: 1 },
    { share: 0.25, n: 2 },
    { share: 0.15, n: 4 },
  ]).n;
  const product_ids = Array.from({ length: Math.min(quantity, 2) }, () => `sku_${random.integer(1000, 1180)}`);
  const { category } = session.page;
  const content = {
    conversion_type: random.chance(0.05) ? 'subscription' : 'purchase',
    conversion_value: money(cents),
    currency: traits.currency,
    order_id,
  };
  const conversion_id = person.id('cv');
  const browser = { conversion_id, ...person.on(device), session_id, ...content, occurred_at: stamp(at_ms) };
  person.put('conversions', { ...browser, product_ids, category, quantity, conversion_page }, at_ms);
  person.orders++;
  tally.addOrder(traits.currency, cents, cause);
  person.claimed.order(at_ms, traits.currency, cents);
  promote(person, at_ms);
  if (random.chance(0.15)) reportAgain(person, content, at_ms);
  adjust(person, { order_id, conversion_id, cents }, at_ms);
}

/** The shop's server reports the order too, with its own id. The shared order_id shows that it is one order. */
function reportAgain(person: Person, content: object, at_ms: number): void {
  const server_ms = at_ms + person.random.integer(500, 20_000);
  const conversion_id = person.id('cv');
  const { customer_id } = person;
  const copy = { conversion_id, customer_id, ...content, occurred_at: stamp(server_ms) };
  if (person.put('conversions', copy, server_ms)) person.tally.orders_reported_twice++;
}

interface Order {
  order_id: string;
  conversion_id: string;
  cents: number;
}

const FATES = [
  { share: 0.887, fate: 'kept' },
  { share: 0.06, fate: 'partial' },
  { share: 0.01, fate: 'twice' },
  { share: 0.04, fate: 'full' },
  { share: 0.003, fate: 'chargeback' },
] as const;

function adjust(person: Person, order: Order, at_ms: number): void {
  const { random } = person;
  const { fate } = random.weighted(FATES);
  const days = (low: number, high: number) => random.between(low, high) * MS_PER_DAY;
  const part = () => Math.max(1, Math.round(order.cents * random.between(0.1, 0.45)));
  if (fate === 'full') refund(person, order, order.cents, 'refund', at_ms + days(2, 21));
  if (fate === 'chargeback') refund(person, order, order.cents, 'chargeback', at_ms + days(15, 45));
  if (fate === 'partial' || fate === 'twice') refund(person, order, part(), 'refund', at_ms + days(2, 21));
  if (fate === 'twice') refund(person, order, part(), 'refund', at_ms + days(5, 30));
}

function refund(person: Person, order: Order, cents: number, reason: string, at_ms: number): void {
  person.at(person.awake(at_ms), (at) => {
    const { random, traits, tally } = person;
    const { order_id, conversion_id } = order;
    const whose = random.chance(0.5) ? { order_id } : { conversion_id };
    const what = { amount: money(-cents), currency: traits.currency, reason, occurred_at: stamp(at) };
    person.put('adjustments', { adjustment_id: person.id('adj'), ...whose, ...what }, at);
    tally.adjusted[traits.currency] -= cents;
  });
}
