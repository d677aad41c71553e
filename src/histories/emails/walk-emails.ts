/** Walks what happened to the emails of each person: email events, opens and clicks, as the query of reports/email-events.ts has them. */
import type { Plan } from '../../attribution/plan.ts';
import { ENGAGEMENT_TYPES } from '../../domain/touchpoint.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import { brandRule } from '../../identity/kept-persons.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { isWithin, type Position } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { filledRows, type Histories, newestFresh, olderFresh } from '../histories.ts';
import { People } from '../orders/people.ts';
import { SubjectBrands } from '../subject-brands.ts';
import { type EmailRows, filledEmails } from './email-rows.ts';

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

/** Takes the events of one person after another. People without an event are left out. */
export interface TakesEmails {
  begin(): void;
  /** @param kind its number. @param brand the place of the brand in the plan. @param place its place among email events, or touchpoints. */
  take(kind: number, at_ms: number, brand: number, place: number): void;
  /** @param subject the one that names the person. */
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
  const own = walk.subject.bind(walk);
  for (let subject = 0; subject < count; subject++) {
    if (turns.ends(512)) {
      await turns.next();
      read.signal?.throwIfAborted();
    }
    // The other subjects are walked with the one that names the person.
    if (people.personOf(subject) !== subject) continue;
    people.eachSubject(subject, own);
    walk.end(subject);
  }
}

/** Rows of one kind in the order of subjects, with those that count. */
interface Rows {
  at_ms: Float64Array;
  label: ArrayLike<number>;
  log_seq: Uint32Array;
  collector: Uint8Array;
  /** The number of the kind of label 0. */
  first_kind: number;
  /** How many rows there were when the walk began. */
  length: number;
  /** The last position that counts, by number of a collector; null if all rows count that were there. */
  limits: Float64Array | null;
}

class Walk {
  private readonly emails: Rows;
  private readonly touches: Rows;
  private readonly fresh_touches: Rows;
  private readonly email_brand: Int32Array;
  private readonly start_ms: Float64Array;
  private readonly end_ms: Float64Array;
  private readonly first_ms: number;
  private readonly last_ms: number;
  /** The rows in order of subjects, and whether there are others. */
  private readonly filled: number;
  private readonly has_fresh: { emails: boolean; touches: boolean };
  private has_begun = false;

  constructor(
    private readonly of: EmailHistories,
    plan: Plan,
    private readonly read: EmailsRead,
    private readonly to: TakesEmails,
  ) {
    const { emails, histories } = of;
    const { touchpoints } = plan.positions;
    const brand_ids = plan.brands.map(({ brand_id }) => brand_id);
    this.emails = {
      ...emails,
      first_kind: 0,
      limits: isWithin(emails.position, touchpoints) ? null : limitsOf(emails.collectors, touchpoints),
    };
    // Fresh touchpoints are there before their position is told.
    const limits = limitsOf(histories.collectors, touchpoints);
    this.fresh_touches = { ...histories, first_kind: emails.labels.length, limits };
    const all_count = isWithin(histories.filled.position, touchpoints);
    this.touches = { ...this.fresh_touches, limits: all_count ? null : limits };
    this.email_brand = Int32Array.from(emails.labels, ({ brand_id }) => brand_ids.indexOf(brand_id!));
    this.start_ms = Float64Array.from(read.spans, ({ start_ms }) => start_ms);
    this.end_ms = Float64Array.from(read.spans, ({ end_ms }) => end_ms);
    this.first_ms = Math.min(...this.start_ms);
    this.last_ms = Math.max(...this.end_ms);
    this.filled = filledEmails(emails);
    this.has_fresh = { emails: emails.length > this.filled, touches: histories.length > filledRows(histories) };
  }

  subject(subject: number): void {
    const { emails, histories } = this.of;
    const { starts, newest, older } = emails;
    const BY_LABEL = -1;
    if (subject + 1 < starts.length) this.rows(this.emails, starts[subject]!, starts[subject + 1]!, BY_LABEL);
    if (this.has_fresh.emails)
      for (let next = newest[subject] ?? 0; next > 0; next = older[next - 1 - this.filled]!)
        this.rows(this.emails, next - 1, next, BY_LABEL);
    const touch_starts = histories.starts;
    const from = touch_starts[subject] ?? 0;
    const until = touch_starts[subject + 1] ?? from;
    let fresh = this.has_fresh.touches ? newestFresh(histories, subject) : -1;
    if (from === until && fresh < 0) return;
    const brand = this.of.brandOf(subject);
    if (brand < 0) return;
    this.rows(this.touches, from, until, brand);
    for (; fresh >= 0; fresh = olderFresh(histories, fresh)) this.rows(this.fresh_touches, fresh, fresh + 1, brand);
  }

  end(subject: number): void {
    if (!this.has_begun) return;
    this.has_begun = false;
    this.to.end(subject);
  }

  /** Takes the rows from one place to before another. @param brand the place of the brand; below zero if the label tells it. */
  private rows(rows: Rows, from: number, until: number, brand: number): void {
    const { at_ms, label, first_kind, limits, length } = rows;
    const { first_ms, last_ms, start_ms, end_ms, email_brand, to } = this;
    const { wanted } = this.read;
    for (let place = from; place < until; place++) {
      const at = at_ms[place]!;
      if (at < first_ms) continue;
      if (at >= last_ms) {
        // Touchpoints of a range are in order of time.
        if (brand >= 0) break;
        continue;
      }
      const kind = first_kind + label[place]!;
      if (wanted[kind] !== 1) continue;
      const own = brand < 0 ? email_brand[kind]! : brand;
      if (own < 0 || at < start_ms[own]! || at >= end_ms[own]! || place >= length) continue;
      if (limits !== null && rows.log_seq[place]! > limits[rows.collector[place]!]!) continue;
      if (!this.has_begun) {
        this.has_begun = true;
        to.begin();
      }
      to.take(kind, at, own, place);
    }
  }
}

/** The last position that counts, by number of a collector. */
function limitsOf(collectors: readonly string[], position: Position): Float64Array {
  const limits = new Float64Array(256);
  for (const [c, name] of collectors.entries()) limits[c] = position.get(name) ?? 0;
  return limits;
}
