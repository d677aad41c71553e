/**
 * The ledger of answers with noise: what each key has spent, and the answers that were given. It is spent before an answer is computed,
 * in one transaction with the check of the budget, so that neither requests at the same time nor a crash lets a key overspend. Epsilons
 * of several answers add up (sequential composition: Dwork and Roth, The algorithmic foundations of differential privacy, 2014,
 * theorem 3.16).
 *
 * The same question has the same answer for everyone, because it is stored. Noise that is made again from a secret would not do: if the
 * data changed, the difference of two answers with the same noise would be exact. Nothing here depends on the data, not even whether a
 * question is paid for.
 */
import { hash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import { formatInstant, MS_PER_DAY } from '../../domain/time.ts';
import { everyEntry } from '../../state/entries.ts';
import type { State, StateTransaction } from '../../state/port.ts';
import { type DpBudget, renewalOf, windowOf } from './budget.ts';
import { epsilonText } from './epsilon.ts';

/** What each key has spent, by key, brand and period. */
const SPENT = 'dp_spent';
/** The questions that a key has paid for, by question and key. */
const CHARGES = 'dp_charges';
/** The answers, by question. */
const ANSWERS = 'dp_answers';
/** The instant for which a question without `as_of` is answered, by day and question. */
const ASKED = 'dp_asked';
/** Questions by the day of their answer, so that old answers are found. */
const AGES = 'dp_ages';
/** An answer is forgotten after so many days, together with its payments. Then the question is a new one, and is paid for again. */
const KEPT_DAYS = 400;
/** Old entries that one answer cleans away, at most. */
const MAX_FORGOTTEN = 50;
/** Millionths of a millionth: delta is summed as a whole number of them. */
const DELTA_PARTS = 1e12;

/** Who pays. */
export interface Payer {
  key_id: string;
  brand_id: string;
  budget: DpBudget;
}

export interface Spent {
  epsilon_millis: number;
  /** In {@link DELTA_PARTS}. */
  delta_parts: number;
  questions: number;
}
const NOTHING: Spent = { epsilon_millis: 0, delta_parts: 0, questions: 0 };

export interface Question {
  /** All that the answer depends on besides the log. */
  text: string;
  /** The instant of the log that was asked for; null if none was. */
  as_of_ms: number | null;
  epsilon_millis: number;
  delta: number;
}

export interface Reserved {
  question_id: string;
  /** The instant of the log that the question is answered for. */
  as_of_ms: number;
  /** The answer as it was given before. */
  answer: string | null;
}

/** An answer as it is stored. */
export interface StoredAnswer {
  text: string;
  answered_at: string;
  /** For the operator: exact, so no key with noise sees it. */
  cut: Record<string, string>;
}

const spentKey = ({ key_id, brand_id, budget }: Payer, now_ms: number): string =>
  `${key_id}/${brand_id}/${windowOf(budget.per, now_ms)}`;

/**
 * Notes that a question is asked, and takes its epsilon from the budget of the payer unless it has paid for it before. A question
 * without an instant is answered for the instant at which it was first asked on this day, so that asking again tells nothing of what
 * was loaded in between.
 * @param payer null for a key that sees exact figures, and so needs no budget.
 * @throws budget_spent when the budget is spent; state_unavailable.
 */
export function reserve(state: State, question: Question, payer: Payer | null, now_ms: number): Promise<Reserved> {
  return state.transaction(async (transaction) => {
    const as_of_ms = question.as_of_ms ?? (await firstAsked(transaction, question.text, now_ms));
    const question_id = hash('sha256', `${question.text}\n${as_of_ms}`, 'hex').slice(0, 32);
    if (payer !== null) await pay(transaction, question_id, question, payer, now_ms);
    const stored = await transaction.get<StoredAnswer & Record<string, never>>(ANSWERS, question_id);
    return { question_id, as_of_ms, answer: stored?.text ?? null };
  });
}

async function firstAsked(transaction: StateTransaction, text: string, now_ms: number): Promise<number> {
  const today = formatInstant(now_ms).slice(0, 10);
  const key = `${today}/${hash('sha256', text, 'hex').slice(0, 32)}`;
  const known = await transaction.get<number>(ASKED, key);
  if (known !== undefined) return known;
  const old = await transaction.list(ASKED, { limit: MAX_FORGOTTEN });
  for (const entry of old) if (entry.key < today) await transaction.delete(ASKED, entry.key);
  await transaction.put(ASKED, key, now_ms);
  return now_ms;
}

async function pay(
  transaction: StateTransaction,
  question_id: string,
  { epsilon_millis, delta }: Question,
  payer: Payer,
  now_ms: number,
): Promise<void> {
  const charge = `${question_id}/${payer.key_id}`;
  if ((await transaction.get(CHARGES, charge)) !== undefined) return;
  const key = spentKey(payer, now_ms);
  const spent = (await transaction.get<Spent & Record<string, number>>(SPENT, key)) ?? NOTHING;
  const left = payer.budget.epsilon_millis - spent.epsilon_millis;
  if (epsilon_millis > left) throw overspent(payer, spent, epsilon_millis, now_ms);
  await transaction.put(SPENT, key, {
    epsilon_millis: spent.epsilon_millis + epsilon_millis,
    delta_parts: spent.delta_parts + Math.round(delta * DELTA_PARTS),
    questions: spent.questions + 1,
  });
  await transaction.put(CHARGES, charge, { epsilon_millis, at: formatInstant(now_ms) });
}

function overspent({ budget, brand_id }: Payer, spent: Spent, asked: number, now_ms: number): TributaryError {
  const renews_ms = renewalOf(budget.per, now_ms);
  const period = budget.per === 'total' ? 'in all' : `a ${budget.per}`;
  const left = budget.epsilon_millis - spent.epsilon_millis;
  const renewal =
    renews_ms === null
      ? 'the budget is not renewed; ask who gave you the key for a new one'
      : `the budget is renewed at ${formatInstant(renews_ms)}`;
  return new TributaryError(
    'budget_spent',
    `dp_epsilon: this question costs ${epsilonText(asked)}, and of the budget of ${epsilonText(budget.epsilon_millis)} ${period} for brand ${brand_id} ${epsilonText(left)} is left; ask with a smaller dp_epsilon, or repeat a question that was answered before, which costs nothing; ${renewal}`,
    { field: 'dp_epsilon', ...(renews_ms === null ? {} : { retry_after_s: Math.ceil((renews_ms - now_ms) / 1_000) }) },
  );
}

/**
 * Stores an answer. If another request has answered the question meanwhile, that answer holds.
 * @returns the answer that holds, as text.
 */
export function keepAnswer(
  state: State,
  question_id: string,
  made: Omit<StoredAnswer, 'answered_at'>,
  now_ms: number,
): Promise<string> {
  return state.transaction(async (transaction) => {
    const known = await transaction.get<StoredAnswer & Record<string, never>>(ANSWERS, question_id);
    if (known !== undefined) return known.text;
    const answered_at = formatInstant(now_ms);
    await transaction.put(ANSWERS, question_id, { ...made, answered_at });
    await transaction.put(AGES, `${answered_at.slice(0, 10)}/${question_id}`, true);
    await forgetOld(transaction, now_ms);
    return made.text;
  });
}

async function forgetOld(transaction: StateTransaction, now_ms: number): Promise<void> {
  const oldest = formatInstant(now_ms - KEPT_DAYS * MS_PER_DAY).slice(0, 10);
  for (const { key } of await transaction.list(AGES, { limit: MAX_FORGOTTEN })) {
    if (key >= oldest) return;
    const question_id = key.slice(key.indexOf('/') + 1);
    for (const charge of await transaction.list(CHARGES, { prefix: `${question_id}/` }))
      await transaction.delete(CHARGES, charge.key);
    await transaction.delete(ANSWERS, question_id);
    await transaction.delete(AGES, key);
  }
}

export interface BudgetStatus {
  epsilon_budget: string;
  per: DpBudget['per'];
  period: string;
  epsilon_spent: string;
  epsilon_left: string;
  /** The sum of the deltas of the answers. */
  delta_spent: number;
  questions: number;
  renews_at: string | null;
}

/** What a key has spent of its budget in the current period. */
export async function budgetStatus(state: State, payer: Payer, now_ms: number): Promise<BudgetStatus> {
  const spent = (await state.get<Spent & Record<string, number>>(SPENT, spentKey(payer, now_ms))) ?? NOTHING;
  const { budget } = payer;
  const renews_ms = renewalOf(budget.per, now_ms);
  return {
    epsilon_budget: epsilonText(budget.epsilon_millis),
    per: budget.per,
    period: windowOf(budget.per, now_ms),
    epsilon_spent: epsilonText(spent.epsilon_millis),
    epsilon_left: epsilonText(budget.epsilon_millis - spent.epsilon_millis),
    delta_spent: spent.delta_parts / DELTA_PARTS,
    questions: spent.questions,
    renews_at: renews_ms === null ? null : formatInstant(renews_ms),
  };
}

/** Every stored answer with what the bounds cut away, for the operator. */
export async function* storedAnswers(state: State): AsyncGenerator<StoredAnswer & { question_id: string }> {
  for await (const { key, value } of everyEntry(state, ANSWERS))
    yield { question_id: key, ...(value as unknown as StoredAnswer) };
}
