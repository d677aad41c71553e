/** Reads the states of people on the list: from histories in memory where they hold the emails, else by the query. */
import type { Plan } from '../../attribution/plan.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { AskedOrders } from '../../histories/asked-orders.ts';
import type { EmailHistories, EmailKind } from '../../histories/emails/email-histories.ts';
import { walkEmails } from '../../histories/emails/walk-emails.ts';
import { ExactSums } from '../../histories/exact.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { LIST_STATES, NOT_MAILED } from '../results/list-health.ts';
import { warningsOf } from '../warnings.ts';
import { type EmailsAndOrders, emailsAndOrders, isHuman, kindsThat } from './emails-in-memory.ts';
import { type Days, emptyStates, type ListRead, type StateFigures } from './list-figures.ts';
import { listStatesInSql } from './list-states-in-sql.ts';

/** Tells `served_by` of the context if histories serve the figures. */
export async function readListStates(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  limits: Days,
): Promise<ListRead> {
  const known = await emailsAndOrders(snapshot, context, plan);
  if (known === null) return listStatesInSql(snapshot, context, plan, limits);
  context.served_by?.('histories');
  const states = emptyStates();
  const state_of = await statesOfPeople(known.emails, plan, limits, states, context.cancellation?.signal);
  await addBought(known, state_of, states);
  return { states, warnings: warningsOf(plan, { ...known.orders.counts, cut: 0, crowded_ones: 0 }) };
}

/** What decides about a state. */
const MARKS = ['sent', 'delivered', 'engaged', 'left', 'back', 'bounced'] as const;
type Mark = (typeof MARKS)[number];

function markOf(kind: EmailKind): Mark | null {
  switch (kind.kind) {
    case 'sent':
    case 'delivered':
      return kind.kind;
    case 'email_open':
    case 'email_click':
      return isHuman(kind) ? 'engaged' : null;
    case 'unsubscribed':
    case 'complained':
      return 'left';
    case 'resubscribed':
      return 'back';
    case 'bounced':
      return kind.bounce_kind === 'soft' ? null : 'bounced';
    default:
      return null;
  }
}

const [SENT, DELIVERED, ENGAGED, LEFT, BACK, BOUNCED] = MARKS.map((_, i) => i) as [0, 1, 2, 3, 4, 5];
const NEVER = Number.NEGATIVE_INFINITY;

/** @returns by subject that names a person, 1 and the number of the state; 0 for people who were not mailed. */
async function statesOfPeople(
  emails: EmailHistories,
  plan: Plan,
  limits: Days,
  states: ReadonlyMap<string, StateFigures>,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const state_of = new Uint8Array(emails.histories.subjects.size);
  const figures = LIST_STATES.map((state) => states.get(state)!);
  const mark_of = Uint8Array.from(emails.kinds, (kind) => {
    const mark = kind === null ? null : markOf(kind);
    return mark === null ? MARKS.length : MARKS.indexOf(mark);
  });
  const start_ms = Float64Array.from(plan.brands, (brand) => brand.start_ms);
  const spans = plan.brands.map(({ end_ms }) => ({ start_ms: NEVER, end_ms }));
  const last = new Float64Array(MARKS.length);
  let [sends, delivered, brand] = [0, 0, 0];
  await walkEmails(
    emails,
    plan,
    { wanted: kindsThat(emails, (kind) => markOf(kind) !== null), spans, signal },
    {
      begin: () => {
        last.fill(NEVER);
        sends = 0;
        delivered = 0;
      },
      take: (kind, at_ms, own_brand) => {
        const mark = mark_of[kind]!;
        brand = own_brand;
        if (at_ms > last[mark]!) last[mark] = at_ms;
        if (mark > DELIVERED || at_ms < start_ms[own_brand]!) return;
        if (mark === SENT) sends += 1;
        else delivered += 1;
      },
      end: (subject) => {
        if (sends + delivered === 0) return;
        const state = LIST_STATES.indexOf(stateOf(last, plan.brands[brand]!.end_ms, limits));
        state_of[subject] = state + 1;
        const own = figures[state]!;
        own.people += 1;
        own.sends += sends;
        own.delivered += delivered;
      },
    },
  );
  return state_of;
}

/** The first state that holds. @param last the last time of each mark. */
function stateOf(last: Float64Array, end_ms: number, limits: Days): (typeof LIST_STATES)[number] {
  const [left, bounced, engaged] = [last[LEFT]!, last[BOUNCED]!, last[ENGAGED]!];
  const days = (end_ms - engaged) / MS_PER_DAY;
  if (left > NEVER && last[BACK]! <= left) return 'unsubscribed';
  if (bounced > NEVER && last[DELIVERED]! <= bounced) return 'bounced';
  if (engaged === NEVER) return 'never_engaged';
  if (days <= limits.engaged_days) return 'engaged';
  if (days <= limits.lapsing_days) return 'lapsing';
  return days <= limits.dormant_days ? 'dormant' : 'inactive';
}

/** Adds the orders of each state, and their net value. */
async function addBought(
  { orders, subject_of }: EmailsAndOrders,
  state_of: Uint8Array,
  states: ReadonlyMap<string, StateFigures>,
): Promise<void> {
  const names = [NOT_MAILED, ...LIST_STATES];
  const figures = names.map((name) => states.get(name)!);
  const sums = new ExactSums();
  const turns = new WorkTurns();
  for (let person = 0; person < orders.persons; person++) {
    if (turns.ends(1_024)) await turns.next();
    const subject = subject_of[person]!;
    const state = subject < 0 ? 0 : state_of[subject]!;
    const count = addOrders(orders, person, sums, state);
    figures[state]!.orders += count;
    if (count > 0) figures[state]!.ordering_people += 1;
  }
  for (const [state, own] of figures.entries()) own.micros = sums.total(state);
}

/** @returns how many orders of a person lie in the period. */
function addOrders(orders: AskedOrders, person: number, sums: ExactSums, at: number): number {
  const { person_starts, by_person, event_starts, before, after, is_order, large } = orders;
  let count = 0;
  for (let i = person_starts[person]!; i < person_starts[person + 1]!; i++) {
    const order = by_person[i]!;
    for (let e = event_starts[order]!; e < event_starts[order + 1]!; e++) {
      count += is_order[e]!;
      const exact = large.get(e);
      if (exact === undefined) sums.add(at, after[e]! - before[e]!);
      else sums.addLarge(at, exact.after - exact.before);
    }
  }
  return count;
}
