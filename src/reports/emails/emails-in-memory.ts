/** What histories in memory know of emails, for the reports about them. */
import type { Plan } from '../../attribution/plan.ts';
import { MACHINE_VERDICTS } from '../../domain/touchpoint.ts';
import type { AskedOrders } from '../../histories/asked-orders.ts';
import { ordersInMemory } from '../../histories/credit.ts';
import { type EmailHistories, type EmailKind, emailHistories } from '../../histories/emails/walk-emails.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import type { ReportContext } from '../context.ts';

/** True for opens and clicks of a person, and for all email events. */
export const isHuman = ({ verdict }: EmailKind): boolean =>
  !(MACHINE_VERDICTS as readonly (string | null)[]).includes(verdict);

/** 1 for the kinds that pass, by number. */
export function kindsThat({ kinds }: EmailHistories, passes: (kind: EmailKind) => boolean): Uint8Array {
  return Uint8Array.from(kinds, (kind) => Number(kind !== null && passes(kind)));
}

/** Null if there are no histories, or if they do not hold the emails of a plan. */
export async function emailsInMemory(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
): Promise<EmailHistories | null> {
  const histories = await context.histories?.(snapshot, plan.positions.touchpoints);
  return histories ? emailHistories(snapshot, plan, context.directory, histories) : null;
}

/** Emails and orders of people. */
export interface EmailsAndOrders {
  emails: EmailHistories;
  orders: AskedOrders;
  /** By person of the orders, the subject that names it, or -1 if nothing else is known of it. */
  subject_of: Int32Array;
}

/** The same with the orders of the plan. @throws missing_fx_rate like the query. */
export async function emailsAndOrders(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
): Promise<EmailsAndOrders | null> {
  const emails = await emailsInMemory(snapshot, context, plan);
  if (emails === null) return null;
  const { histories } = emails;
  const question = { makeSegments: null, people: null, with_kinds: false };
  const read = await ordersInMemory(snapshot, plan, context.directory, histories, question);
  if (read === null) return null;
  const { orders } = read;
  const { keys } = histories.orders;
  const subject_of = new Int32Array(orders.persons);
  for (let person = 0; person < orders.persons; person++) {
    const key = orders.person_keys[person]!;
    subject_of[person] = histories.subjects.find(keys.highOf(key), keys.lowOf(key));
  }
  return { emails, orders, subject_of };
}
