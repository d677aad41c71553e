/** Rules of a brand on what its channels and emails must bring, as findings of monitors. docs/semantics.md 28. */
import { dayOf, formatDate, MS_PER_DAY } from '../../domain/time.ts';
import { brandRules } from '../../reports/advice/brand-rules.ts';
import type { RuleFinding } from '../../reports/advice/rules.ts';
import type { ReportContext } from '../../reports/context.ts';
import type { State } from '../../state/port.ts';
import { type Finding, listIncidents } from '../incidents.ts';
import { NEXT_STEPS } from './names.ts';

const PERIOD_DAYS = 30;
/** Incidents that are looked through for one that was over a short time ago. */
const MOST_INCIDENTS = 1_000;

/** The rules that fire now, without those that cool down. */
export async function brokenRules(
  reports: ReportContext,
  state: State,
  brand_id: string,
  now_ms: number,
): Promise<Finding[]> {
  const rules = reports.adviceRules?.(brand_id) ?? {};
  if (Object.keys(rules).length === 0) return [];
  const today = dayOf(reports.settings(brand_id).time_zone, now_ms);
  // The day of now is not over.
  const period = { start: formatDate(today - PERIOD_DAYS), end: formatDate(today) };
  const fires = (await brandRules(reports, { brand_id, period })).filter((one) => one.state === 'fires');
  if (fires.length === 0) return [];
  const incidents = await listIncidents(state, { brand_id, check: 'advice_rule', limit: MOST_INCIDENTS });
  return fires
    .map((one) => findingOf(one, now_ms))
    .filter(({ subject }, i) => {
      const rested_ms = now_ms - (rules[fires[i]!.rule]?.cool_down_days ?? 0) * MS_PER_DAY;
      const last = incidents.filter((incident) => incident.subject === subject);
      if (last.some(({ status }) => status === 'open')) return true;
      return !last.some(({ over_ms }) => over_ms !== null && over_ms > rested_ms);
    });
}

function findingOf({ rule, subject, message, below, value, interval, cases }: RuleFinding, now_ms: number): Finding {
  return {
    check: 'advice_rule',
    subject: `${rule} ${subject}`,
    summary: message,
    next_step: NEXT_STEPS.advice_rule,
    since_ms: now_ms,
    evidence: { rule, of: subject, below, value, low: interval!.low, high: interval!.high, cases },
  };
}
