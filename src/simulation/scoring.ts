/**
 * Measures how far a model's claim is from the truth of a causal world. Shares are compared after both are scaled to add up to
 * 1, so that a model that credits every order (as rules do) is compared fairly with one that credits only incremental orders.
 * The claimed total has its own score.
 */
import type { CausalTruth } from './causal/truth.ts';

/** The claim of a model. Amounts may be orders, money or shares; only their proportions count. */
export interface Claim {
  /** Credit by channel, not negative. A channel left out has none. */
  channels: Readonly<Record<string, number>>;
  /** Credit by campaign, not negative, for models that give it. */
  campaigns?: Readonly<Record<string, number>>;
  /** Fraction of all orders that would not have come without touches, for models that give it. */
  incremental_fraction?: number;
  /** Intervals of the channels' shares (which add up to 1), for models that give them. */
  intervals?: Readonly<Record<string, { low: number; high: number }>>;
}

/** The part of a truth.json that scoring needs. */
export type ScoredTruth = Pick<
  CausalTruth,
  'placebo' | 'incremental_fraction' | 'channels' | 'campaigns' | 'channels_without_effect' | 'campaigns_without_effect'
>;

/** A figure is null where it has no meaning: shares in a world without effects, and figures that the model does not claim. */
export interface Score {
  /** Mean over true and claimed channels of |claimed share - true share|. */
  share_error: number | null;
  /** The largest of those. */
  largest_error: number | null;
  /** Spearman's rank correlation of claimed and true shares, ties ranked by their mean; null when one side is all equal. */
  rank_correlation: number | null;
  /** `share_error` of equal shares for all channels with touches. A useful model is below it. */
  uniform_error: number | null;
  true_incremental_fraction: number;
  claimed_incremental_fraction: number | null;
  /** Claimed minus true. */
  incremental_error: number | null;
  /** Share of the claimed credit that went to channels, and to campaigns, without any effect. */
  idle_channel_credit: number | null;
  idle_campaign_credit: number | null;
  /** Fraction of intervals that hold the true share. */
  coverage: number | null;
}

/** Scores one claim about one world. @throws RangeError when a credit is negative or not a number. */
export function scoreClaim(claim: Claim, truth: ScoredTruth): Score {
  const claimed = normalised(claim.channels);
  const actual = truth.placebo
    ? null
    : normalised(Object.fromEntries(Object.entries(truth.channels).map(([name, { share }]) => [name, share])));
  const touched = Object.keys(truth.channels).filter((name) => truth.channels[name]!.touches > 0);
  const uniform = Object.fromEntries(touched.map((name) => [name, 1 / touched.length]));
  const errors = claimed && actual ? shareErrors(claimed, actual) : null;
  const fraction = claim.incremental_fraction ?? null;
  const campaigns = claim.campaigns === undefined ? null : normalised(claim.campaigns);
  return {
    share_error: errors && mean(errors),
    largest_error: errors && Math.max(...errors),
    rank_correlation: claimed && actual ? rankCorrelation(claimed, actual) : null,
    uniform_error: actual && touched.length > 0 ? mean(shareErrors(uniform, actual)) : null,
    true_incremental_fraction: truth.incremental_fraction,
    claimed_incremental_fraction: fraction,
    incremental_error: fraction === null ? null : fraction - truth.incremental_fraction,
    idle_channel_credit: claimed && creditOf(claimed, truth.channels_without_effect),
    idle_campaign_credit: campaigns && creditOf(campaigns, truth.campaigns_without_effect),
    coverage: claim.intervals && actual ? coverage(claim.intervals, actual) : null,
  };
}

/** Averages over worlds. Each figure is averaged over the worlds in which it has a meaning; null when there are none. */
export function averageScores(
  scores: readonly Score[],
): Score & { worlds: number; mean_absolute_incremental_error: number | null } {
  const average = (figure: (score: Score) => number | null): number | null => {
    const known = scores.map(figure).filter((value) => value !== null);
    return known.length === 0 ? null : mean(known);
  };
  return {
    worlds: scores.length,
    share_error: average((score) => score.share_error),
    largest_error: average((score) => score.largest_error),
    rank_correlation: average((score) => score.rank_correlation),
    uniform_error: average((score) => score.uniform_error),
    true_incremental_fraction: average((score) => score.true_incremental_fraction) ?? 0,
    claimed_incremental_fraction: average((score) => score.claimed_incremental_fraction),
    incremental_error: average((score) => score.incremental_error),
    // Absolute errors, so that too much in one world does not cancel too little in another.
    mean_absolute_incremental_error: average(({ incremental_error: error }) => error && Math.abs(error)),
    idle_channel_credit: average((score) => score.idle_channel_credit),
    idle_campaign_credit: average((score) => score.idle_campaign_credit),
    coverage: average((score) => score.coverage),
  };
}

type Shares = Readonly<Record<string, number>>;

/** Credits scaled to add up to 1; null when all are 0. */
function normalised(credits: Shares): Shares | null {
  let total = 0;
  for (const [name, credit] of Object.entries(credits)) {
    if (!(credit >= 0 && Number.isFinite(credit))) {
      throw new RangeError(`the credit of ${name} is ${credit}; claim a number that is not negative`);
    }
    total += credit;
  }
  if (total === 0) return null;
  return Object.fromEntries(Object.entries(credits).map(([name, credit]) => [name, credit / total]));
}

function namesOf(left: Shares, right: Shares): string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
}

function shareErrors(claimed: Shares, actual: Shares): number[] {
  return namesOf(claimed, actual).map((name) => Math.abs((claimed[name] ?? 0) - (actual[name] ?? 0)));
}

function rankCorrelation(claimed: Shares, actual: Shares): number | null {
  const names = namesOf(claimed, actual);
  const left = ranks(names.map((name) => claimed[name] ?? 0));
  const right = ranks(names.map((name) => actual[name] ?? 0));
  const middle = (names.length + 1) / 2;
  const product = (a: number[], b: number[]) => a.reduce((sum, rank, i) => sum + (rank - middle) * (b[i]! - middle), 0);
  const spread = Math.sqrt(product(left, left) * product(right, right));
  return spread === 0 ? null : product(left, right) / spread;
}

/** Ranks from 1, equal values sharing the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

function creditOf(shares: Shares, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (shares[name] ?? 0), 0);
}

function coverage(intervals: NonNullable<Claim['intervals']>, actual: Shares): number | null {
  const all = Object.entries(intervals);
  const held = all.filter(([name, { low, high }]) => low <= (actual[name] ?? 0) && (actual[name] ?? 0) <= high);
  return all.length === 0 ? null : held.length / all.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
