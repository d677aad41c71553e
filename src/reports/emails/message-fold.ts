/**
 * The emails of the period from histories in memory, person by person: each delivery with its first human open and click, and the touchpoints
 * of people who ordered that belong to it. The same as {@link ./messages.ts}. docs/semantics.md 19.
 */
import type { Plan } from '../../attribution/plan.ts';
import { partsOfPolicy } from '../../histories/asked-orders.ts';
import type { DoubtfulMessages } from '../../histories/emails/shared-messages.ts';
import type { TakesEmails } from '../../histories/emails/walk-emails.ts';
import { newestFresh, olderFresh } from '../../histories/histories.ts';
import { factsOf } from '../../histories/label-facts.ts';
import { roomFor } from '../../histories/room.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { emailCodes } from './email-codes.ts';
import { type EmailsAndOrders, ordersBySubject } from './emails-in-memory.ts';
import { MARKS, MessageCounts, type SentEmail } from './message-counts.ts';
import { type EmailColumns, PersonMessages } from './person-messages.ts';
import { ZoneCells } from './send-cells.ts';
import type { SendTimesAsked } from './send-figures.ts';
import { SharedEmails } from './shared-emails.ts';

/** Touchpoints of people who ordered that belong to emails which several people may have. */
interface SharedTouch {
  place: number;
  brand: number;
  email: number;
}

/** So many events wait before they are looked at. They fit the cache of a processor. */
const MOST_WAITING = 1_024;

/** Events of people, as they come. */
class WaitingEvents {
  events = 0;
  people = 0;
  kind = new Uint32Array(2 * MOST_WAITING);
  at_ms = new Float64Array(2 * MOST_WAITING);
  message = new Float64Array(2 * MOST_WAITING);
  /** By person, the subject that names it, the place of its brand, and the number of events up to its last one. */
  readonly subject = new Uint32Array(2 * MOST_WAITING);
  readonly brand = new Uint32Array(2 * MOST_WAITING);
  readonly until = new Uint32Array(2 * MOST_WAITING);

  add(kind: number, at_ms: number, message: number): void {
    const event = this.events++;
    if (event === this.kind.length) this.grow();
    this.kind[event] = kind;
    this.at_ms[event] = at_ms;
    this.message[event] = message;
  }

  end(subject: number, brand: number): void {
    const person = this.people++;
    this.subject[person] = subject;
    this.brand[person] = brand;
    this.until[person] = this.events;
  }

  clear(): void {
    this.events = 0;
    this.people = 0;
  }

  private grow(): void {
    this.kind = roomFor(this.kind, this.events);
    this.at_ms = roomFor(this.at_ms, this.events);
    this.message = roomFor(this.message, this.events);
  }
}

export class MessageFold implements TakesEmails {
  readonly counts: MessageCounts;
  /** By place of a touchpoint, the cell of its email. */
  readonly of_place: Uint8Array;
  /** By brand of the plan. */
  readonly shared: readonly SharedEmails[];
  readonly touches: SharedTouch[] = [];
  /** People with a delivery of a shared email: the subject that names each, and its marks. */
  readonly recipients: number[] = [];
  private marks = new Uint32Array(64 * MARKS);
  private readonly own_marks = new Uint32Array(MARKS);
  private readonly own = new PersonMessages();
  private readonly waiting = new WaitingEvents();
  private readonly codes: ReturnType<typeof emailCodes>;
  private readonly cells: ZoneCells;
  private readonly is_email: Uint8Array;
  private readonly wanted_kind: number;
  private readonly person_of: Uint32Array;
  /** 1 for people among the orders whose touchpoints have their cells. */
  private readonly is_done: Uint8Array;
  private readonly email: SentEmail = { cell: 0, kind: 0, delivered_ms: 0, opened_ms: 0, clicked_ms: 0 };
  private brand = 0;
  private person = 0;

