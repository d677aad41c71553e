/**
 * The weeks of people on the list: from histories in memory where they hold the emails, else by the query. A person is on the list from the
 * week of their first delivery of the period to its last whole week, or to the first week from then on in which they left.
 */
import type { Plan } from '../../attribution/plan.ts';
import type { AskedOrders } from '../../histories/asked-orders.ts';
import type { EmailKind } from '../../histories/emails/email-histories.ts';
import { type TakesEmails, walkEmails } from '../../histories/emails/walk-emails.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { ReportContext } from '../context.ts';
import { type BrandWeeks, weekOf, weekOfMs } from './brand-weeks.ts';
import {
  type EmailsAndOrders,
  emailsAndOrders,
  isHuman,
  kindsThat,
  nameGroups,
  ordersBySubject,
} from './emails-in-memory.ts';
import { personWeeksInSql } from './person-weeks-in-sql.ts';
import { type Counts, emptyBuckets, MANY, type WeeksAsked } from './week-counts.ts';

/** Tells `served_by` of the context if histories serve the figures. */
export async function readPersonWeeks(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  asked: WeeksAsked,
): Promise<Counts[]> {
  const known = await emailsAndOrders(snapshot, context, plan);
  if (known === null) return personWeeksInSql(snapshot, context, plan, asked);
  context.served_by?.('histories');
  const { emails } = known;
  await nameGroups(snapshot, context, plan, emails);
  const weeks = new PersonWeeks(known, plan, asked, ordersBySubject(known));
  const wanted = kindsThat(
    emails,
    (kind) =>
      markOf(kind) !== null && (asked.campaign_kind === undefined || kind.campaign_kind === asked.campaign_kind),
  );
  await walkEmails(emails, plan, { wanted, spans: plan.brands, signal: context.cancellation?.signal }, weeks);
  return weeks.buckets();
}

const [DELIVERED, CLICKED, LOST] = [0, 1, 2] as const;

function markOf(kind: EmailKind): 0 | 1 | 2 | null {
  if (kind.kind === 'delivered') return DELIVERED;
  if (kind.kind === 'email_click') return isHuman(kind) ? CLICKED : null;
  return kind.kind === 'unsubscribed' || kind.kind === 'complained' ? LOST : null;
}

const COUNTED = ['weeks', 'people', 'clicks', 'orders', 'losses'] as const satisfies ReadonlyArray<keyof Counts>;
const [WEEKS, PEOPLE, CLICKS, ORDERS, LOSSES] = [0, 1, 2, 3, 4];
const GROUPS = 256;

class PersonWeeks implements TakesEmails {
  private readonly mark_of: Uint8Array;
  private readonly by_brand: BrandWeeks[][];
  private readonly weeks: { messages: Uint32Array; clicked: Uint8Array; lost: Uint8Array; ordered: Uint8Array };
  /** The weeks of the person in which something happened, from the first week of the period. */
  private readonly touched: number[] = [];
  private readonly is_touched: Uint8Array;
  /** By bucket, what is counted and group. */
  private readonly counts = new Float64Array((MANY + 1) * COUNTED.length * GROUPS);
  private brand = 0;
  private period: BrandWeeks | undefined;

  constructor(
    private readonly known: EmailsAndOrders,
    plan: Plan,
    private readonly asked: WeeksAsked,
    private readonly person_of: Uint32Array,
  ) {
    const { brand_weeks } = asked;
    this.by_brand = plan.brands.map(({ brand_id }) => brand_weeks.filter((row) => row.brand_id === brand_id));
    this.mark_of = Uint8Array.from(known.emails.kinds, (kind) => (kind === null ? 0 : (markOf(kind) ?? 0)));
    const most = brand_weeks.reduce((most, { first_week, last_week }) => Math.max(most, last_week - first_week + 1), 0);
    const bytes = (): Uint8Array => new Uint8Array(most);
    this.weeks = { messages: new Uint32Array(most), clicked: bytes(), lost: bytes(), ordered: bytes() };
    this.is_touched = bytes();
  }

  begin(): void {
    this.touched.length = 0;
  }

