/** What consent hides, in two lines on a terminal. */
import type { ReportJson } from '../reports/context.ts';
import { moneyText } from './table.ts';

interface Bounds {
  total: { observed_revenue: string; possible_revenue: string };
  groups: readonly unknown[];
  groups_left_out: number;
  not_stored_events: number;
}

/** Empty unless the report has bounds. */
export function consentLines(report: ReportJson): string {
  const bounds = report['consent_bounds'] as Bounds | undefined;
  if (bounds === undefined) return '';
  const { total, groups, groups_left_out, not_stored_events } = bounds;
  const changed = groups.length + groups_left_out;
  const hidden =
    changed === 0
      ? 'consent hides nothing that would change a row'
      : `attributed revenue is ${moneyText(total.observed_revenue)}; if consent hid nothing it would be ${moneyText(total.possible_revenue)}, with other figures in ${changed} ${changed === 1 ? 'row' : 'rows'}`;
  const counted =
    not_stored_events === 0
      ? ''
      : `  ${not_stored_events} more ${not_stored_events === 1 ? 'touchpoint was' : 'touchpoints were'} only counted, because the person denied measurement\n`;
  return `\n  ${hidden}\n${counted}`;
}
