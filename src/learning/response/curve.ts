/**
 * The response curve of one channel: what it is credited with in a week is a power of its spend, times a power of what channels that cost
 * nothing earned, which follows demand. The power of spend is the saturation: at 1 each unit brings the same, at 0 none brings more.
 * The weeks of one shop cannot tell a power from a Hill curve, so there is one form. docs/semantics.md 28.
 */
import { Random } from '../../domain/random.ts';
import { type Interval, middleOf } from '../bootstrap.ts';
import { drawnPriors, type Prior, weekWeights } from './draws.ts';
import { dispersionOf, fitLogLink, meanOf } from './log-link.ts';
import {
  type ChannelWeeks,
  centred,
  channelRefusal,
  logSpend,
  logUnpaid,
  matchedSpend,
  NOW_WEEKS,
  type Refusal,
  type SpendWeeks,
  sumOf,
  usualNow,
  weeksRefusal,
} from './weeks.ts';

export interface Estimate extends Interval {
  value: number;
}

export interface CurvePoint extends Estimate {
  spend: number;
}

export interface ResponseCurve {
  /** Per cent of credited revenue for a per cent of spend. */
  elasticity: Estimate;
  /** Credited revenue that one more unit of spend brings now. */
  marginal_return: Estimate;
  /** Credited revenue of a week by spend, from the least to the most that was spent, at the demand of now. */
  points: CurvePoint[];
}

export type CurveAnswer = { refused: Refusal; curve: null } | { refused: null; curve: ResponseCurve };

const DRAWS = 200;
const LEVEL = 0.9;
const POINTS = 5;
/** Weeks with credit that a curve needs. */
const LEAST_CREDITED_WEEKS = 13;
const SPEND = 2;
const PRIORS: readonly Prior[] = [
  { mean: 0, standard_deviation: Number.POSITIVE_INFINITY },
  { mean: 0.75, standard_deviation: 0.5 },
  { mean: 0.5, standard_deviation: 0.25 },
];

/** Deterministic. */
export function responseCurve(weeks: SpendWeeks, channel: ChannelWeeks, seed = 1): CurveAnswer {
  const refused = weeksRefusal(weeks) ?? channelRefusal(channel) ?? creditRefusal(channel);
  if (refused !== null) return { refused, curve: null };
  const unpaid = centred(logUnpaid(weeks));
  const spend = logSpend(channel);
  const columns = [new Float64Array(spend.length).fill(1), unpaid, centred(spend)];
  const target = Float64Array.from(channel.credit, (credit) => Math.max(0, credit));
  const ones = new Float64Array(target.length).fill(1);
  const task = { columns, target, priors: PRIORS };
  // The first fit is for the dispersion only, so its priors hardly count.
  const first = fitLogLink({ ...task, weights: ones, dispersion: sumOf(target) / target.length / 1_000 });
  const dispersion = dispersionOf(columns, target, first);
  const fitted = fitLogLink({ ...task, weights: ones, dispersion, start: first });
  const random = new Random(seed, `response curve of ${channel.name}`);
  const draws = Array.from({ length: DRAWS }, () => {
    const weights = weekWeights(target.length, random);
    return fitLogLink({ ...task, priors: drawnPriors(PRIORS, random), weights, dispersion, start: fitted });
  });
  const demand = sumOf(unpaid.slice(-NOW_WEEKS)) / NOW_WEEKS;
  const mean_log = sumOf(spend) / spend.length;
  const estimate = (of: (theta: Float64Array) => number): Estimate => ({
    value: of(fitted),
    ...middleOf(draws.map(of), LEVEL),
  });
  const at = (theta: Float64Array, amount: number): number =>
    meanOf([ones, ones.map(() => demand), ones.map(() => Math.log(amount) - mean_log)], theta, 0);
  const now = usualNow(channel.spend);
  return {
    refused: null,
    curve: {
      elasticity: estimate((theta) => theta[SPEND]!),
      marginal_return: estimate((theta) => (theta[SPEND]! * at(theta, now)) / now),
      points: spendPoints(channel).map((amount) => ({ spend: amount, ...estimate((theta) => at(theta, amount)) })),
    },
  };
}

function creditRefusal({ credit }: ChannelWeeks): Refusal | null {
  const credited = credit.filter((amount) => amount > 0).length;
  return credited >= LEAST_CREDITED_WEEKS
    ? null
    : { code: 'no_credit', reason: `${credited} weeks have credit; ${LEAST_CREDITED_WEEKS} are needed.` };
}

/** Amounts from the least to the most that was spent in a week, in equal steps. */
function spendPoints(channel: ChannelWeeks): number[] {
  const matched = matchedSpend(channel).filter((spend) => spend > 0);
  const [low, high] = [Math.min(...matched), Math.max(...matched)];
  return Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));
}