  constructor(
    private readonly known: EmailsAndOrders,
    plan: Plan,
    { zones, campaign_kind }: SendTimesAsked,
    private readonly doubtful: DoubtfulMessages,
  ) {
    const { histories } = known.emails;
    this.codes = emailCodes(known.emails);
    this.counts = new MessageCounts(this.codes.kinds);
    this.cells = new ZoneCells(plan, zones);
    this.is_email = factsOf(histories.labels).is_email;
    this.wanted_kind = campaign_kind === undefined ? -1 : this.codes.numberOfKind(campaign_kind);
    this.of_place = new Uint8Array(histories.length);
    this.shared = plan.brands.map(() => new SharedEmails());
    this.person_of = ordersBySubject(known);
    this.is_done = new Uint8Array(known.orders.persons);
  }

  begin(): void {}

  take(kind: number, at_ms: number, brand: number, place: number): void {
    const { waiting } = this;
    const { emails, histories } = this.known.emails;
    const { message } = this.codes.is_delivery[kind] === 1 ? emails : histories;
    waiting.add(kind, at_ms, message[place]!);
    this.brand = brand;
  }

  /** People wait until there are some: reading their messages first and looking at them later lets the processor read them side by side. */
  end(subject: number): void {
    this.waiting.end(subject, this.brand);
    if (this.waiting.events > MOST_WAITING) this.foldWaiting();
  }

  private foldWaiting(): void {
    const { waiting, own, codes } = this;
    let event = 0;
    for (let i = 0; i < waiting.people; i++) {
      own.clear();
      for (; event < waiting.until[i]!; event++) {
        const kind = waiting.kind[event]!;
        const at_ms = waiting.at_ms[event]!;
        const message = waiting.message[event]!;
        if (codes.is_delivery[kind] === 1) own.deliver(message, at_ms, codes.kind[kind]!, codes.series[kind]!);
        else own.answer(message, at_ms, codes.is_click[kind] === 1, codes.series[kind]!);
      }
      this.brand = waiting.brand[i]!;
      this.person = waiting.subject[i]!;
      this.foldPerson();
    }
    waiting.clear();
  }

  private foldPerson(): void {
    const subject = this.person;
    this.own.attach(this.takeOther);
    this.own_marks.fill(0);
    const { named, hashes, unnamed } = this.own;
    const group = this.groupOf(subject);
    let recipient = -1;
    for (let number = 0; number < named.length; number++) {
      const hash = hashes.hashOf(number);
      if (this.doubtful.has(hash)) {
        if (recipient < 0) recipient = this.recipients.push(subject) - 1;
        this.share(hash, number, recipient);
      } else this.count(named, number, this.brand, group, this.own_marks, 0);
    }
    for (let number = 0; number < unnamed.length; number++)
      this.count(unnamed, number, this.brand, group, this.own_marks, 0);
    if (recipient >= 0) {
      this.marks = roomFor(this.marks, (recipient + 1) * MARKS);
      this.marks.set(this.own_marks, recipient * MARKS);
    }
    const person = (this.person_of[subject] ?? 0) - 1;
    if (person < 0) return;
    this.is_done[person] = 1;
    this.known.emails.people.eachSubject(subject, this.takeTouches);
  }

  get is_full(): boolean {
    return this.shared.some(({ is_full }) => is_full);
  }

  /** Looks for touchpoints of shared emails at people who ordered and have no event of an email in the period. */
  async finish(): Promise<void> {
    this.foldWaiting();
    if (!this.shared.some((emails) => emails.has_deliveries)) return;
    const { subject_of, orders, emails } = this.known;
    this.own.clear();
    const turns = new WorkTurns();
    for (let person = 0; person < orders.persons; person++) {
      if (turns.ends(256)) await turns.next();
      if (this.is_done[person] === 1 || subject_of[person]! < 0) continue;
      this.person = subject_of[person]!;
      this.brand = partsOfPolicy(orders.policy[orders.by_person[orders.person_starts[person]!]!]!).brand_no;
      emails.people.eachSubject(this.person, this.takeTouches);
    }
  }

