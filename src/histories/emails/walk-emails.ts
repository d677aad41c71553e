/** Walks what happened to the emails of each person: email events, opens and clicks, as the query of reports/email-events.ts has them. */
import type { Plan } from '../../attribution/plan.ts';
import { ENGAGEMENT_TYPES } from '../../domain/touchpoint.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import { brandRule } from '../../identity/kept-persons.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { isWithin, type Position } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { type Histories, newestFresh, olderFresh } from '../histories.ts';
import { People } from '../orders/people.ts';
import { SubjectBrands } from '../subject-brands.ts';
import { type EmailRows, emailRange, filledEmails } from './email-rows.ts';

/** What events of one kind have in common. Filters and groups are about it. */
export interface EmailKind {
  /** The brand; null for opens and clicks, which have that of their person. */
  brand_id: string | null;
  channel: string | null;
  campaign_id: string | null;
  /** True if only the link names the campaign. */
  is_label: boolean;
  email_id: string | null;
  campaign_kind: string | null;
  kind: string;
  bounce_kind: string | null;
  verdict: string | null;
}

/** Everything about emails that a report reads from histories. */
export interface EmailHistories {
  histories: Histories;
  emails: EmailRows;
  people: People;
  /** By subject, the place of its brand in the plan, or -1. Of subjects without touchpoints it is not known. */
  brandOf: (subject: number) => number;
  /** By number. Those of email events come first. Kinds of touchpoints that are no open or click are null. */
  kinds: ReadonlyArray<EmailKind | null>;
}

/** True if histories hold the emails of a plan. */
export function holdsEmails(
  histories: Histories,
  { positions: { touchpoints, identity } }: Plan,
): histories is Histories & { emails: EmailRows } {
  return (
    histories.emails !== null &&
    identity === touchpoints &&
    isWithin(touchpoints, histories.position) &&
    isWithin(touchpoints, histories.emails.position) &&
    isWithin(histories.reclassified, touchpoints)
  );
}

/** Null if histories do not hold the emails of a plan. */
export async function emailHistories(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  histories: Histories,
): Promise<EmailHistories | null> {
  if (!holdsEmails(histories, plan)) return null;
  const { emails, subjects, labels } = histories;
  const rules = plan.brands.map(({ brand_id, settings }) => brandRule(brand_id, settings));
  const person_keys = await directory.personKeys(snapshot, plan.positions.identity, rules);
  const people = await People.of(subjects, person_keys);
  const brands = await SubjectBrands.of(snapshot, subjects, plan.positions.touchpoints);
  const brandOf = brands.placesIn(plan.brands.map(({ brand_id }) => brand_id));
  return { histories, emails, people, brandOf, kinds: [...emails.labels.map(kindOfEvent), ...labels.map(kindOfTouch)] };
}

const kindOfEvent = ({ event_type, ...label }: EmailRows['labels'][number]): EmailKind => ({
  ...label,
  channel: 'email',
  is_label: false,
  kind: event_type!,
  verdict: 'human',
});

function kindOfTouch(label: Histories['labels'][number]): EmailKind | null {
  const { touchpoint_type, channel, campaign_id, sent_campaign_id, email_id, campaign_kind, verdict } = label;
  if (!(ENGAGEMENT_TYPES as readonly (string | null)[]).includes(touchpoint_type)) return null;
  const is_label = sent_campaign_id === null && campaign_id !== null;
  const own = { channel, campaign_id, is_label, email_id, campaign_kind, verdict };
  return { ...own, brand_id: null, kind: touchpoint_type!, bounce_kind: null };
}

/** Takes the events of one person after another. */
export interface TakesEmails {
  /** Begins with a person. @param subject the one that names it. */
  begin(subject: number): void;
  /** @param kind its number. @param brand the place of the brand in the plan. */
  take(kind: number, at_ms: number, brand: number): void;
  end(subject: number): void;
}

/** What is read. */
export interface EmailsRead {
  /** 1 for the kinds that are read, by number. */
  wanted: Uint8Array;
  /** The time [start_ms, end_ms) that is read, by place of the brand in the plan. */
  spans: ReadonlyArray<{ start_ms: number; end_ms: number }>;
  signal: AbortSignal | undefined;
}

