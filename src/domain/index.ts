/**
 * The words of this house, one per thing.
 *
 * - touchpoint   an event on a channel that may have moved a person: a row of the log
 * - touch        what counts once in a path, after touchpoints of one interaction are collapsed
 * - conversion   an outcome with a value; conversions that share an order_id are one order
 * - adjustment   a signed change of an order's value: refund, chargeback, correction
 * - person       the ids that belong together; found on read, never stored
 * - window       how far back from a conversion a touch may earn credit
 * - path         the touches of one conversion, oldest first: k = 1 … n
 * - weight       what a model gives a touch; share is weight over the path's sum
 * - credit       a share of a conversion's value, in micros, exact
 * - verdict      human, proxied, machine, bot, suspect or unknown
 * - brand        whose data it is; nothing joins across brands
 * - log position (`log_seq`) where an event stands in its collector's spool; `as_of` is one per collector
 */
import { adjustments, conversions } from './conversion.ts';
import { emailEvents } from './email-event.ts';
import { customerSegments, identityLinks } from './identity-link.ts';
import type { RecordKind } from './record.ts';
import { fxRates, spend } from './spend.ts';
import { touchpoints } from './touchpoint.ts';

/** Every kind of record that can be sent, by its name on the wire. */
export const RECORD_KINDS = {
  touchpoints,
  conversions,
  email_events: emailEvents,
  adjustments,
  spend,
  fx_rates: fxRates,
  identity_links: identityLinks,
  customer_segments: customerSegments,
} as const satisfies Record<string, unknown>;

export type RecordName = keyof typeof RECORD_KINDS;
export const RECORD_NAMES = Object.keys(RECORD_KINDS) as RecordName[];

export function recordKind(name: RecordName): RecordKind {
  return RECORD_KINDS[name] as unknown as RecordKind;
}

export function isRecordName(name: string): name is RecordName {
  return Object.hasOwn(RECORD_KINDS, name);
}
