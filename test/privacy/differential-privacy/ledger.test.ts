/** The ledger of noise: nobody spends more than the budget, and a question that was answered costs nothing. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { DpBudget } from '../../../src/privacy/differential-privacy/budget.ts';
import {
  budgetStatus,
  keepAnswer,
  type Payer,
  reserve,
  storedAnswers,
} from '../../../src/privacy/differential-privacy/ledger.ts';
import { FileState } from '../../../src/state/file.ts';
import type { State } from '../../../src/state/port.ts';
import { temporaryFolder } from '../../support/folder.ts';

const NOW = Date.UTC(2026, 2, 31, 12);
const DAY_MS = 86_400_000;

async function openState(folder = temporaryFolder()): Promise<State> {
  const state = await FileState.open(join(folder, 'state.db'));
  onTestFinished(() => state.close());
  return state;
}

const payer = (rest: Partial<Payer> = {}, budget: Partial<DpBudget> = {}): Payer => ({
  key_id: 'key_a',
  brand_id: 'shop',
  budget: { epsilon_millis: 1_000, per: 'total', ...budget },
  ...rest,
});
const ask = (state: State, text: string, who: Payer | null = payer(), now_ms = NOW, as_of_ms: number | null = null) =>
  reserve(state, { text, as_of_ms, epsilon_millis: 300, delta: 1e-6 }, who, now_ms);

test('questions add up, and the one that the budget does not cover is refused with numbers', async () => {
  const state = await openState();
  for (const text of ['a', 'b', 'c']) await ask(state, text);
  await expect(ask(state, 'd')).rejects.toMatchObject({
    code: 'budget_spent',
    message:
      'dp_epsilon: this question costs 0.3, and of the budget of 1 in all for brand shop 0.1 is left; ask with a smaller dp_epsilon, or repeat a question that was answered before, which costs nothing; the budget is not renewed; ask who gave you the key for a new one',
  });
  expect(await budgetStatus(state, payer(), NOW)).toEqual({
    ...{ epsilon_budget: '1', per: 'total', period: 'total', epsilon_spent: '0.9', epsilon_left: '0.1' },
    ...{ delta_spent: 3e-6, questions: 3, renews_at: null },
  });
});

test('of many questions at once, in two processes, exactly as many are answered as the budget covers', async () => {
  const folder = temporaryFolder();
  const states = [await openState(folder), await openState(folder)];
  const asked = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => ask(states[i % 2]!, `q${i}`)));
  expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect((await budgetStatus(states[0]!, payer(), NOW)).epsilon_spent).toBe('0.9');
});

test('the same question costs once, also asked by many at once, and all get the answer that was stored first', async () => {
  const state = await openState();
  const asked = await Promise.all(Array.from({ length: 8 }, () => ask(state, 'a')));
  expect(new Set(asked.map(({ question_id }) => question_id)).size).toBe(1);
  const { question_id } = asked[0]!;
  const kept = await Promise.all(
    asked.map((_, i) => keepAnswer(state, question_id, { text: `answer ${i}`, cut: {} }, NOW)),
  );
  expect(new Set(kept).size).toBe(1);
  expect((await ask(state, 'a')).answer).toBe(kept[0]);
  expect((await budgetStatus(state, payer(), NOW)).questions).toBe(1);
});

test('what is spent stays spent after a crash before the answer, and asking again then costs nothing more', async () => {
  const folder = temporaryFolder();
  const state = await openState(folder);
  const first = await ask(state, 'a');
  await state.close();
  const restarted = await openState(folder);
  expect((await budgetStatus(restarted, payer(), NOW)).epsilon_spent).toBe('0.3');
  const again = await ask(restarted, 'a', payer(), NOW + 1_000);
  expect(again).toEqual({ ...first, answer: null });
  expect((await budgetStatus(restarted, payer(), NOW)).epsilon_spent).toBe('0.3');
});

test('each key and each brand has a budget of its own, and one answer holds for all keys', async () => {
  const state = await openState();
  const { question_id } = await ask(state, 'a');
  await keepAnswer(state, question_id, { text: 'the answer', cut: {} }, NOW);
  for (const who of [payer({ key_id: 'key_b' }), payer({ brand_id: 'other' })]) {
    expect((await budgetStatus(state, who, NOW)).questions).toBe(0);
  }
  const other = payer({ key_id: 'key_b' });
  expect((await ask(state, 'a', other)).answer).toBe('the answer');
  expect((await budgetStatus(state, other, NOW)).epsilon_spent).toBe('0.3');
  expect((await ask(state, 'a', null)).answer).toBe('the answer');
});

test('a budget is renewed at the begin of its day or month in UTC, and says when', async () => {
  const state = await openState();
  for (const per of ['day', 'month'] as const) {
    const who = payer({ key_id: per }, { per });
    for (const text of ['a', 'b', 'c']) await ask(state, text, who);
    await expect(ask(state, 'd', who)).rejects.toMatchObject({
      retry_after_s: 43_200,
      message: expect.stringContaining('the budget is renewed at 2026-04-01T00:00:00.000Z'),
    });
    await ask(state, 'd', who, Date.UTC(2026, 3, 1));
    expect((await budgetStatus(state, who, Date.UTC(2026, 3, 1))).epsilon_spent).toBe('0.3');
  }
});

test('a question without as_of is one question for its day, and with as_of for good', async () => {
  const state = await openState();
  const first = await ask(state, 'a');
  expect(first.as_of_ms).toBe(NOW);
  expect(await ask(state, 'a', payer(), NOW + 3_600_000)).toEqual(first);
  expect((await ask(state, 'a', payer(), NOW + DAY_MS)).question_id).not.toBe(first.question_id);
  expect(await ask(state, 'a', payer(), NOW + 2 * DAY_MS, NOW)).toEqual(first);
  expect((await budgetStatus(state, payer(), NOW)).questions).toBe(2);
});

test('an old answer is forgotten together with its payment', async () => {
  const state = await openState();
  const who = payer({}, { per: 'month' });
  const old = await ask(state, 'a', who, NOW, NOW);
  await keepAnswer(state, old.question_id, { text: 'old', cut: {} }, NOW);
  const later = NOW + 500 * DAY_MS;
  const fresh = await ask(state, 'b', who, later);
  await keepAnswer(state, fresh.question_id, { text: 'fresh', cut: {} }, later);
  const kept = [];
  for await (const { text } of storedAnswers(state)) kept.push(text);
  expect(kept).toEqual(['fresh']);
  expect((await ask(state, 'a', who, later, NOW)).answer).toBeNull();
  expect((await budgetStatus(state, who, later)).questions).toBe(2);
});
