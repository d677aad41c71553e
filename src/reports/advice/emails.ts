/** Advice on how often and when to send, from the reports on fatigue and on times of sending. It is not causal. */
import type { ReportJson } from '../context.ts';

interface Rate {
  rate: number | null;
  interval: { low: number; high: number } | null;
  withheld: string | null;
}
interface Bucket {
  messages: string;
  people: number;
  person_weeks: number;
  ordered: Rate;
  lost: Rate;
}

const percent = (rate: number): string => `${(100 * rate).toFixed(2)} %`;
const range = ({ low, high }: { low: number; high: number }): string => `${percent(low)} to ${percent(high)}`;

/**
 * The most emails a week before surely more people leave and not surely more order: the intervals of two neighbouring numbers are apart.
 * @param fatigue that report.
 */
export function frequencyAdvice(fatigue: ReportJson): ReportJson {
  const buckets = (fatigue['messages_per_week'] as Bucket[]).filter(({ messages }) => messages !== '0');
  const known = buckets.filter(({ lost, ordered }) => lost.interval !== null && ordered.interval !== null);
  const answer = (advice: string, at_most: string | null, message: string): ReportJson => ({
    ...{ advice, at_most_per_week: at_most, message },
    ...{ person_weeks: known.reduce((sum, { person_weeks }) => sum + person_weeks, 0), is_causal: false },
  });
  if (known.length < 2) {
    const withheld = buckets.map(({ lost, ordered }) => lost.withheld ?? ordered.withheld).find((why) => why !== null);
    return answer('refused', null, `Too little is known to say how often: ${withheld ?? 'no emails were delivered'}.`);
  }
  for (const [i, more] of known.entries()) {
    const fewer = known[i - 1];
    if (fewer === undefined) continue;
    const [left, leaves] = [fewer.lost.interval!, more.lost.interval!];
    if (leaves.low <= left.high || more.ordered.interval!.low > fewer.ordered.interval!.high) continue;
    return answer(
      'at_most',
      fewer.messages,
      `Send at most ${fewer.messages} emails a week: with ${more.messages}, ${range(leaves)} of people leave or complain in the week, with ${fewer.messages} ${range(left)}, and orders are not surely more.`,
    );
  }
  return answer('leave_it', null, 'No number of emails a week surely makes more people leave than the one below it.');
}

/** @param times the report on times of sending. */
export function timeAdvice(times: ReportJson): ReportJson {
  const hour = times['best_hour'] as { best: string | null; reason: string };
  const weekday = times['best_weekday'] as { best: string | null; reason: string };
  const parts = [
    hour.best === null ? `no hour (${hour.reason})` : `the hour ${hour.best}`,
    weekday.best === null ? `no weekday (${weekday.reason})` : weekday.best,
  ];
  const found = hour.best !== null || weekday.best !== null;
  return {
    advice: found ? 'send_at' : 'leave_it',
    best_hour: hour.best,
    best_weekday: weekday.best,
    message: `Clicks tell apart: ${parts.join(', and ')}. To know, send halves of the list at two times.`,
    delivered: (times['totals'] as { delivered: number }).delivered,
    is_causal: false,
  };
}
