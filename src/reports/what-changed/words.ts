/** The largest changes in words: sentences, each with a code and its figures. */
import { amountInWords, money, moneyInWords, ratio } from '../../domain/money.ts';
import { clip } from '../../domain/text.ts';
import { parseDate } from '../../domain/time.ts';
import type { ReportJson } from '../context.ts';
import type { Compare } from '../earlier-period.ts';
import { CAUSES, largestFirst, type SplitGroup } from './causes.ts';

export const MOVER_CODES = ['earned_more', 'earned_less', 'entered', 'left'] as const;

export interface NamedGroup extends SplitGroup {
  /** The fields of `group_by` with the values that name the group. */
  keys: Record<string, string | null>;
}

export interface Mover {
  code: (typeof MOVER_CODES)[number];
  keys: Record<string, string | null>;
  message: string;
  figures: ReportJson;
}

/** The earlier period in words. */
export interface EarlierWords {
  /** Words that follow "more than", such as "in the 30 days before". */
  than: string;
  currency: string;
}

/** @param period the earlier period. Its bounds are dates, or instants. */
export function earlierInWords(compare: Compare, period: { start: string; end: string }): string {
  if (compare === 'previous_year') return 'a year earlier';
  const [start, end] = [parseDate(period.start), parseDate(period.end)];
  if (typeof start !== 'number' || typeof end !== 'number') return 'in the period before';
  return end - start === 1 ? 'on the day before' : `in the ${end - start} days before`;
}

const size = (micros: bigint): bigint => (micros < 0n ? -micros : micros);
const changeOf = ({ before, now }: SplitGroup): bigint => now.micros - before.micros;

/** The groups that changed most, in either direction, the largest change first. Groups without a change are none. */
export function moversOf(groups: readonly NamedGroup[], most: number, words: EarlierWords): Mover[] {
  const ordered = largestFirst(groups.filter((group) => changeOf(group) !== 0n));
  return ordered.slice(0, most).map((group) => ({
    code: codeOf(group),
    keys: group.keys,
    message: sentenceOf(group, words),
    figures: figuresOf(group),
  }));
}

function codeOf(group: SplitGroup): Mover['code'] {
  if (group.causes.entered !== 0n) return 'entered';
  if (group.causes.left !== 0n) return 'left';
  return changeOf(group) > 0n ? 'earned_more' : 'earned_less';
}

function figuresOf({ before, now, causes }: SplitGroup): ReportJson {
  return {
    ...money('attributed_revenue', now.micros),
    ...money('previous_attributed_revenue', before.micros),
    ...money('change', now.micros - before.micros),
    ...Object.fromEntries(CAUSES.flatMap((cause) => Object.entries(money(cause, causes[cause])))),
  };
}

/** A group by its keys, such as "Channel email, campaign spring-sale". */
function nameOf(keys: NamedGroup['keys']): string {
  const names = Object.entries(keys).map(([field, value]) => {
    const noun = field.replace(/_id$/, '').replaceAll('_', ' ');
    return value === null ? `no ${noun}` : `${noun} ${clip(value)}`;
  });
  const name = names.join(', ');
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function sentenceOf(group: NamedGroup, { than, currency }: EarlierWords): string {
  const { before, now, causes } = group;
  const name = nameOf(group.keys);
  const amount = (micros: bigint): string => moneyInWords(micros, currency);
  const adjusted = causes.adjustments === 0n ? '' : `; ${adjustmentsOf(group)}`;
  if (causes.entered !== 0n) return `${name} earned ${amount(now.micros)}, and had no conversions ${than}${adjusted}.`;
  if (causes.left !== 0n) return `${name} had no conversions, and earned ${amount(before.micros)} ${than}${adjusted}.`;
  const change = changeOf(group);
  const phrases = phrasesOf(group).join(', ');
  return `${name} earned ${amount(size(change))} ${change > 0n ? 'more' : 'less'} than ${than}: ${phrases}.`;
}

/** What each cause did, for those that changed the amount. */
function phrasesOf(group: SplitGroup): string[] {
  const { before, now, causes } = group;
  const phrases: string[] = [];
  const add = (micros: bigint, words: string): void => {
    if (micros !== 0n) phrases.push(`${words} (${signed(micros)})`);
  };
  const is_touched = before.orders !== 0n && now.orders !== 0n;
  const [few, many] = is_touched ? [before.orders, now.orders] : [before.credited, now.credited];
  add(causes.volume, `${comparison(many, few, 'more', 'fewer')} ${is_touched ? 'orders touched' : 'conversions'}`);
  add(
    causes.rate,
    before.credited === 0n
      ? 'a part of each credited, and nothing before'
      : `${comparison(now.credited * before.orders, before.credited * now.orders, 'more', 'less')} of each credited`,
  );
  const value = [now.micros * before.credited, before.micros * now.credited] as const;
  add(causes.order_value, `each credited one worth ${comparison(...value, 'more', 'less')}`);
  if (causes.adjustments !== 0n) phrases.push(adjustmentsOf(group));
  return phrases;
}

const adjustmentsOf = ({ causes }: SplitGroup): string =>
  `adjustments of orders of other days (${signed(causes.adjustments)})`;

const signed = (micros: bigint): string => `${micros > 0n ? '+' : ''}${amountInWords(micros)}`;

/** Such as "18 % more": how much `now` is above or below `before`. Without a figure if that was not above 0. */
function comparison(now: bigint, before: bigint, more: string, less: string): string {
  const part = before > 0n ? ratio((now - before) * 100n, before) : null;
  const word = now > before ? more : less;
  return part === null ? word : `${percent(Math.abs(part))} ${word}`;
}

/** Whole from 10 on, else with a decimal. */
function percent(value: number): string {
  if (value < 0.1) return 'under 0.1 %';
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}
