/** The frozen runs on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { showAny } from './any.ts';

export function showRuns(report: ReportJson, limit: number): string {
  const runs = report['runs'] as unknown[];
  return runs.length === 0 ? 'no run is frozen yet; freeze one with `tributary runs freeze`\n' : showAny(report, limit);
}
