/**
 * The words of this house, one meaning a word. Code, messages and pages use them as they stand here.
 *
 * What is sent
 * - record        one thing that a sender tells: a touchpoint, conversion, adjustment, email event, rate, link, …
 * - first-wins record  a record that stays as its first log position has it; other content under its id is a conflict
 * - statement     a record that a later one may say anew (spend, rate, link, segment); the latest one counts
 * - draft         a record as it was sent, before it is read and checked
 * - envelope      the drafts that a sender hands over in one go
 * - acknowledgement  what a sender gets back: what was accepted, and what was refused and why
 * - brand         whose data it is; nothing joins across brands
 *
 * What happened
 * - touchpoint    an event on a channel that may have moved a person: a row of the log
 * - conversion    an outcome with a value
 * - order         the conversions that share an order_id; a conversion without one is an order of its own
 * - adjustment    a signed change of an order's value: refund, chargeback, correction
 * - verdict       whether a touchpoint was made by a person: human, proxied, machine, bot, suspect or unknown
 * - reclassification  a later verdict and channel of a touchpoint, by newer rules; the touchpoint itself stays
 *
 * Who it was
 * - customer      an id that some record carries as customer_id
 * - anonymous id  an id of a browser or device
 * - subject       the id that a record names: its customer_id, else its anonymous_id
 * - person        the ids that belong together; found on read, never stored
 * - member        an id in a person
 *
 * What earns credit
 * - candidate     a touchpoint that the filters leave for an order: right person, type, verdict, channel, window
 * - window        how far back from an order a candidate may lie
 * - touch         what counts once, after the candidates of one interaction are collapsed
 * - path          the touches of one order, oldest first: k = 1 … n
 * - journey       everything that a person did between two long gaps, whether it ended in an order or not
 * - weight        what a model gives a touch
 * - share         a weight over the sum of its path
 * - credit        a share of an order's value, in micros, exact
 * - receipt       the explanation of one order: each touch, its weight and its credit
 *
 * How it is computed
 * - model         a rule that gives weights, or one that learnt them
 * - fit           the work that makes an artifact from the log
 * - artifact      what a fit learnt, as it was kept; it never changes
 * - plan          what a report asks, with every default filled in and every position fixed
 *
 * How it is kept
 * - collector     a process that accepts records and writes them to its spool
 * - log position  (`log_seq`) where a record stands in its collector's spool; `as_of` is one position per collector
 * - follower      work that reads the log in order behind a cursor of its own
 * - state         what is kept and is not log: cursors, leases, keys
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
