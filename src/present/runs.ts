/** The frozen runs on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { showAny } from './any.ts';

export function showRuns(report: ReportJson, limit: number): string {
  const runs = report['runs'] as unknown[];
  return runs.length === 0 ? 'nothing is frozen yet: `tributary runs freeze` does it\n' : showAny(report, limit);
}
