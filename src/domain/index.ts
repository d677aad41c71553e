/**
 * The glossary. Each word has one meaning, and code, messages and pages use the words with these meanings.
 *
 * What is sent
 * - record        one fact that a sender sends: a touchpoint, conversion, adjustment, email event, rate, link, …
 * - first-wins record  a record of which the first content under an id counts; other content under that id is a conflict
 * - statement     a record that a newer record can replace (spend, rate, claim, link, customer segment); the latest one counts
 * - line          a record that is one of a list (spend, claim, adjustment); equal lines of one request or file each count
 * - draft         a record as it was sent, before it is read and checked
 * - envelope      the drafts of one request or one webhook
 * - acknowledgement  the answer to a sender: what was accepted, what was refused and why (`Receipt` in the API)
 * - brand         the owner of the data; nothing joins across brands
 *
 * What happened
 * - touchpoint    an event on a channel that may have influenced a person: a row of the log
 * - conversion    an outcome with a value
 * - page conversion  a conversion that a page sent, where anyone can send it; the conversion of a server counts before it
 * - claim         what an email provider or a platform says it earned on a day, mostly with a campaign; a statement
 * - claimant      who makes a claim
 * - consent       what a person said at an instant about a purpose (measurement, sharing, profiling): granted or denied; without one it is
 *                 unknown. What holds for a touchpoint is found on read
 * - order         the conversions that share an order_id; a conversion without one is an order of its own
 * - adjustment    a signed change of an order's value: refund, chargeback, correction
 * - verdict       who made a touchpoint, a person or a machine: human, proxied, machine, bot, suspect or unknown
 * - reclassification  a new verdict and channel of a stored touchpoint, by newer rules; the touchpoint itself does not change
 *
 * Who it was
 * - customer      an id that some record carries as customer_id
 * - anonymous id  an id of a browser or device
 * - subject       the id that a record names: its customer_id, else its anonymous_id
 * - person        the ids that belong together; computed on read, never stored as a fact. Its name is one of its ids
 * - member        an id of a person. The relation `persons` lists only the members that differ from their person's name
 *
 * What earns credit
 * - continuation  a touchpoint that came from the site itself or a payment page, and belongs to the visit before it
 * - candidate     a touchpoint that the filters leave for an order: right person, type, verdict, channel, window
 * - window        how far back from an order a candidate may lie
 * - touch         one interaction: the candidates that belong together are collapsed into one touch
 * - path          the touches of one order, oldest first: k = 1 … n
 * - journey       the events of a person without a long gap between them, with or without an order
 * - weight        the number that a model gives a touch
 * - share         a weight over the sum of its path
 * - credit        a share of an order's value, in micros, exact
 * - receipt       the explanation of one order: each touch, its weight and its credit
 *
 * What worked
 * - experiment    a plan to compare groups of people that chance made; a statement
 * - arm           one of these groups; the control is the arm that the others are compared with
 * - holdout       a control whose people are not treated
 * - assignment    who was put into which arm, and when; it follows from a hash
 * - exposure      who got the treatment of an arm, and when
 *
 * How it is computed
 * - model         a way to give weights to the touches of a path: by a fixed rule, or learnt from the log
 * - fit           one training of a model on the log; its result is an artifact
 * - artifact      the stored result of a fit; it never changes
 * - plan          an attribution request with every default filled in and every position fixed
 *
 * How it is kept
 * - collector     a process that accepts records and writes them to its spool
 * - spool         the files in which a collector keeps accepted records until the warehouse has them; one file is a segment
 * - log position  (`log_seq`) the number of a record in its collector's log; `as_of` is one position per collector
 * - follower      background work: it reads the log in order behind its own cursor, or runs at an interval
 * - state         small data that is not part of the log: cursors, leases, keys, suppressions
 */
import { assignments, exposures } from './assignment.ts';
import { claims } from './claim.ts';
import { consents } from './consent/consent.ts';
import { adjustments, conversions } from './conversion.ts';
import { emailEvents } from './email-event.ts';
import { experiments } from './experiment.ts';
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
  claims,
  consents,
  experiments,
  assignments,
  exposures,
} as const satisfies Record<string, unknown>;

export type RecordName = keyof typeof RECORD_KINDS;
export const RECORD_NAMES = Object.keys(RECORD_KINDS) as RecordName[];

export function recordKind(name: RecordName): RecordKind {
  return RECORD_KINDS[name] as unknown as RecordKind;
}

export function isRecordName(name: string): name is RecordName {
  return Object.hasOwn(RECORD_KINDS, name);
}