  take(kind: number, at_ms: number, brand: number): void {
    this.brand = brand;
    const week = this.weekAt(at_ms, brand);
    if (week < 0) return;
    this.touch(week);
    const mark = this.mark_of[kind]!;
    if (mark === DELIVERED) this.weeks.messages[week]! += 1;
    else if (mark === CLICKED) this.weeks.clicked[week] = 1;
    else this.weeks.lost[week] = 1;
  }

  end(subject: number): void {
    const { touched } = this;
    if (touched.length === 0) return;
    const { messages, clicked, lost, ordered } = this.weeks;
    const { first_week, last_week } = this.by_brand[this.brand]![0]!;
    let first = Number.POSITIVE_INFINITY;
    for (const week of touched) if (messages[week]! > 0 && week < first) first = week;
    if (first < Number.POSITIVE_INFINITY) {
      let last = last_week - first_week;
      for (const week of touched) if (lost[week] === 1 && week >= first && week < last) last = week;
      this.addOrders(subject, first_week, last_week);
      this.count(first, last, (this.known.emails.emails.named_group[subject] ?? 0) - 1);
    }
    for (const week of touched) {
      messages[week] = 0;
      clicked[week] = 0;
      lost[week] = 0;
      ordered[week] = 0;
      this.is_touched[week] = 0;
    }
  }

  buckets(): Counts[] {
    const buckets = emptyBuckets();
    for (const [bucket, own] of buckets.entries())
      for (const [c, name] of COUNTED.entries())
        for (let group = 0; group < GROUPS; group++) {
          const count = this.counts[(bucket * COUNTED.length + c) * GROUPS + group]!;
          if (count > 0) own[name].set(group, count);
        }
    return buckets;
  }

  /** The week of an instant, from the first whole week of the period, or -1. */
  private weekAt(at_ms: number, brand: number): number {
    let { period } = this;
    const periods = this.by_brand[brand]!;
    if (period === undefined || at_ms < period.from_ms || at_ms >= period.until_ms || !periods.includes(period)) {
      period = periods.find(({ from_ms, until_ms }) => at_ms >= from_ms && at_ms < until_ms);
      this.period = period;
    }
    if (period === undefined) return -1;
    const week = weekOfMs(at_ms + period.offset_ms, this.asked.week_start);
    return week > period.last_week ? -1 : week - period.first_week;
  }

  private touch(week: number): void {
    if (this.is_touched[week] === 1) return;
    this.is_touched[week] = 1;
    this.touched.push(week);
  }

  private addOrders(subject: number, first_week: number, last_week: number): void {
    const person = (this.person_of[subject] ?? 0) - 1;
    if (person < 0) return;
    const { orders } = this.known;
    const { person_starts, by_person } = orders;
    for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
      const day = dayOfOrder(orders, by_person[i]!);
      if (day === null) continue;
      const week = weekOf(day, this.asked.week_start);
      if (week < first_week || week > last_week) continue;
      this.touch(week - first_week);
      this.weeks.ordered[week - first_week] = 1;
    }
  }

  private count(first: number, last: number, group: number): void {
    const { messages, clicked, lost, ordered } = this.weeks;
    let mailed = 0;
    let seen = 0;
    for (const week of this.touched) {
      if (week < first || week > last) continue;
      const bucket = Math.min(messages[week]!, MANY);
      this.add(bucket, CLICKS, group, clicked[week]!);
      this.add(bucket, ORDERS, group, ordered[week]!);
      this.add(bucket, LOSSES, group, lost[week]!);
      if (bucket === 0) continue;
      mailed += 1;
      this.add(bucket, WEEKS, group, 1);
      if ((seen & (1 << bucket)) === 0) this.add(bucket, PEOPLE, group, 1);
      seen |= 1 << bucket;
    }
    // Weeks in which nothing was delivered are those on the list less the others.
    const weeks = last - first + 1;
    this.add(0, WEEKS, group, weeks - mailed);
    if (weeks > mailed) this.add(0, PEOPLE, group, 1);
  }

  private add(bucket: number, counted: number, group: number, count: number): void {
    if (count > 0) this.counts[(bucket * COUNTED.length + counted) * GROUPS + group]! += count;
  }
}

/** The day of an order; null if only an adjustment of it lies in the period. */
function dayOfOrder({ event_starts, is_order, day_number }: AskedOrders, order: number): number | null {
  for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++) if (is_order[e] === 1) return day_number[e]!;
  return null;
}
