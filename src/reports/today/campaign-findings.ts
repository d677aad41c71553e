/** What the table of campaigns is sure about: who costs more than it earns, who earns more per recipient, and complaints. */
import { amountInWords, countInWords, money, moneyInWords, ratio } from '../../domain/money.ts';
import { clip } from '../../domain/text.ts';
import { wilson } from '../../learning/score-interval.ts';
import type { ReportJson } from '../context.ts';
import { type Finding, standardError, sure } from './findings.ts';

/**
 * Mailbox providers ask for less than one complaint per thousand. Source: Google, Email sender guidelines, and Yahoo, Sender best
 * practices, both of 2024.
 */
const MOST_COMPLAINTS = 0.001;

type Row = ReportJson;
interface Amounts {
  low: string;
  high: string;
}

const microsOf = (amount: string): bigint => BigInt(amount.replace('.', ''));
const boundsOf = ({ low, high }: Amounts) => ({ low: microsOf(low), high: microsOf(high) });
const asNumbers = ({ low, high }: { low: bigint; high: bigint }) => ({ low: Number(low), high: Number(high) });

/** @param report that of campaigns. @param email_micros what all emails earned. */
export function campaignFindings(report: ReportJson, email_micros: bigint): Finding[] {
  const rows = (report['campaigns'] as Row[]).filter((row) => typeof row['campaign_id'] === 'string');
  const currency = report['currency'] as string;
  return [
    ...costly(rows, currency),
    ...aboveOthers(rows, currency),
    ...complaints(report['totals'] as Row, email_micros),
  ];
}

/** Campaigns whose spend lies above what they are credited with. */
function costly(rows: readonly Row[], currency: string): Finding[] {
  const candidates = rows.flatMap((row) => {
    const interval = row['attributed_revenue_interval'] as Amounts | null;
    const spend = BigInt((row['spend_micros'] as string | null) ?? 0);
    if (interval === null || spend <= 0n) return [];
    const revenue = BigInt(row['attributed_revenue_micros'] as string);
    const bounds = boundsOf(interval);
    const distance = Number(spend - revenue);
    return [{ of: { row, spend, revenue, bounds }, distance, standard_error: standardError(asNumbers(bounds)) }];
  });
  return sure(candidates)
    .filter(({ spend, bounds }) => bounds.high < spend)
    .map(({ row, spend, revenue, bounds: { low, high } }) => ({
      code: 'spend_above_revenue',
      keys: { campaign_id: row['campaign_id'] as string },
      message: `Campaign ${clip(row['campaign_id'] as string)} cost ${moneyInWords(spend, currency)} and earned ${amountInWords(revenue)}, likely ${amountInWords(low)} to ${amountInWords(high)}.`,
      figures: {
        ...money('spend', spend),
        ...money('attributed_revenue', revenue),
        ...money('low', low),
        ...money('high', high),
        return_on_ad_spend: row['return_on_ad_spend'],
        return_low: ratio(low, spend),
        return_high: ratio(high, spend),
        people: row['revenue_per_recipient_support'],
      },
      at_stake_micros: spend - revenue,
    }));
}

interface Mailed {
  row: Row;
  recipients: number;
  revenue: bigint;
  bounds: { low: bigint; high: bigint };
}

/** Campaigns that earn more per recipient than the others of their kind together. Flows bring more than newsletters, so kinds stay apart. */
function aboveOthers(rows: readonly Row[], currency: string): Finding[] {
  const kinds = new Map<unknown, Mailed[]>();
  for (const row of rows) {
    const interval = row['attributed_revenue_interval'] as Amounts | null;
    const recipients = (row['unique_recipients'] as number | null) ?? 0;
    if (interval === null || recipients === 0) continue;
    const revenue = BigInt(row['attributed_revenue_micros'] as string);
    const kind = row['campaign_kind'];
    kinds.set(kind, [...(kinds.get(kind) ?? []), { row, recipients, revenue, bounds: boundsOf(interval) }]);
  }
  const candidates = [...kinds.values()].flatMap((own) => {
    const all = own.reduce((sum, { recipients }) => sum + recipients, 0);
    const earned = own.reduce((sum, { revenue }) => sum + revenue, 0n);
    return own.flatMap((one) => {
      const others = all - one.recipients;
      if (others === 0) return [];
      // What the same recipients would bring at the rate of the others, in micros.
      const usual = ((earned - one.revenue) * BigInt(one.recipients)) / BigInt(others);
      const distance = Number(one.revenue - usual);
      return [{ of: { ...one, usual }, distance, standard_error: standardError(asNumbers(one.bounds)) }];
    });
  });
  return sure(candidates)
    .filter(({ bounds, usual }) => bounds.low > usual)
    .map((one) => aboveFinding(one, currency));
}

function aboveFinding(
  { row, recipients, revenue, bounds, usual }: Mailed & { usual: bigint },
  currency: string,
): Finding {
  const each = (micros: bigint): bigint => micros / BigInt(recipients);
  const kind = row['campaign_kind'];
  return {
    code: 'above_others',
    keys: { campaign_id: row['campaign_id'] as string },
    message: `Campaign ${clip(row['campaign_id'] as string)} earns ${moneyInWords(each(revenue), currency)} per recipient, likely ${amountInWords(each(bounds.low))} to ${amountInWords(each(bounds.high))}; the other ${typeof kind === 'string' ? `emails of the kind ${kind}` : 'emails'} together earn ${amountInWords(each(usual))}.`,
    figures: {
      ...money('revenue_per_recipient', each(revenue)),
      ...money('low', each(bounds.low)),
      ...money('high', each(bounds.high)),
      ...money('others', each(usual)),
      recipients,
      people: row['revenue_per_recipient_support'],
    },
    at_stake_micros: revenue - usual,
  };
}

/** Complaints of all emails together. All that email earned is at stake: mailbox providers may stop delivering. */
function complaints(totals: Row, email_micros: bigint): Finding[] {
  const [complained, delivered] = [totals['complained'] as number | null, totals['delivered'] as number | null];
  if (complained === null || delivered === null || complained === 0 || delivered === 0) return [];
  const { low, high } = wilson(complained, delivered);
  if (low <= MOST_COMPLAINTS) return [];
  const thousand = (rate: number): string => (1_000 * rate).toFixed(1);
  return [
    {
      code: 'complaints_high',
      keys: {},
      message: `${countInWords(complained)} complaints came of ${countInWords(delivered)} delivered emails: likely ${thousand(low)} to ${thousand(high)} per 1,000. Mailbox providers ask for less than 1.`,
      figures: {
        complained,
        delivered,
        complaint_rate: ratio(complained, delivered),
        low: rounded(low),
        high: rounded(high),
        threshold: MOST_COMPLAINTS,
      },
      at_stake_micros: email_micros,
    },
  ];
}

const rounded = (rate: number): number => Number(rate.toFixed(6));
