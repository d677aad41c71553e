/** What histories in memory know of emails, for the reports about them. */
import { makePersons } from '../../attribution/orders.ts';
import type { Plan } from '../../attribution/plan.ts';
import { PERSONS } from '../../attribution/relations.ts';
import { MACHINE_VERDICTS } from '../../domain/touchpoint.ts';
import type { AskedOrders } from '../../histories/asked-orders.ts';
import { ordersInMemory } from '../../histories/credit.ts';
import { type EmailHistories, type EmailKind, emailHistories } from '../../histories/emails/email-histories.ts';
import { readNamedGroups } from '../../histories/emails/fill-emails.ts';
import type { Histories } from '../../histories/histories.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
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
  const question = { segments: null, people: null, with_kinds: false };
  const read = await ordersInMemory(snapshot, plan, context.directory, histories, question);
  if (read === null) return null;
  const { orders } = read;
  return { emails, orders, subject_of: subjectsOf(histories, orders) };
}

/** By person of the orders, the subject that names it, or -1 if nothing else is known of it. */
export function subjectsOf({ orders: { keys }, subjects }: Histories, orders: AskedOrders): Int32Array {
  const subject_of = new Int32Array(orders.persons);
  for (let person = 0; person < orders.persons; person++) {
    const key = orders.person_keys[person]!;
    subject_of[person] = subjects.find(keys.highOf(key), keys.lowOf(key));
  }
  return subject_of;
}

/** By subject that names a person, 1 and the number of the person among the orders; 0 if it ordered nothing. */
export function ordersBySubject({ emails, subject_of }: Pick<EmailsAndOrders, 'emails' | 'subject_of'>): Uint32Array {
  const person_of = new Uint32Array(emails.histories.subjects.size);
  for (let person = 0; person < subject_of.length; person++)
    if (subject_of[person]! >= 0) person_of[subject_of[person]!] = person + 1;
  return person_of;
}

/** Finds the random groups of people whom another id names than the one that got emails. They are kept. */
export async function nameGroups(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  of: EmailHistories,
): Promise<void> {
  const { emails, people, histories } = of;
  const turns = new WorkTurns();
  let missing = false;
  for (let subject = 0; subject < histories.subjects.size && !missing; subject++) {
    if (turns.ends(4_096)) await turns.next();
    missing = (emails.named_group[subject] ?? 0) > 0 && (emails.named_group[people.personOf(subject)] ?? 0) === 0;
  }
  if (!missing) return;
  await makePersons(snapshot, plan, context.directory);
  await readNamedGroups(snapshot, PERSONS.name, histories.subjects, emails);
}