  /** Counts a shared email, and gives its touchpoints their cell. @param recipient the place of the person to whom it belongs. */
  countShared(brand: number, number: number, recipient: number): void {
    const emails = this.shared[brand]!;
    this.count(emails, number, brand, this.groupOf(this.recipients[recipient]!), this.marks, recipient * MARKS);
  }

  placeShared(): void {
    for (const { place, brand, email } of this.touches) {
      const emails = this.shared[brand]!;
      if (emails.isDelivered(email)) this.of_place[place] = this.cellOf(emails, email, brand);
    }
  }

  /** The random group of a person, by the subject that names it. */
  groupOf(subject: number): number {
    return (this.known.emails.emails.named_group[subject] ?? 0) - 1;
  }

  private share(hash: number, number: number, recipient: number): void {
    const { named } = this.own;
    const emails = this.shared[this.brand]!;
    const at = emails.of(hash, this.person);
    emails.deliverTo(at, recipient);
    emails.deliver(at, named.delivered_ms[number]!, named.kind[number]!);
    emails.answer(at, named.opened_ms[number]!, false);
    emails.answer(at, named.clicked_ms[number]!, true);
  }

  private readonly takeOther = (hash: number, at_ms: number, is_click: boolean): void => {
    if (!this.doubtful.has(hash)) return;
    const emails = this.shared[this.brand]!;
    emails.answer(emails.of(hash, this.person), at_ms, is_click);
  };

  /** Counts an email if it is of the kind of campaign that the report asks for. */
  private count(
    emails: EmailColumns,
    number: number,
    brand: number,
    group: number,
    marks: Uint32Array,
    from: number,
  ): void {
    const cell = this.cellOf(emails, number, brand);
    if (cell === 0) return;
    const { email } = this;
    email.cell = cell;
    email.kind = emails.kind[number]!;
    email.delivered_ms = emails.delivered_ms[number]!;
    email.opened_ms = emails.opened_ms[number]!;
    email.clicked_ms = emails.clicked_ms[number]!;
    this.counts.count(email, group, marks, from);
  }

  /** The cell of an email; 0 if it is of another kind of campaign. */
  private cellOf(emails: EmailColumns, number: number, brand: number): number {
    if (this.wanted_kind !== -1 && emails.kind[number] !== this.wanted_kind) return 0;
    return this.cells.at(emails.delivered_ms[number]!, brand);
  }

  private readonly takeTouches = (subject: number): void => {
    const { histories } = this.known.emails;
    const from = histories.starts[subject] ?? 0;
    const until = histories.starts[subject + 1] ?? from;
    for (let place = from; place < until; place++) this.takeTouch(place);
    if (histories.length === histories.starts.at(-1)) return;
    for (let place = newestFresh(histories, subject); place >= 0; place = olderFresh(histories, place))
      if (place < this.of_place.length) this.takeTouch(place);
  };

  private takeTouch(place: number): void {
    const { histories } = this.known.emails;
    const { own } = this;
    const label = histories.label[place]!;
    if (this.is_email[label] !== 1) return;
    const hash = histories.message[place]!;
    if (hash === 0) {
      const series = this.codes.series_of_touch[label]!;
      const number = own.unnamed.latest(series, histories.at_ms[place]!, this.wanted_kind);
      if (number >= 0) this.of_place[place] = this.cellOf(own.unnamed, number, this.brand);
      return;
    }
    if (this.doubtful.has(hash)) {
      const email = this.shared[this.brand]!.of(hash, this.person);
      this.touches.push({ place, brand: this.brand, email });
      return;
    }
    const number = own.hashes.find(hash);
    if (number >= 0) this.of_place[place] = this.cellOf(own.named, number, this.brand);
  }
}
