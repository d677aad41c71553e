/** Whether rules on what channels and emails must bring are broken. docs/semantics.md 28. */
import { countInWords, MICROS_PER_UNIT } from '../../domain/money.ts';
import { clip } from '../../domain/text.ts';
import { matchedSpend, NOW_WEEKS, type SpendWeeks, sumOf } from '../../learning/response/weeks.ts';
import { wilson } from '../../learning/score-interval.ts';
import type { ReportJson } from '../context.ts';
import { completeness } from './lag-parts.ts';
import type { AdviceRules, Rule, RuleName } from './rule-settings.ts';

export type RuleState = 'fires' | 'holds' | 'unsure' | 'too_few_cases';

export interface RuleFinding {
  rule: RuleName;
  /** A channel, a campaign, or all orders. */
  subject: string;
  state: RuleState;
  below: number;
  value: number | null;
  interval: { low: number; high: number } | null;
  cases: number;
  least_cases: number;
  message: string;
}

/** What the rules are asked of. */
export interface RuleFigures {
  weeks: SpendWeeks;
  /** The attribution report by channel with intervals, of the last {@link NOW_WEEKS} whole weeks. */
  channels: ReportJson;
  /** The table of campaigns of the period. */
  campaigns: ReportJson;
  /** The lags report by channel. */
  lags: ReportJson;
  /** Days of the period of the campaigns. */
  days: number;
}

/** Every rule for each of its subjects; those that fire first. */
export function ruleFindings(rules: AdviceRules, figures: RuleFigures): RuleFinding[] {
  const found = [
    ...of(rules, 'return_on_ad_spend', (rule) => returns(rule, figures)),
    ...of(rules, 'conversion_rate', (rule) => conversionRates(rule, figures)),
    ...of(rules, 'attributed_share', (rule) => attributedShare(rule, figures)),
  ];
  return found.sort((a, b) => Number(b.state === 'fires') - Number(a.state === 'fires'));
}

function of(rules: AdviceRules, name: RuleName, findings: (rule: Rule) => RuleFinding[]): RuleFinding[] {
  const rule = rules[name];
  return rule === undefined ? [] : findings(rule);
}

const WORDS: Readonly<Record<RuleName, string>> = {
  return_on_ad_spend: 'return on spend',
  conversion_rate: 'conversion rate',
  attributed_share: 'share of orders with a touch that earns credit',
};

function finding(
  name: RuleName,
  subject: string,
  rule: Rule,
  { value, interval, cases }: Pick<RuleFinding, 'value' | 'interval' | 'cases'>,
): RuleFinding {
  const { below, least_cases } = rule;
  const state: RuleState =
    cases < least_cases || interval === null
      ? 'too_few_cases'
      : interval.high < below
        ? 'fires'
        : interval.low >= below
          ? 'holds'
          : 'unsure';
  const short = (number: number): string => String(Number(number.toPrecision(3)));
  const figures =
    interval === null || value === null
      ? `${countInWords(cases)} cases, which tell too little`
      : `${short(value)}, likely ${short(interval.low)} to ${short(interval.high)}, of ${countInWords(cases)} cases`;
  const message = `The ${WORDS[name]} of ${clip(subject)} is ${figures}; the rule asks for ${short(below)}.`;
  return { rule: name, subject, state, below, value, interval, cases, least_cases, message };
}

/** The revenue of the last weeks beside the spend that it belongs to by the time from touch to order. */
function returns(rule: Rule, { weeks, channels }: RuleFigures): RuleFinding[] {
  const rows = channels['channel_attribution'] as ReportJson[];
  return weeks.channels.flatMap((channel) => {
    const spend = sumOf(matchedSpend(channel).slice(-NOW_WEEKS));
    const row = rows.find((one) => one['channel'] === channel.name);
    if (spend <= 0 || row === undefined) return [];
    const interval = row['attributed_revenue_interval'] as { low: string; high: string } | null | undefined;
    return [
      finding('return_on_ad_spend', channel.name, rule, {
        value: rounded(Number(row['attributed_revenue_micros']) / MICROS_PER_UNIT / spend),
        interval: interval == null ? null : between(Number(interval.low) / spend, Number(interval.high) / spend),
        cases: row['touched_conversions'] as number,
      }),
    ];
  });
}

/** The rate of a period, completed by the part of the orders that had come at its end. */
function conversionRates(rule: Rule, { campaigns, lags, days }: RuleFigures): RuleFinding[] {
  const email = (lags['groups'] as ReportJson[]).find(({ channel }) => channel === 'email');
  const all = (lags['distribution'] as ReportJson[]).filter(({ measure }) => measure === 'first_touch');
  const complete = Math.max(0.1, completeness((email?.['distribution'] ?? all) as never, days));
  return (campaigns['campaigns'] as ReportJson[]).flatMap((row) => {
    const [people, ordered] = [row['unique_recipients'] as number | null, row['converting_customers'] as number];
    if (typeof row['campaign_id'] !== 'string' || people === null || people === 0) return [];
    const { low, high } = wilson(Math.min(ordered, people), people);
    return [
      finding('conversion_rate', row['campaign_id'], rule, {
        value: rounded(Math.min(1, ordered / people / complete)),
        interval: between(Math.min(1, low / complete), Math.min(1, high / complete)),
        cases: people,
      }),
    ];
  });
}

function attributedShare(rule: Rule, { channels }: RuleFigures): RuleFinding[] {
  const { total_conversions: orders, attributed_conversions: credited } = channels['summary'] as Record<string, number>;
  const known = orders! > 0;
  return [
    finding('attributed_share', 'all orders', rule, {
      value: known ? rounded(credited! / orders!) : null,
      interval: known ? between(wilson(credited!, orders!).low, wilson(credited!, orders!).high) : null,
      cases: orders!,
    }),
  ];
}

const rounded = (value: number): number => Number(value.toFixed(6));
const between = (low: number, high: number) => ({ low: rounded(low), high: rounded(high) });
