/** Advice on how often and when to send, from like people who are compared. It is not causal. docs/semantics.md 28. */
import { countInWords, moneyInWords } from '../../domain/money.ts';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { ReportJson } from '../context.ts';
import { MANY } from '../emails/week-counts.ts';
import { AFTER_MS, LEAST } from '../sending/asked.ts';
import type { Estimate } from '../sending/estimates.ts';
import type { SendingFigures } from '../sending/figures.ts';
import { FREQUENCY_ALPHA, type FrequencyRow } from '../sending/frequency.ts';
import { TIME_ALPHA, type TimeRow } from '../sending/times.ts';

const SCALE = 1_000_000;
const DECIMALS = 6;
const rate = (value: number): number => Math.round(value * SCALE) / SCALE + 0;
const amount = (units: number): string => rate(units).toFixed(DECIMALS);

const shown = <T>(
  estimate: Estimate | null,
  of: (value: number) => T,
): Record<'value' | 'other' | 'difference' | 'low' | 'high', T> | null =>
  estimate === null
    ? null
    : {
        value: of(estimate.value),
        other: of(estimate.other),
        difference: of(estimate.difference),
        low: of(estimate.low),
        high: of(estimate.high),
      };

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
/** A difference with its interval, per 100 emails. */
const range = ({ difference, low, high }: Estimate): string =>
  `${signed(difference)} (${signed(low)} to ${signed(high)})`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(2)}`;

const numberOf = (emails: number): string => (emails === MANY ? `${MANY}+` : String(emails));

type KnownRow = FrequencyRow & { left: Estimate; orders: Estimate; net: Estimate };
const isKnown = (row: FrequencyRow): row is KnownRow => row.left !== null && row.orders !== null && row.net !== null;

/** @param person_weeks weeks of people on the list in the report on fatigue. */
export function frequencyAdvice(
  { frequency, people_part, currency }: Omit<SendingFigures, 'times'>,
  person_weeks: number,
): ReportJson {
  const { rows, emails, unnamed, value_of_person } = frequency;
  const said = sayFrequency(rows, unnamed, (row) => worthOf(row, value_of_person, currency));
  return {
    ...said,
    ...{ person_weeks, emails, people_part, confidence: 1 - FREQUENCY_ALPHA },
    value_of_person: value_of_person === null ? null : amount(value_of_person),
    compared: rows.map((row) => ({
      emails_before: numberOf(row.emails_before),
      ...{ emails: row.emails, other_emails: row.other_emails, within_hours: row.within_hours },
      left: shown(row.left, rate),
      orders: shown(row.orders, rate),
      net_revenue: shown(row.net, amount),
      orders_before: row.control === null ? null : { differs: row.control.differs, ...shown(row.control, rate) },
    })),
    is_causal: false,
  };
}

function sayFrequency(rows: readonly FrequencyRow[], unnamed: number, worth: (row: KnownRow) => string): ReportJson {
  const answer = (advice: string, at_most_per_week: string | null, message: string): ReportJson => ({
    ...{ advice, at_most_per_week, message },
  });
  const known = rows.filter(isKnown);
  if (known.length === 0)
    return answer(
      'refused',
      null,
      `Too little is known to say how often: like people have to get the same email, ${LEAST.emails} with one more email in the 7 days before it than ${LEAST.emails} others, and at least ${LEAST.events} have to leave and to order.${unnamed === 0 ? '' : ` ${countInWords(unnamed)} emails name neither a campaign nor an email, so they are compared with none.`}`,
    );
  const found = known.find(({ left, orders }) => left.low > 0 && orders.low <= 0);
  if (found === undefined) {
    const sells = known.some(({ left }) => left.low > 0);
    return answer(
      'leave_it',
      null,
      sells
        ? 'Where one more email in 7 days surely makes more people leave, it surely brings more orders as well; compared among like people.'
        : `No number of emails in 7 days surely makes more people leave than one less; compared among like people. ${known.length} of ${rows.length} numbers can be compared.`,
    );
  }
  const { emails_before, left, orders, control, within_hours } = found;
  const number = numberOf(emails_before);
  if (control === null || control.differs) {
    const why =
      control === null
        ? 'too few orders before these emails show whether the people are alike'
        : `they already differed by ${range(control)} orders per 100 before, so the comparison leaks`;
    return answer(
      'refused',
      null,
      `It cannot be said how often: people with ${number} emails in the 7 days before an email leave more often than those with ${emails_before - 1}, but ${why}.`,
    );
  }
  return answer(
    'at_most',
    number,
    `Send at most ${number} emails in 7 days: after one more, ${percent(left.value)} of people leave or complain within ${within_hours} hours, compared among like people ${range(left)} per 100 more than after one less, and orders are not surely more, ${range(orders)} per 100.${worth(found)}`,
  );
}

/** What leaves with people who leave, beside the net revenue after the email. */
function worthOf({ left, net }: KnownRow, value: number | null, currency: string): string {
  if (value === null || value <= 0) return '';
  const words = (units: number): string => moneyInWords(BigInt(Math.round(100 * units * SCALE)), currency);
  return ` A person on the list brings ${moneyInWords(BigInt(Math.round(value * SCALE)), currency)} in 28 days, so 100 such emails lose ${words(left.difference * value)} (${words(left.low * value)} to ${words(left.high * value)}), and net revenue after them differs by ${words(net.difference)} (${words(net.low)} to ${words(net.high)}).`;
}

/** @param clicked the report on times of sending. */
export function timeAdvice({ times, people_part }: Omit<SendingFigures, 'frequency'>, clicked: ReportJson): ReportJson {
  const hour = clicked['best_hour'] as { best: string | null; reason: string };
  const weekday = clicked['best_weekday'] as { best: string | null; reason: string };
  const { block, weekday: day } = times;
  const of_orders = [
    block.best === null ? `no hours (${block.reason})` : `the hours ${block.best}`,
    day.best === null ? `no weekday (${day.reason})` : day.best,
  ];
  const of_clicks = [
    hour.best === null ? `no hour (${hour.reason})` : `the hour ${hour.best}`,
    weekday.best === null ? `no weekday (${weekday.reason})` : weekday.best,
  ];
  const found = block.best !== null || day.best !== null;
  return {
    advice: found ? 'send_at' : 'leave_it',
    best_hour: hour.best,
    best_weekday: weekday.best,
    best_block_by_orders: block.best,
    best_weekday_by_orders: day.best,
    message: `Orders, compared among like people, tell apart: ${of_orders.join(', and ')}. Clicks tell apart: ${of_clicks.join(', and ')}. To know, send halves of the list at two times.`,
    delivered: (clicked['totals'] as { delivered: number }).delivered,
    people_part,
    confidence: { block: 1 - TIME_ALPHA.block, weekday: 1 - TIME_ALPHA.weekday },
    within_hours: { block: AFTER_MS.block / MS_PER_HOUR, weekday: AFTER_MS.weekday / MS_PER_HOUR },
    by_block: block.rows.map(timeRow),
    by_weekday: day.rows.map(timeRow),
    is_causal: false,
  };
}

const timeRow = ({ slot, emails, other_emails, orders, net, control }: TimeRow): ReportJson => ({
  ...{ slot, emails, other_emails },
  orders: shown(orders, rate),
  net_revenue: shown(net, amount),
  orders_before: control === null ? null : { differs: control.differs, ...shown(control, rate) },
});
