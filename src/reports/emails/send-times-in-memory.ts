/** Reads the figures of the report on times of sending: from histories in memory where they hold the emails, else by the query. */
import { PERSON_GROUPS, type Plan } from '../../attribution/plan.ts';
import type { AskedOrders } from '../../histories/asked-orders.ts';
import { creditInMemory } from '../../histories/credit.ts';
import type { EmailHistories, EmailKind } from '../../histories/emails/email-histories.ts';
import { groupOfName } from '../../histories/emails/fill-emails.ts';
import { DoubtfulMessages } from '../../histories/emails/shared-messages.ts';
import { walkEmails } from '../../histories/emails/walk-emails.ts';
import type { SlotSums, TouchSlots } from '../../histories/slot-sums.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { warningsInMemory } from '../credits-in-memory.ts';
import { emailsInMemory, isHuman, kindsThat, nameGroups, subjectsOf } from './emails-in-memory.ts';
import { MessageFold } from './message-fold.ts';
import { CELLS, hourOfCell, weekdayOfCell } from './send-cells.ts';
import type { SendFigures, SendTimesAsked, Slot } from './send-figures.ts';
import { sendTimesInSql } from './send-times-in-sql.ts';
import { namesOf, readSplitEmails } from './split-emails.ts';

/** Tells `served_by` of the context if histories serve the figures. */
export async function readSendTimes(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  asked: SendTimesAsked,
): Promise<SendFigures> {
  const emails = await emailsInMemory(snapshot, context, plan);
  const figures = emails === null ? null : await sendTimesInMemory(snapshot, context, plan, emails, asked);
  if (figures === null) return sendTimesInSql(snapshot, context, plan, asked);
  context.served_by?.('histories');
  return figures;
}

/** Null if histories do not hold what is asked for. */
async function sendTimesInMemory(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  emails: EmailHistories,
  asked: SendTimesAsked,
): Promise<SendFigures | null> {
  await nameGroups(snapshot, context, plan, emails);
  const folding = new Folding(snapshot, context, plan, emails, asked);
  const credit = await creditInMemory(snapshot, plan, context.directory, emails.histories, {
    touch_columns: [],
    keysOf: () => [],
    by_day: false,
    filtered_columns: [],
    shows: null,
    chooses: null,
    segments: null,
    with_kinds: false,
    journey_details: false,
    people: null,
    has_spread: false,
    makeSlots: (orders) => folding.slotsOf(orders),
    threads: context.threads,
    signal: context.cancellation?.signal,
    watch: context.progress?.watchPass,
  });
  if (credit === null) return null;
  const { counts } = folding.fold!;
  const { by_hour, by_weekday } = counts.slots();
  const sums = credit.sums.slots!;
  addEarned(by_hour, sums, HOURS);
  addEarned(by_weekday, sums, WEEKDAYS);
  return {
    by_hour,
    by_weekday,
    delivered: counts.byKind(),
    times: await counts.answerTimes(),
    totals: {
      delivered: counts.delivered,
      recipients: counts.recipients,
      orders: sums.counts(ALL, 1).orders,
      micros: by_hour.reduce((sum, { micros }) => sum + micros, 0n),
    },
    warnings: warningsInMemory(plan, credit),
  };
}

/** The ways to group cells. The groups of each begin with 1. */
const [HOURS, WEEKDAYS, ALL] = [0, 1, 2] as const;
const groupingBy = (groupOf: (cell: number) => number): Uint8Array =>
  Uint8Array.from({ length: CELLS }, (_, cell) => (cell === 0 ? 0 : 1 + groupOf(cell)));
const GROUPINGS = [groupingBy(hourOfCell), groupingBy(weekdayOfCell), groupingBy(() => 0)];

function addEarned(slots: readonly Slot[], sums: SlotSums, grouping: number): void {
  for (const [number, slot] of slots.entries()) {
    const { orders, people } = sums.counts(grouping, 1 + number);
    slot.orders = orders;
    slot.buyers = people;
    for (let group = 0; group < PERSON_GROUPS; group++) {
      const micros = sums.micros(grouping, 1 + number, group);
      if (micros !== 0n) slot.credited.set(group, Number(micros));
      slot.micros += micros;
    }
  }
}

