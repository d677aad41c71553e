/** How one person answers emails: counts, rates, the hour of most answers, and the trend with its test. docs/semantics.md 9. */
import { ratio } from '../../domain/money.ts';
import { formatInstant, MS_PER_DAY, MS_PER_HOUR, type OffsetPeriod, offsetPeriods } from '../../domain/time.ts';
import { LEAST_OF_A_KIND, LEAST_OUTCOMES, modeOf, trendOf } from '../../learning/trend.ts';
import type { ReportJson } from '../context.ts';
import { rounded } from '../emails/intervals.ts';
import { type EmailHappening, emailsOf, MAX_EMAIL_EVENTS, type PersonEmail } from './person-emails.ts';

const HOURS_OF_A_DAY = 24;
/** An hour is named from so many answers on, if their number is no chance. */
const LEAST_ANSWERS = 10;
const SIGNIFICANT = 0.05;
/** Emails of the last days may still be answered, so the trend does not count them. An answer counts within the same time. */
const ANSWER_DAYS = 3;

/** @param last_ms the newest event of the person. */
export function engagementOf(happenings: readonly EmailHappening[], last_ms: number, time_zone: string): ReportJson {
  const emails = emailsOf(happenings);
  const opened = emails.filter(({ opened_ms }) => opened_ms !== null).length;
  const clicked = emails.filter(({ clicked_ms }) => clicked_ms !== null).length;
  const count = (kind: string, human = 1): number =>
    happenings.filter((one) => one.kind === kind && one.is_human === human).length;
  const last = (passes: (one: EmailHappening) => boolean): string | null => {
    const found = happenings.findLast(passes);
    return found === undefined ? null : formatInstant(found.at_ms);
  };
  const human = (kind: string) => last((one) => one.kind === kind && one.is_human === 1);
  return {
    sends: count('sent'),
    delivered: emails.length,
    opened,
    clicked,
    open_rate: ratio(opened, emails.length),
    click_rate: ratio(clicked, emails.length),
    human_opens: count('email_open'),
    human_clicks: count('email_click'),
    machine_opens: count('email_open', 0),
    machine_clicks: count('email_click', 0),
    last_open_at: human('email_open'),
    last_click_at: human('email_click'),
    unsubscribed_at: last(({ kind }) => kind === 'unsubscribed'),
    resubscribed_at: last(({ kind }) => kind === 'resubscribed'),
    complained_at: last(({ kind }) => kind === 'complained'),
    bounced_at: last(({ kind, bounce_kind }) => kind === 'bounced' && bounce_kind !== 'soft'),
    preferred_hour: preferredHour(emails, time_zone),
    trend: trend(emails, last_ms),
    events_truncated: happenings.length === MAX_EMAIL_EVENTS,
  };
}

const answeredMs = ({ opened_ms, clicked_ms }: PersonEmail): number | null =>
  opened_ms === null || clicked_ms === null ? (opened_ms ?? clicked_ms) : Math.min(opened_ms, clicked_ms);

/** The hour of the day in which most emails got their first answer. */
function preferredHour(emails: readonly PersonEmail[], time_zone: string): ReportJson {
  const counts = Array.from({ length: HOURS_OF_A_DAY }, () => 0);
  const instants = emails.flatMap((email) => answeredMs(email) ?? []).sort((a, b) => a - b);
  const answers = instants.length;
  const periods = offsetPeriods(time_zone, instants[0] ?? 0, (instants.at(-1) ?? -1) + 1);
  let period = 0;
  for (const at_ms of instants) {
    while (periods[period]!.until_ms <= at_ms) period += 1;
    counts[hourOf(at_ms, periods[period]!)]! += 1;
  }
  if (answers < LEAST_ANSWERS)
    return { hour: null, answers, in_hour: null, p_value: null, withheld: `${answers} of ${LEAST_ANSWERS} answers` };
  const { category, count, p_value } = modeOf(counts);
  const is_clear = p_value <= SIGNIFICANT;
  return {
    hour: is_clear ? category : null,
    answers,
    in_hour: count,
    p_value: rounded(p_value),
    withheld: is_clear ? null : 'no hour has clearly more answers than others',
  };
}

const hourOf = (at_ms: number, { offset_ms }: OffsetPeriod): number =>
  Math.floor((at_ms + offset_ms) / MS_PER_HOUR) % HOURS_OF_A_DAY;

/** Whether the person answers later emails more or less often than earlier ones. */
function trend(emails: readonly PersonEmail[], last_ms: number): ReportJson {
  const settled = emails.filter(({ delivered_ms }) => delivered_ms <= last_ms - ANSWER_DAYS * MS_PER_DAY);
  const outcomes = settled.map((email) => {
    const at_ms = answeredMs(email);
    return at_ms !== null && at_ms <= email.delivered_ms + ANSWER_DAYS * MS_PER_DAY;
  });
  const answered = outcomes.filter(Boolean).length;
  const found = trendOf(outcomes);
  return {
    direction: found?.direction ?? null,
    emails: settled.length,
    answered,
    p_value: found === null ? null : rounded(found.p_value),
    withheld:
      found === null
        ? `${settled.length} of ${LEAST_OUTCOMES} emails, ${Math.min(answered, settled.length - answered)} of ${LEAST_OF_A_KIND} answered and unanswered`
        : null,
  };
}
