/** Three things today, on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { line } from './clip.ts';
import { reportTitle, reportWarnings } from './head.ts';

/** Said where nothing passes the tests. */
const NOTHING_SURE = 'Nothing that the data is sure about.\n';

export function showToday(report: ReportJson): string {
  const things = report['things'] as { message: string }[];
  const further = report['further_things'] as number;
  return (
    reportTitle('Three things today', report) +
    (things.length === 0
      ? NOTHING_SURE
      : things.map(({ message }, i) => line`${String(i + 1)}. ${message}\n`).join('')) +
    (further === 0 ? '' : `\n${further} more ${further === 1 ? 'thing is' : 'things are'} as sure.\n`) +
    reportWarnings(report)
  );
}
