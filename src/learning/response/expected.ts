/** What is expected of the elasticities before net revenue is looked at. docs/semantics.md 28. */
import { solveSymmetric } from '../cholesky.ts';
import { product, seasonOf, trendOf } from './columns.ts';
import { type ChannelWeeks, centred, logAmounts, logSpend, logUnpaid, type SpendWeeks, sumOf } from './weeks.ts';

/** How much the credit of a channel counts beside its spend. */
const CREDIT_PART = 0.35;
/** Per cent of credit for a per cent of spend, before the weeks are looked at. */
const SLOPE = { mean: 0.5, standard_deviation: 0.4, least: 0.1, most: 1 };
const UNPAID_SLOPE = { mean: 0.5, standard_deviation: 0.5 };
const SEASON = { mean: 0, standard_deviation: 0.3 };
const TURNS = 3;
const LEAST_VARIANCE = 1e-4;

/**
 * The expected elasticity of net revenue for each channel: the paid revenue, split by spend and a little by credit, times the elasticity of the
 * channel's own credit. Credit says too much of a channel that harvests, so it is where the search begins and not its result.
 */
export function expectedElasticities(weeks: SpendWeeks): number[] {
  const { channels, revenue } = weeks;
  const credit = channels.map((channel) => Math.max(0, sumOf(channel.credit)));
  const spend = channels.map((channel) => sumOf(channel.spend));
  const [all_credit, all_spend, all_revenue] = [sumOf(credit), sumOf(spend), sumOf(revenue)];
  const parts = channels.map((_, c) => {
    // A channel without credit is expected to bring a little.
    const credited = Math.max(0.01, all_credit === 0 ? 1 : credit[c]! / all_credit);
    return (spend[c]! / all_spend) ** (1 - CREDIT_PART) * credited ** CREDIT_PART;
  });
  const paid = Math.min(1, Math.max(0.05, all_credit / all_revenue));
  const demand = centred(logUnpaid(weeks));
  return parts.map((part, c) => (creditSlope(channels[c]!, demand) * paid * part) / sumOf(parts));
}

/** Per cent of a channel's credit for a per cent of its spend: least squares of logarithms beside demand, trend and season, with normal priors. */
function creditSlope(channel: ChannelWeeks, demand: Float64Array): number {
  const length = demand.length;
  const columns = [centred(logSpend(channel)), demand, trendOf(length), ...seasonOf(length, 1)].map(centred);
  const priors = [SLOPE, UNPAID_SLOPE, ...columns.slice(2).map(() => SEASON)];
  const target = centred(logAmounts(channel.credit));
  const n = columns.length;
  let theta = new Float64Array(n);
  // The variance is that of the residuals of the fit before.
  let variance = Math.max(LEAST_VARIANCE, product(target, target) / length);
  for (let turn = 0; turn < TURNS; turn++) {
    const left = new Float64Array(n * n);
    const right = new Float64Array(n);
    for (const [i, { mean, standard_deviation }] of priors.entries()) {
      right[i] = product(columns[i]!, target) / variance + mean / standard_deviation ** 2;
      for (let j = 0; j < n; j++) left[i * n + j] = product(columns[i]!, columns[j]!) / variance;
      left[i * n + i]! += 1 / standard_deviation ** 2;
    }
    theta = Float64Array.from(solveSymmetric(left, right, n));
    const residual = target.map((value, w) => columns.reduce((rest, own, i) => rest - theta[i]! * own[w]!, value));
    variance = Math.max(LEAST_VARIANCE, product(residual, residual) / length);
  }
  return Math.min(SLOPE.most, Math.max(SLOPE.least, theta[0]!));
}
