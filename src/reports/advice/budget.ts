/** The parts of the answer about the budget and the channels. */
import { badRequest } from '../../domain/errors.ts';
import { MICROS_PER_UNIT, moneyInWords, parseScaledDecimal } from '../../domain/money.ts';
import { adviseBudget, type BudgetAdvice, LARGEST_MOVE } from '../../learning/response/budget.ts';
import { responseCurve } from '../../learning/response/curve.ts';
import { type ChannelWeeks, matchedSpend, NOW_WEEKS, type SpendWeeks, sumOf } from '../../learning/response/weeks.ts';
import type { ReportJson } from '../context.ts';
import { amountOf, amounts, numbers } from './amounts.ts';

/** A week of more than this many times what was ever spent in one is not known. */
const MOST_TIMES = 1.5;

export interface AskedBudget {
  budget: number | undefined;
  set: ReadonlyMap<string, number>;
}

/** Reads `budget` and `set`. @throws bad_request naming the parameter. */
export function askedBudget(budget: string | undefined, set: readonly string[] = []): AskedBudget {
  const pairs = set.map((text): [string, number] => {
    const cut = text.lastIndexOf('=');
    if (cut < 1)
      throw badRequest('set', `${JSON.stringify(text.slice(0, 60))} is not CHANNEL=AMOUNT, such as search=1000`);
    return [text.slice(0, cut), unitsOf('set', text.slice(cut + 1))];
  });
  const asked = budget === undefined ? undefined : unitsOf('budget', budget);
  if (asked === 0) throw badRequest('budget', 'must be above 0');
  return { budget: asked, set: new Map(pairs) };
}

function unitsOf(field: string, text: string): number {
  const micros = parseScaledDecimal(text, 6, 2, 'this parameter');
  if (typeof micros === 'string') throw badRequest(field, micros);
  if (micros < 0) throw badRequest(field, 'must be 0 or above');
  return micros / MICROS_PER_UNIT;
}

/** @throws bad_request for a channel of `set` that has no spend, or an amount that is far from what was ever spent. */
export function budgetParts(
  weeks: SpendWeeks,
  asked: AskedBudget,
  { first_week, end, currency }: { first_week: string; end: string; currency: string },
): ReportJson {
  const advice = adviseBudget(weeks, asked.budget === undefined ? {} : { budget: asked.budget });
  const moved = advice.is_sure ? advice.best : advice.proportional;
  return {
    budget: {
      ...{ advice: adviceOf(advice), message: budgetMessage(advice, currency), refused: advice.refused },
      ...{ weeks: weeks.revenue.length, first_week, end, per_week: amountOf(sumOf(advice.proportional)) },
      gain_per_week: advice.gain === null ? null : amounts(advice.gain),
    },
    channels: weeks.channels.map((channel, c) => ({
      channel: channel.name,
      spend_per_week: amountOf(advice.channels[c]!.now),
      advised_per_week: amountOf(moved[c]!),
      most_per_week: amountOf(mostOf(channel)),
      return_on_spend: returnOnSpend(channel),
      marginal_return: nullOr(advice.channels[c]!.marginal_return, numbers),
      refused: advice.channels[c]!.refused,
      ...curveParts(weeks, channel),
    })),
    what_if: asked.set.size === 0 ? null : whatIf(weeks, advice, asked.set, currency),
  };
}

/** The largest spend of a week that `set` may name. */
const mostOf = ({ spend }: ChannelWeeks): number => MOST_TIMES * Math.max(...spend);

const nullOr = <T, R>(value: T | null, of: (value: T) => R): R | null => (value === null ? null : of(value));

const adviceOf = ({ refused, is_sure }: BudgetAdvice): string =>
  refused !== null ? 'refused' : is_sure ? 'move' : 'leave_it';

const inWords = (units: number, currency: string): string =>
  moneyInWords(BigInt(Math.round(units * MICROS_PER_UNIT)), currency);
const rangeInWords = ({ low, high }: { low: number; high: number }, currency: string): string =>
  `${inWords(low, currency)} to ${inWords(high, currency)}`;

function budgetMessage(
  { refused, is_sure, gain, best, proportional, channels }: BudgetAdvice,
  currency: string,
): string {
  if (refused !== null) return refused.reason;
  if (!is_sure)
    return `Leave it: the best split within ${100 * LARGEST_MOVE} % a channel changes net revenue by ${rangeInWords(gain!, currency)} a week, which is too unsure to move it.`;
  const moves = channels.flatMap(({ name }, c) => {
    const part = Math.round(100 * (best[c]! / proportional[c]! - 1));
    return part === 0 ? [] : [`${name} ${part > 0 ? '+' : ''}${part} %`];
  });
  return `Move ${moves.join(', ')}: net revenue of a week changes by ${inWords(gain!.value, currency)}, likely ${rangeInWords(gain!, currency)}.`;
}

/** Credited revenue of the last weeks / the spend that it belongs to. */
function returnOnSpend(channel: ChannelWeeks): number | null {
  const spend = sumOf(matchedSpend(channel).slice(-NOW_WEEKS));
  return spend === 0 ? null : Number((sumOf(channel.credit.slice(-NOW_WEEKS)) / spend).toFixed(4));
}

function curveParts(weeks: SpendWeeks, channel: ChannelWeeks): ReportJson {
  const { refused, curve } = responseCurve(weeks, channel);
  if (curve === null) return { curve: null, curve_refused: refused };
  return {
    curve: {
      saturation: numbers(curve.elasticity),
      marginal_return: numbers(curve.marginal_return),
      points: curve.points.map(({ spend, value, low, high }) => ({
        spend: amountOf(spend),
        ...{ revenue: amountOf(value), low: amountOf(low), high: amountOf(high) },
      })),
    },
    curve_refused: null,
  };
}

function whatIf(
  weeks: SpendWeeks,
  advice: BudgetAdvice,
  set: ReadonlyMap<string, number>,
  currency: string,
): ReportJson {
  const names = weeks.channels.map(({ name }) => name);
  for (const [name, spend] of set) {
    const place = names.indexOf(name);
    if (place === -1)
      throw badRequest(
        'set',
        `${JSON.stringify(name.slice(0, 60))} has no spend in these weeks; channels with spend are ${names.join(', ') || 'none'}`,
      );
    const most = mostOf(weeks.channels[place]!);
    if (spend > most)
      throw badRequest(
        'set',
        `${name}=${spend} is above ${amountOf(most)}, ${MOST_TIMES} times what was ever spent in a week; what more brings is not known`,
      );
  }
  const spend = advice.channels.map(({ name, now }) => set.get(name) ?? now);
  const unknown = advice.channels.filter(({ name, refused }) => refused !== null && set.has(name));
  const change = unknown.length > 0 ? null : advice.changeAt(spend);
  const why = advice.refused?.reason ?? unknown[0]?.refused?.reason;
  return {
    spend_per_week: Object.fromEntries(names.map((name, c) => [name, amountOf(spend[c]!)])),
    change_per_week: nullOr(change, amounts),
    message:
      change === null
        ? `Not known: ${why}`
        : `Net revenue of a week changes by ${inWords(change.value, currency)}, likely ${rangeInWords(change, currency)}.`,
  };
}
