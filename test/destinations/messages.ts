/** Messages for the tests of destinations: an order, its corrections, and any message that could come. */
import fc from 'fast-check';
import type { ConversionMessage, OrderState, ProfileMessage } from '../../src/destinations/message.ts';
import { CONVERSION_TYPES } from '../../src/domain/conversion.ts';
import { MAX_MICROS } from '../../src/domain/money.ts';

export const NOW_MS = Date.parse('2026-03-02T12:00:00Z');

const TOUCH = {
  occurred_at: '2026-02-27T09:00:00.000Z',
  touchpoint_type: 'email_click',
  channel: 'email',
  campaign_id: 'spring',
  email_id: 'spring-1',
};

export const STATE: OrderState = {
  net_micros: '149990000',
  email_credit_micros: '74995000',
  credited_micros: '149990000',
  unattributed_reason: null,
  journey_length_days: 2,
  touchpoint_count: 2,
  first_touch: TOUCH,
  last_touch: { ...TOUCH, occurred_at: '2026-03-01T09:00:00.000Z', channel: 'paid_search', campaign_id: 'brand' },
  credits: [
    { channel: 'email', campaign_id: 'spring', email_id: 'spring-1', is_email: true, credit_micros: '74995000' },
    { channel: 'paid_search', campaign_id: 'brand', email_id: null, is_email: false, credit_micros: '74995000' },
  ],
};

export function conversion(rest: Partial<ConversionMessage> = {}): ConversionMessage {
  return {
    kind: 'conversion',
    message_id: 'm-1-1',
    revision: 1,
    brand_id: 'default',
    conversion_id: 'conversion-1',
    order_id: 'order-1',
    conversion_type: 'purchase',
    occurred_at: '2026-03-01T11:00:00.000Z',
    currency: 'USD',
    value_micros: '149990000',
    customer_id: 'customer-1',
    anonymous_id: 'browser-1',
    session_id: 'visit-1',
    product_ids: ['sku-1', 'sku-2'],
    quantity: 3,
    category: 'shoes',
    identifiers: {},
    segments: ['vip'],
    attribution_model: 'linear',
    state: STATE,
    correction: null,
    ...rest,
  };
}

/** The next message of an order: what differs of its state. */
export function corrected(message: ConversionMessage, state: Partial<OrderState>): ConversionMessage {
  const after = { ...message.state, ...state };
  const part = (field: 'net_micros' | 'email_credit_micros') =>
    String(BigInt(after[field]) - BigInt(message.state[field]));
  return {
    ...message,
    message_id: `${message.message_id.replace(/-\d+$/, '')}-${message.revision + 1}`,
    revision: message.revision + 1,
    state: after,
    correction: {
      before: message.state,
      parts: [{ cause: 'refunds', net_micros: part('net_micros'), email_credit_micros: part('email_credit_micros') }],
    },
  };
}

export const PROFILE: ProfileMessage = {
  kind: 'profile',
  message_id: 'p-1-1',
  revision: 1,
  brand_id: 'default',
  customer_id: 'customer-1',
  as_of: '2026-03-01T11:00:00.000Z',
  currency: 'USD',
  total_conversions: 3,
  lifetime_value_micros: '449970000',
  first_conversion_at: '2025-03-01T11:00:00.000Z',
  last_conversion_at: '2026-03-01T11:00:00.000Z',
  last_email_conversion_campaign: 'spring',
};

/** Texts that records may have: short ones, long ones, and with characters of every length. */
const text = (most: number) =>
  fc
    .oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
      fc
        .string({ unit: 'grapheme-composite', minLength: 1, maxLength: most })
        .map((long) => long.repeat(3).slice(0, most)),
      fc.constantFrom('<a & b>', '"\'; drop', 'Ünï©ode 😀', 'a@example.com', ']]>', 'x'.repeat(most)),
    )
    .map((made) => made.replace(/\p{Cc}/gu, ' ').toWellFormed());
const id = fc.oneof(fc.uuid(), text(500));
const micros = fc.oneof(fc.bigInt(0n, 1_000_000_000n), fc.bigInt(0n, BigInt(MAX_MICROS))).map(String);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const state: fc.Arbitrary<OrderState> = fc.record({
  net_micros: micros,
  email_credit_micros: micros,
  credited_micros: micros,
  unattributed_reason: maybe(fc.constant('no_touch')),
  journey_length_days: maybe(fc.nat(400)),
  touchpoint_count: fc.nat(200),
  first_touch: maybe(text(200).map((channel) => ({ ...TOUCH, channel }))),
  last_touch: maybe(text(200).map((channel) => ({ ...TOUCH, channel }))),
  credits: fc.array(
    fc.record({
      channel: text(100),
      campaign_id: maybe(id),
      email_id: maybe(id),
      is_email: fc.boolean(),
      credit_micros: micros,
    }),
    { maxLength: 4 },
  ),
});

const hex64 = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const identifiers = fc.record(
  {
    ga_client_id: id,
    ga_session_id: fc.oneof(fc.nat().map(String), id),
    gclid: id,
    fbc: id,
    fbp: id,
    client_user_agent: text(400),
    email_sha256: fc.oneof(hex64, id),
    phone_sha256: fc.oneof(hex64, id),
  },
  { requiredKeys: [] },
);

const CURRENCIES = ['USD', 'JPY', 'KWD', 'CLF', 'EUR'];
const instant = fc.integer({ min: NOW_MS - 100 * 86_400_000, max: NOW_MS + 86_400_000 });

const first: fc.Arbitrary<ConversionMessage> = fc.record({
  kind: fc.constant('conversion' as const),
  message_id: fc.uuid().map((uuid) => `${uuid}-1`),
  revision: fc.constant(1),
  brand_id: fc.constantFrom('default', 'other'),
  conversion_id: id,
  order_id: maybe(id),
  conversion_type: fc.constantFrom(...CONVERSION_TYPES, 'purchase'),
  occurred_at: instant.map((ms) => new Date(ms).toISOString()),
  currency: fc.constantFrom(...CURRENCIES),
  value_micros: micros,
  customer_id: maybe(id),
  anonymous_id: maybe(id),
  session_id: maybe(id),
  product_ids: fc.oneof(
    fc.array(id, { maxLength: 4 }),
    id.map((one) => Array(300).fill(one) as string[]),
  ),
  quantity: maybe(fc.integer({ min: 1, max: 1_000_000 })),
  category: maybe(text(300)),
  identifiers,
  segments: fc.array(text(100), { maxLength: 3 }),
  attribution_model: text(60),
  state,
  correction: fc.constant(null),
});

/** Any message of an order: its first, or one after a correction. */
export const anyMessage: fc.Arbitrary<ConversionMessage> = fc
  .tuple(first, maybe(state))
  .map(([message, changed]) => (changed === null ? message : corrected(message, changed)));

/** An order and all that is told of it: each value that it had in turn. */
export const anyHistory: fc.Arbitrary<ConversionMessage[]> = fc
  .tuple(first, fc.array(micros, { maxLength: 5 }))
  .map(([message, values]) => {
    const told = [message];
    for (const net_micros of values) told.push(corrected(told.at(-1)!, { net_micros }));
    return told;
  });
