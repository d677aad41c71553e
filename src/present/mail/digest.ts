/** What a scheduled report says, before it is HTML, text or blocks: figures, a chart and tables, with the words and digits of the terminal. */
import { DEFAULT_BRAND } from '../../domain/record.ts';
import { clip } from '../../domain/text.ts';
import { MS_PER_DAY, parseDate } from '../../domain/time.ts';
import type { ReportJson } from '../../reports/context.ts';
import type { Report } from '../../reports/declare.ts';
import { changeOf } from '../changes.ts';
import { moneyText, number, percent } from '../table.ts';
import { type DigestTable, digestTable } from './digest-tables.ts';
import type { TrendDay } from './trend-chart.ts';

export interface Card {
  name: string;
  value: string;
  /** The currency of an amount; empty for other figures. */
  unit: string;
  /** Beside the value, such as "+12.0 %"; empty without an earlier period. */
  change: string;
}

export interface Trend {
  title: string;
  days: readonly TrendDay[];
  /** The figures of the chart in words, for who sees no pictures. */
  words: string;
  /** The line below the chart. */
  note: string;
}

export interface Digest {
  title: string;
  brand_id: string;
  /** Such as "16 to 22 November 2026". */
  period: string;
  currency: string;
  model: string;
  cards: readonly Card[];
  /** What the changes of the cards are against; empty without an earlier period. */
  compared: string;
  trend: Trend | null;
  tables: readonly DigestTable[];
  warnings: readonly string[];
  /** Where the figures come from: run, log position and settings. */
  origin: string;
}

export interface DigestParts {
  title: string;
  brand_id: string;
  period: { start: string; end: string };
  run_id: string | null;
  /** The attribution report of the period, compared with the one before. */
  headline: ReportJson;
  /** The attribution report of email by day. */
  trend: ReportJson;
  reports: ReadonlyArray<{ report: Report; answer: ReportJson }>;
}

const MAX_WARNINGS = 5;
const MAX_WARNING = 300;
/** More days than a week are told by their highest and lowest. */
const MAX_DAYS_TOLD = 7;

export function makeDigest({ title, brand_id, period, run_id, headline, trend, reports }: DigestParts): Digest {
  const currency = String(headline['currency']);
  const warnings = [headline, ...reports.map(({ answer }) => answer)].flatMap(
    (answer) => (answer['warnings'] ?? []) as Array<{ message?: string }>,
  );
  const said = [...new Set(warnings.map(({ message = '' }) => clip(message, MAX_WARNING)))].filter(Boolean);
  return {
    title,
    brand_id,
    period: periodInWords(period),
    currency,
    model: String(headline['attribution_model']),
    cards: cardsOf(headline['summary'] as Record<string, unknown>, currency),
    compared: comparedWith(headline),
    trend: trendOf(trend, period, currency),
    tables: reports.map(({ report, answer }) => digestTable(report, answer)),
    warnings: said.slice(0, MAX_WARNINGS),
    origin: [
      ...(run_id === null ? [] : [`frozen run ${run_id}`]),
      `log position ${clip(headline['as_of'], 200)}`,
      `settings ${headline['config_hash']}`,
    ].join(', '),
  };
}

function cardsOf(summary: Record<string, unknown>, currency: string): Card[] {
  const card = (name: string, field: string, value: string, unit = ''): Card => ({
    ...{ name, value, unit },
    change: changeOf(summary, field) ?? '',
  });
  return [
    card('Email revenue', 'email_attributed_revenue', moneyText(summary['email_attributed_revenue']), currency),
    card('Share of all revenue', 'email_share_of_revenue', percent(summary['email_share_of_revenue'])),
    card('All revenue', 'total_revenue', moneyText(summary['total_revenue']), currency),
    card('Orders', 'total_conversions', number(summary['total_conversions'])),
  ];
}

/** An amount with its currency, or another figure. */
export const cardText = ({ value, unit, change }: Card): string =>
  `${value}${unit && ` ${unit}`}${change && ` (${change})`}`;

function comparedWith(answer: ReportJson): string {
  const { report_period } = (answer['comparison'] ?? {}) as { report_period?: { start: string; end: string } };
  return report_period === undefined ? '' : `Changes are against ${periodInWords(report_period)}.`;
}

function trendOf(answer: ReportJson, { start, end }: { start: string; end: string }, currency: string): Trend | null {
  const rows = answer['channel_attribution'] as Array<Record<string, unknown>>;
  const days = rows.map((row): TrendDay & { amount: string } => ({
    date: String(row['day']),
    micros: BigInt(row['attributed_revenue_micros'] as string),
    is_in_period: String(row['day']) >= start && String(row['day']) < end,
    amount: moneyText(row['attributed_revenue']),
  }));
  if (days.length === 0) return null;
  const told = days.filter(({ is_in_period }) => is_in_period);
  const best = (of: typeof days, sign: 1n | -1n): string => {
    const { amount, date } = of.reduce((found, day) => (sign * day.micros > sign * found.micros ? day : found));
    return `${amount} on ${shortDay(date)}`;
  };
  const highest = `Highest: ${best(days, 1n)}.`;
  return {
    title: `Email revenue by day, ${currency}`,
    days,
    words:
      told.length > 0 && told.length <= MAX_DAYS_TOLD
        ? `${told.map(({ date, amount }) => `${shortDay(date)}: ${amount}`).join('; ')}. ${highest}`
        : `${highest} Lowest: ${best(days, -1n)}.`,
    note: told.length < days.length ? `${highest} Pale: the days before.` : highest,
  };
}

/** The line below the title: the period, and the brand if there are several. */
export const aboutText = ({ period, brand_id }: Digest): string =>
  brand_id === DEFAULT_BRAND ? period : `${period} · ${brand_id}`;

/** A day such as "22 Nov". */
export const shortDay = (date: string): string => dayText(date, { day: 'numeric', month: 'short' });

/** Whole days in words: "22 November 2026", "16 to 22 November 2026" or "November 2026". */
export function periodInWords({ start, end }: { start: string; end: string }): string {
  const last = new Date(((parseDate(end) as number) - 1) * MS_PER_DAY).toISOString().slice(0, 10);
  const whole = { day: 'numeric', month: 'long', year: 'numeric' } as const;
  if (start === last) return dayText(start, whole);
  if (start.endsWith('-01') && end.endsWith('-01') && start.slice(0, 7) === last.slice(0, 7))
    return dayText(start, { month: 'long', year: 'numeric' });
  const same_year = start.slice(0, 4) === last.slice(0, 4);
  const same_month = start.slice(0, 7) === last.slice(0, 7);
  const first = dayText(start, same_month ? { day: 'numeric' } : same_year ? { day: 'numeric', month: 'long' } : whole);
  return `${first} to ${dayText(last, whole)}`;
}

function dayText(date: string, form: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...form, timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));
}
