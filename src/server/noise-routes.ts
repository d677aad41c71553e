/** Routes about answers with noise: what keys have spent of their budgets, and what the bounds of a person cut away. */
import { maySeeKey } from '../domain/brand-access.ts';
import { Type } from '../domain/typebox.ts';
import { BUDGET_PERIODS } from '../privacy/differential-privacy/budget.ts';
import { budgetStatus, storedAnswers } from '../privacy/differential-privacy/ledger.ts';
import { askedOf } from '../reports/noisy/answer.ts';
import { budgetOf, isPartnerKey, type KeyInfo } from './key.ts';
import type { Route, Services } from './route.ts';

/** Answers that one call lists, the newest. */
const MAX_ANSWERS = 1_000;

const Budgets = Type.Object({
  budgets: Type.Array(
    Type.Object({
      key_id: Type.String(),
      name: Type.String(),
      brand_id: Type.String(),
      epsilon_budget: Type.String({ description: 'What the questions of one period may cost together' }),
      per: Type.Unsafe<string>({ type: 'string', enum: [...BUDGET_PERIODS] }),
      period: Type.String({ description: 'The period in UTC: a day, a month, or total' }),
      epsilon_spent: Type.String(),
      epsilon_left: Type.String(),
      delta_spent: Type.Number({ description: 'The sum of the deltas of the answers' }),
      questions: Type.Integer({ description: 'Questions that were paid for' }),
      renews_at: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});

const Answers = Type.Object({
  answers: Type.Array(
    Type.Object({
      question_id: Type.String(),
      answered_at: Type.String(),
      report: Type.String(),
      report_period: Type.Object({ start: Type.String(), end: Type.String() }),
      brand_id: Type.String(),
      group_by: Type.Array(Type.String()),
      as_of: Type.String(),
      currency: Type.String(),
      epsilon: Type.String(),
      cut: Type.Object(
        { persons: Type.String(), conversions: Type.String(), revenue_micros: Type.String() },
        { description: 'People above a bound, and what was cut of their figures, exactly' },
      ),
    }),
  ),
});

export function noiseRoutes({ tributary, keys }: Services): Route[] {
  const { state, reports } = tributary;
  const shared = { method: 'GET', tag: 'administration', scope: 'admin' } as const;
  const statusOf = async (key: KeyInfo, now_ms: number) => {
    const { key_id, name, brand_id } = key;
    const budget = budgetOf(key);
    if (brand_id === null || budget === null) return [];
    return [{ key_id, name, brand_id, ...(await budgetStatus(state, { key_id, brand_id, budget }, now_ms)) }];
  };
  return [
    {
      ...shared,
      path: '/v1/privacy/budgets',
      partners: true,
      summary: 'What keys have spent of their budgets of noise',
      description: 'A key of scope partner sees its own budget, and an admin those of all such keys that it may see.',
      answers: { 200: { description: 'The budgets', schema: Budgets } },
      handle: async ({ key }) => {
        const now_ms = reports.clock();
        await keys.refresh();
        const seen = isPartnerKey(key!) ? [key!] : keys.list().filter((own) => maySeeKey(key!.brand_id, own.brand_id));
        return { budgets: (await Promise.all(seen.map((own) => statusOf(own, now_ms)))).flat() };
      },
    },
    {
      ...shared,
      path: '/v1/privacy/answers',
      summary: 'The answers with noise that were given, and what the bounds cut',
      description: `The newest ${MAX_ANSWERS}. What was cut is exact, so it is for who may see exact figures.`,
      answers: { 200: { description: 'The answers, newest first', schema: Answers } },
      handle: async ({ key }) => {
        const answers = [];
        for await (const { question_id, answered_at, text, cut } of storedAnswers(state)) {
          const asked = askedOf(text);
          if (maySeeKey(key!.brand_id, asked['brand_id'] as string))
            answers.push({ question_id, answered_at, ...asked, cut });
        }
        answers.sort((a, b) => (a.answered_at < b.answered_at ? 1 : -1));
        return { answers: answers.slice(0, MAX_ANSWERS) };
      },
    },
  ];
}
