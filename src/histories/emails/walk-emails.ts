/** Walks what happened to the emails of each person: email events, opens and clicks, as the query of reports/email-events.ts has them. */
import type { Plan } from '../../attribution/plan.ts';
import { isWithin, type Position } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { hidingOf, PersonHiding } from '../consents/hiding.ts';
import { filledRows, newestFresh, olderFresh } from '../histories.ts';
import type { EmailHistories } from './email-histories.ts';
import { filledEmails } from './email-rows.ts';

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

/** Hands out the events of all people that consent does not hide, in no order of time. The event loop has turns. */
export async function walkEmails(of: EmailHistories, plan: Plan, read: EmailsRead, to: TakesEmails): Promise<void> {
  const walk = new Walk(of, plan, read, to);
  const turns = new WorkTurns();
  const count = of.histories.subjects.size;
  for (let subject = 0; subject < count; subject += STEP) {
    walk.people(subject, Math.min(count, subject + STEP));
    if (!turns.ends(1)) continue;
    await turns.next();
    read.signal?.throwIfAborted();
  }
}

/** Subjects that are walked between two looks at the clock. */
const STEP = 512;

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

/** The walk is faster over small objects of one form than over histories. */
function rowsOf(
  { at_ms, label, log_seq, collector, length }: Omit<Rows, 'first_kind' | 'limits'>,
  first_kind: number,
  limits: Float64Array | null,
): Rows {
  return { at_ms, label, log_seq, collector, first_kind, length, limits };
}

class Walk {
  private readonly wanted: Uint8Array;
  private readonly emails: Rows;
  private readonly touches: Rows;
  private readonly fresh_touches: Rows;
  private readonly email_starts: Uint32Array;
  private readonly touch_starts: Uint32Array;
  private readonly email_brand: Int32Array;
  private readonly start_ms: Float64Array;
  private readonly end_ms: Float64Array;
  /** The middle of all time that is read, and half its length. */
  private readonly middle_ms: number;
  private readonly half_ms: number;
  /** The rows in order of subjects, and whether there are others. */
  private readonly filled: number;
  private readonly has_fresh_emails: boolean;
  private readonly has_fresh_touches: boolean;
  /** What the person said whose events are taken; null if no touchpoint needs consent. */
  private readonly hides: PersonHiding | null;
  private has_begun = false;
  /** The first row of the time that is read, from the last subject that was asked for. */
  private next_email = -1;
  private next_touch = -1;

  constructor(
    private readonly of: EmailHistories,
    plan: Plan,
    read: EmailsRead,
    private readonly to: TakesEmails,
  ) {
    const { emails, histories } = of;
    const { touchpoints } = plan.positions;
    this.wanted = read.wanted;
    const brand_ids = plan.brands.map(({ brand_id }) => brand_id);
    const email_limits = isWithin(emails.position, touchpoints) ? null : limitsOf(emails.collectors, touchpoints);
    this.emails = rowsOf(emails, 0, email_limits);
    // Fresh touchpoints are there before their position is told.
    const limits = limitsOf(histories.collectors, touchpoints);
    this.fresh_touches = rowsOf(histories, emails.labels.length, limits);
    const all_count = isWithin(histories.filled.position, touchpoints);
    this.touches = rowsOf(histories, emails.labels.length, all_count ? null : limits);
    this.email_brand = Int32Array.from(emails.labels, ({ brand_id }) => brand_ids.indexOf(brand_id!));
    this.start_ms = Float64Array.from(read.spans, ({ start_ms }) => start_ms);
    this.end_ms = Float64Array.from(read.spans, ({ end_ms }) => end_ms);
    const first_ms = Math.min(...this.start_ms);
    const last_ms = Math.max(...this.end_ms);
    this.middle_ms = (first_ms + last_ms) / 2;
    this.half_ms = (last_ms - first_ms) / 2;
    this.filled = filledEmails(emails);
    this.has_fresh_emails = emails.length > this.filled;
    this.has_fresh_touches = histories.length > filledRows(histories);
    this.email_starts = emails.starts;
    this.touch_starts = histories.starts;
    const hiding = hidingOf(plan, histories.labels);
    this.hides = hiding === null ? null : new PersonHiding(hiding, histories, of.people, limits);
  }

  /** Takes the people who are named by a subject of a range. */
  people(from: number, until: number): void {
    const { people } = this.of;
    for (let subject = from; subject < until; subject++) {
      const is_alone = people.isAlone(subject);
      if (is_alone && !this.mayHave(subject)) continue;
      // The other subjects are walked with the one that names the person.
      if (people.personOf(subject) !== subject) continue;
      this.hides?.begin(subject);
      if (is_alone) this.subject(subject);
      else people.eachSubject(subject, this.takeSubject);
      this.end(subject);
    }
  }