const isWanted = (kind: EmailKind): boolean =>
  kind.kind === 'delivered' || ((kind.kind === 'email_open' || kind.kind === 'email_click') && isHuman(kind));

/** The fold over emails that gives touchpoints their cells. */
class Folding {
  /** Null before the fold, or if histories do not hold what it needs. */
  fold: MessageFold | null = null;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly context: ReportContext,
    private readonly plan: Plan,
    private readonly emails: EmailHistories,
    private readonly asked: SendTimesAsked,
  ) {}

  /** The cells of the emails of touchpoints. */
  async slotsOf(orders: AskedOrders): Promise<TouchSlots | null> {
    const { emails, plan } = this;
    const { histories } = emails;
    const doubtful = await DoubtfulMessages.of(histories, emails.emails);
    const known = { emails, orders, subject_of: subjectsOf(histories, orders) };
    const fold = new MessageFold(known, plan, this.asked, doubtful);
    const signal = this.context.cancellation?.signal;
    await walkEmails(emails, plan, { wanted: kindsThat(emails, isWanted), spans: plan.brands, signal }, fold);
    await fold.finish();
    if (fold.is_full) return null;
    const groups = await this.addShared(fold);
    if (groups === null) return null;
    fold.placeShared();
    this.fold = fold;
    const person_group = await this.groupsOfOrders(orders, known.subject_of, fold, groups);
    return { of_place: fold.of_place, groupings: GROUPINGS, person_group };
  }

  /** Counts the emails that several people may have. @returns the random groups of people that were read, by subject. */
  private async addShared(fold: MessageFold): Promise<Map<number, number> | null> {
    const split = fold.shared.map((emails) => emails.split());
    const hashes = split.flatMap((own, brand) => own.map((number) => fold.shared[brand]!.hashOf(number)));
    const { subjects } = this.emails.histories;
    const rows = hashes.length === 0 ? [] : await readSplitEmails(this.snapshot, this.context, this.plan, hashes);
    const names = await namesOf(rows, subjects);
    if (names === null) return null;
    const turns = new WorkTurns();
    for (const [brand, emails] of fold.shared.entries())
      for (let number = 0; number < emails.length; number++) {
        if (turns.ends(256)) await turns.next();
        if (!emails.isDelivered(number)) continue;
        const own = emails.recipients.get(number);
        const recipient = own === undefined ? emails.recipientOf(number) : lastNamed(own, fold.recipients, names);
        fold.countShared(brand, number, recipient);
      }
    return new Map([...names].map(([subject, name]) => [subject, groupOfName(name)]));
  }

  /** By order, the random group of its person, by the first byte of the MD5 of its name. */
  private async groupsOfOrders(
    { orders, persons, person_starts, by_person }: AskedOrders,
    subject_of: Int32Array,
    fold: MessageFold,
    read: ReadonlyMap<number, number>,
  ): Promise<Uint8Array> {
    const groups = new Uint8Array(orders);
    const turns = new WorkTurns();
    for (let person = 0; person < persons; person++) {
      if (turns.ends(1_024)) await turns.next();
      const subject = subject_of[person]!;
      if (subject < 0) continue;
      const known = fold.groupOf(subject);
      const group = known >= 0 ? known : read.get(subject);
      if (group === undefined) continue;
      for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) groups[by_person[i]!] = group;
    }
    return groups;
  }
}

/** Of several recipients of one email, the one whose name comes last in order of bytes, as in the query. */
function lastNamed(
  own: ReadonlySet<number>,
  recipients: readonly number[],
  names: ReadonlyMap<number, string>,
): number {
  const named = [...own].map((recipient) => ({ recipient, name: Buffer.from(names.get(recipients[recipient]!)!) }));
  return named.reduce((last, one) => (Buffer.compare(one.name, last.name) > 0 ? one : last)).recipient;
}