/** Hands out the events of all people, in no order of time. The event loop has turns. */
export async function walkEmails(of: EmailHistories, plan: Plan, read: EmailsRead, to: TakesEmails): Promise<void> {
  const { people, histories } = of;
  const walk = new Walk(of, plan, read, to);
  const turns = new WorkTurns();
  const count = histories.subjects.size;
  const own = (subject: number): void => walk.subject(subject);
  for (let subject = 0; subject < count; subject++) {
    if (turns.ends(512)) {
      await turns.next();
      read.signal?.throwIfAborted();
    }
    // The other subjects are walked with the one that names the person.
    if (people.personOf(subject) !== subject) continue;
    to.begin(subject);
    people.eachSubject(subject, own);
    to.end(subject);
  }
}

class Walk {
  private readonly histories: Histories;
  private readonly emails: EmailRows;
  private readonly first_touch_kind: number;
  private readonly email_brand: Int32Array;
  private readonly start_ms: Float64Array;
  private readonly end_ms: Float64Array;
  private readonly email_limits: Float64Array;
  private readonly touch_limits: Float64Array;

  constructor(
    private readonly of: EmailHistories,
    plan: Plan,
    private readonly read: EmailsRead,
    private readonly to: TakesEmails,
  ) {
    this.histories = of.histories;
    this.emails = of.emails;
    const { labels, collectors } = of.emails;
    const brand_ids = plan.brands.map(({ brand_id }) => brand_id);
    this.first_touch_kind = labels.length;
    this.email_brand = Int32Array.from(labels, ({ brand_id }) => brand_ids.indexOf(brand_id!));
    this.start_ms = Float64Array.from(read.spans, ({ start_ms }) => start_ms);
    this.end_ms = Float64Array.from(read.spans, ({ end_ms }) => end_ms);
    this.email_limits = limitsOf(collectors, plan.positions.touchpoints);
    this.touch_limits = limitsOf(of.histories.collectors, plan.positions.touchpoints);
  }

  subject(subject: number): void {
    const { emails, histories } = this;
    const [from, until] = emailRange(emails, subject);
    for (let place = from; place < until; place++) this.email(place);
    const filled = filledEmails(emails);
    for (let next = emails.newest[subject] ?? 0; next > 0; next = emails.older[next - 1 - filled]!)
      if (next <= emails.length) this.email(next - 1);
    const { starts } = histories;
    const has_range = subject + 1 < starts.length;
    const fresh = newestFresh(histories, subject);
    if (!has_range && fresh < 0) return;
    const brand = this.of.brandOf(subject);
    if (brand < 0) return;
    if (has_range) for (let place = starts[subject]!; place < starts[subject + 1]!; place++) this.touch(place, brand);
    for (let place = fresh; place >= 0; place = olderFresh(histories, place)) this.touch(place, brand);
  }

  private email(place: number): void {
    const { label, at_ms, log_seq, collector } = this.emails;
    const kind = label[place]!;
    if (this.read.wanted[kind] !== 1) return;
    const brand = this.email_brand[kind]!;
    const at = at_ms[place]!;
    if (brand < 0 || at < this.start_ms[brand]! || at >= this.end_ms[brand]!) return;
    if (log_seq[place]! <= this.email_limits[collector[place]!]!) this.to.take(kind, at, brand);
  }

  private touch(place: number, brand: number): void {
    const { label, at_ms, log_seq, collector } = this.histories;
    const kind = this.first_touch_kind + label[place]!;
    if (this.read.wanted[kind] !== 1) return;
    const at = at_ms[place]!;
    if (at < this.start_ms[brand]! || at >= this.end_ms[brand]!) return;
    if (log_seq[place]! <= this.touch_limits[collector[place]!]!) this.to.take(kind, at, brand);
  }
}

/** The last position that counts, by number of a collector. */
function limitsOf(collectors: readonly string[], position: Position): Float64Array {
  const limits = new Float64Array(256);
  for (const [c, name] of collectors.entries()) limits[c] = position.get(name) ?? 0;
  return limits;
}
