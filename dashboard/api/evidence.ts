/** The reports on what works, and what to do: advice, effects of sends, and experiments beside credit. */
import type { View } from '../view.ts';
import type { Advice, ReportsClosestModels, ReportsIncrementality, ReportsSendEffects } from './answers.d.ts';
import { type Question, useQuestion } from './reports.ts';

export type { Advice };
export type AdvisedChannel = Advice['channels'][number];

/** What is asked beside the view, as texts: the budget of a week, and spend of channels as `CHANNEL=AMOUNT`. */
export interface AskedSpend {
  budget?: string;
  set?: readonly string[];
}

/** The report has no filters. */
export function adviceQuestion(
  { start, end, brand_id, currency, model }: View,
  { budget, set }: AskedSpend = {},
): Question {
  return { path: '/v1/advice', rows: 'channels', parameters: { start, end, brand_id, currency, model, budget, set } };
}
export const useAdvice = (view: View, asked: AskedSpend = {}, enabled = true) =>
  useQuestion<Advice>(adviceQuestion(view, asked), enabled);

export type SendEffects = ReportsSendEffects;
/** A blast, or all of one basis together. */
export type Effect = SendEffects['together'][number];

/** @param campaign_id all campaigns when empty. */
export function sendEffectsQuestion(
  { start, end, brand_id, currency }: View,
  campaign_id: string,
  window_hours: string,
): Question {
  const parameters = { start, end, brand_id, currency, campaign_id, window_hours };
  return { path: '/v1/reports/send_effects', rows: 'blasts', parameters };
}
/** It is not asked without hours. */
export const useSendEffects = (view: View, campaign_id: string, window_hours: string) =>
  useQuestion<SendEffects>(sendEffectsQuestion(view, campaign_id, window_hours), window_hours !== '');

export type Incrementality = ReportsIncrementality;
export function incrementalityQuestion({ start, end, brand_id, currency, model }: View, by: string): Question {
  const parameters = { start, end, brand_id, currency, models: model, by };
  return { path: '/v1/reports/incrementality', rows: 'rows', parameters };
}
export const useIncrementality = (view: View, by: string) =>
  useQuestion<Incrementality>(incrementalityQuestion(view, by));

export type ClosestModels = ReportsClosestModels;
/** All experiments, whenever they were: a period has few. */
export function closestModelsQuestion({ brand_id, currency }: View, models: readonly string[]): Question {
  return {
    path: '/v1/reports/closest-models',
    rows: 'models',
    parameters: { brand_id, currency, models: models.join(',') },
  };
}
export const useClosestModels = (view: View, models: readonly string[], enabled: boolean) =>
  useQuestion<ClosestModels>(closestModelsQuestion(view, models), enabled);
