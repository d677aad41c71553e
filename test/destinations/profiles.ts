/** Any profile of a customer, for the tests of destinations. */
import fc from 'fast-check';
import type { Message, ProfileMessage } from '../../src/destinations/message.ts';
import { anyMessage } from './messages.ts';

const instant = fc.integer({ min: 1_000_000_000_000, max: 1_900_000_000_000 }).map((ms) => new Date(ms).toISOString());
const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });

const anyProfile: fc.Arbitrary<ProfileMessage> = fc.record({
  kind: fc.constant('profile' as const),
  message_id: fc.uuid(),
  revision: fc.integer({ min: 1, max: 1_000 }),
  brand_id: fc.constantFrom('default', 'other'),
  customer_id: id,
  as_of: instant,
  currency: fc.constantFrom('USD', 'JPY', 'KWD'),
  total_conversions: fc.nat(100_000),
  lifetime_value_micros: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }).map(String),
  first_conversion_at: instant,
  last_conversion_at: instant,
  last_email_conversion_campaign: fc.option(id, { nil: null }),
});

/** Any message, of an order or of a customer. */
export const anyTold: fc.Arbitrary<Message> = fc.oneof<fc.Arbitrary<Message>[]>(anyMessage, anyProfile);
