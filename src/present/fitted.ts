/** The fitted models on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { showAny } from './any.ts';

export function showFitted(report: ReportJson, limit: number): string {
  const models = report['models'] as unknown[];
  return models.length === 0 ? 'no model is fitted yet; fit one with `tributary fit`\n' : showAny(report, limit);
}
