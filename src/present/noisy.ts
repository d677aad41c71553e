/** An answer with noise on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { tableOf } from './any.ts';
import { line } from './clip.ts';
import { reportTitle } from './head.ts';

type Row = Record<string, unknown>;

/** The tables, and what protects people in words. */
export function showNoisy(title: string, answer: ReportJson, limit: number): string {
  const { epsilon, meaning } = answer['differential_privacy'] as { epsilon: string; meaning: string[] };
  const unattributed = answer['unattributed'] as Row[] | undefined;
  const left_out = answer['groups_left_out'] as number;
  return [
    reportTitle(`${title}, with noise (epsilon ${epsilon})`, answer),
    tableOf(answer['groups'] as Row[], limit),
    left_out === 0 ? '' : `  ${left_out} more groups are left out\n`,
    unattributed === undefined ? '' : `\nunattributed\n${tableOf(unattributed, limit)}`,
    `\ntotals of the rows shown\n${tableOf(answer['totals'] as Row[], limit)}`,
    '\n',
    ...meaning.map((sentence) => line`${sentence}\n`),
  ].join('');
}