  private readonly takeSubject = (subject: number): void => this.subject(subject);

  /** True if a subject may have rows of the time that is read. Ask for one subject after another. */
  private mayHave(subject: number): boolean {
    const { email_starts, touch_starts } = this;
    const emails = subject + 1 < email_starts.length ? email_starts[subject + 1]! : 0;
    const touches = subject + 1 < touch_starts.length ? touch_starts[subject + 1]! : 0;
    if (subject + 1 < email_starts.length && this.next_email < email_starts[subject]!)
      this.next_email = this.nextWithin(this.emails.at_ms, email_starts[subject]!, this.filled);
    if (subject + 1 < touch_starts.length && this.next_touch < touch_starts[subject]!)
      this.next_touch = this.nextWithin(this.touches.at_ms, touch_starts[subject]!, touch_starts.at(-1)!);
    return this.next_email < emails || this.next_touch < touches || this.hasFresh(subject);
  }

  private hasFresh(subject: number): boolean {
    const { emails, histories } = this.of;
    if (this.has_fresh_emails && (emails.newest[subject] ?? 0) > 0) return true;
    return this.has_fresh_touches && newestFresh(histories, subject) >= 0;
  }

  /** The first place of a row of the time that is read, or at its end. */
  private nextWithin(at_ms: Float64Array, from: number, until: number): number {
    const { middle_ms, half_ms } = this;
    let place = from;
    // One comparison that is nearly always false takes a tenth of the time of two whose outcome the processor cannot guess.
    while (place < until && Math.abs(at_ms[place]! - middle_ms) > half_ms) place += 1;
    return place;
  }

  subject(subject: number): void {
    const { email_starts, touch_starts } = this;
    const BY_LABEL = -1;
    if (subject + 1 < email_starts.length)
      this.rows(this.emails, email_starts[subject]!, email_starts[subject + 1]!, BY_LABEL);
    if (this.has_fresh_emails) this.freshEmails(subject, BY_LABEL);
    const has_rows = subject + 1 < touch_starts.length;
    const from = has_rows ? touch_starts[subject]! : 0;
    const until = has_rows ? touch_starts[subject + 1]! : 0;
    if (from === until && !this.has_fresh_touches) return;
    const brand = this.of.brandOf(subject);
    if (brand < 0) return;
    this.rows(this.touches, from, until, brand);
    if (this.has_fresh_touches) this.freshTouches(subject, brand);
  }

  private freshEmails(subject: number, brand: number): void {
    const { newest, older } = this.of.emails;
    for (let next = newest[subject] ?? 0; next > 0; next = older[next - 1 - this.filled]!)
      this.rows(this.emails, next - 1, next, brand);
  }

  private freshTouches(subject: number, brand: number): void {
    const { histories } = this.of;
    for (let fresh = newestFresh(histories, subject); fresh >= 0; fresh = olderFresh(histories, fresh))
      this.rows(this.fresh_touches, fresh, fresh + 1, brand);
  }

  end(subject: number): void {
    if (!this.has_begun) return;
    this.has_begun = false;
    this.to.end(subject);
  }

  /** Takes the rows from one place to before another. @param brand the place of the brand; below zero if the label tells it. */
  private rows(rows: Rows, from: number, until: number, brand: number): void {
    const { at_ms } = rows;
    for (
      let place = this.nextWithin(at_ms, from, until);
      place < until;
      place = this.nextWithin(at_ms, place + 1, until)
    )
      this.row(rows, place, at_ms[place]!, brand);
  }

  private row(rows: Rows, place: number, at: number, brand: number): void {
    const kind = rows.first_kind + rows.label[place]!;
    if (this.wanted[kind] !== 1) return;
    const own = brand < 0 ? this.email_brand[kind]! : brand;
    if (own < 0 || at < this.start_ms[own]! || at >= this.end_ms[own]! || place >= rows.length) return;
    const { limits } = rows;
    if (limits !== null && rows.log_seq[place]! > limits[rows.collector[place]!]!) return;
    // Email events are what the sender did, or what the person told the sender. Opens and clicks are measured.
    if (brand >= 0 && this.hides?.hides(own, rows.label[place]!, at)) return;
    if (!this.has_begun) {
      this.has_begun = true;
      this.to.begin();
    }
    this.to.take(kind, at, own, place);
  }
}

/** The last position that counts, by number of a collector. */
function limitsOf(collectors: readonly string[], position: Position): Float64Array {
  const limits = new Float64Array(256);
  for (const [c, name] of collectors.entries()) limits[c] = position.get(name) ?? 0;
  return limits;
}
