/**
 * How net revenue of the shop answers to the spend of each channel. No credit is the target, so no model that credits too much can bend it.
 * Demand moves both spend and revenue, and nobody sees it. It is drawn, too: a common cause of the spend of all channels and of net
 * revenue, with trend, season and shocks that last for some weeks. What spend of a channel does beside it is its own. docs/semantics.md 28.
 *
 * Draws are from the posterior, by Gibbs sampling: demand, then what follows it, then the elasticities, each given the others. Sources:
 * Gelman and others, Bayesian Data Analysis, 3rd ed. 2013, section 11.1; Carter and Kohn, Biometrika 81, 1994 (the unseen series).
 */
import { Random } from '../../domain/random.ts';
import { addSeen, type Chain, keptProduct, product, seasonOf, trendOf } from './columns.ts';
import { expectedElasticities } from './expected.ts';
import { drawChain, drawNormal, drawPositive, drawVariance } from './normal-draws.ts';
import { powered } from './split.ts';
import { centred, logAmounts, logSpend, type SpendWeeks, sumOf } from './weeks.ts';

export interface Elasticities {
  /** Per cent of net revenue for a per cent of spend at `usual`: for each draw a number for each channel. */
  draws: readonly Float64Array[];
  /** The geometric mean of the matched spend of each channel. */
  usual: readonly number[];
}

const WARM_UP = 75;
const DRAWS = 225;
const HARMONICS = 2;
/** The standard deviation of what is expected of an elasticity, as a part of it. */
const DOUBT = 0.6;
/** What is kept of a shock of demand, and of a channel's own change of spend, in the next week. */
const KEPT_DEMAND = 0.75;
const KEPT_SPEND = 0.7;
/** Per cent of spend for a per cent of demand. */
const FOLLOWS = { mean: 0.8, standard_deviation: 0.6 };
const LEVEL_DEVIATION = 0.3;
const TREND_DEVIATION = 0.2;
const SEASON_DEVIATION = 0.3;
const SHOCK = { expected: 0.05 ** 2 * (1 - KEPT_DEMAND ** 2), expected_count: 6 };
const OWN_CHANGE = { expected: 0.02, expected_count: 2 };
const CHANCE = { expected: 0.02 ** 2, expected_count: 4 };

interface Series {
  /** Logarithms, centred. */
  revenue: Float64Array;
  spend: readonly Float64Array[];
  /** Powers of matched spend over usual, centred, and their products. */
  powers: readonly Float64Array[];
  power_products: Float64Array;
  /** Level, trend and waves, and their products. */
  season: readonly Float64Array[];
  season_products: Float64Array;
  season_deviations: readonly number[];
  expected: readonly number[];
}

interface State {
  demand: Float64Array;
  /** Of the columns of the season. */
  season: Float64Array;
  shock_variance: number;
  /** By channel: the level of spend, by how much it follows demand, and the variance of what is new in its own changes. */
  level: Float64Array;
  follows: Float64Array;
  own_variance: Float64Array;
  elasticities: Float64Array;
  chance_variance: number;
}

/** Deterministic. The weeks are not refused: {@link ./weeks.ts}. */
export function elasticityDraws(weeks: SpendWeeks, seed: number): Elasticities {
  const random = new Random(seed, 'elasticities');
  const series = seriesOf(weeks);
  const state = stateOf(series);
  const draws: Float64Array[] = [];
  for (let sweep = 0; sweep < WARM_UP + DRAWS; sweep++) {
    drawDemand(series, state, random);
    drawSeason(series, state, random);
    drawSpend(series, state, random);
    drawElasticities(series, state, random);
    if (sweep >= WARM_UP) draws.push(state.elasticities.slice());
  }
  const usual = weeks.channels.map((channel) => Math.exp(sumOf(logSpend(channel)) / weeks.revenue.length));
  return { draws, usual };
}

function seriesOf(weeks: SpendWeeks): Series {
  const length = weeks.revenue.length;
  const season = [new Float64Array(length).fill(1), centred(trendOf(length)), ...seasonOf(length, HARMONICS)];
  const powers = weeks.channels.map((channel) => centred(centred(logSpend(channel)).map(powered)));
  return {
    revenue: centred(Float64Array.from(weeks.revenue, Math.log)),
    spend: weeks.channels.map(({ spend }) => centred(logAmounts(spend))),
    powers,
    power_products: productsOf(powers, product),
    season,
    season_products: productsOf(season, (a, b) => keptProduct(a, b, KEPT_DEMAND)),
    season_deviations: [
      ...[LEVEL_DEVIATION, TREND_DEVIATION],
      ...season.slice(2).map((_, i) => SEASON_DEVIATION / (1 + (i >> 1)) ** 2),
    ],
    expected: expectedElasticities(weeks),
  };
}

function productsOf(columns: readonly Float64Array[], of: (a: Float64Array, b: Float64Array) => number): Float64Array {
  const n = columns.length;
  return new Float64Array(n * n).map((_, at) => of(columns[Math.floor(at / n)]!, columns[at % n]!));
}

function stateOf({ revenue, spend, season, expected }: Series): State {
  const channels = spend.length;
  return {
    demand: new Float64Array(revenue.length),
    season: new Float64Array(season.length),
    shock_variance: SHOCK.expected,
    level: new Float64Array(channels),
    follows: new Float64Array(channels).fill(FOLLOWS.mean),
    own_variance: Float64Array.from(spend, (own) => Math.max(1e-4, product(own, own) / (2 * own.length))),
    elasticities: Float64Array.from(expected),
    chance_variance: CHANCE.expected,
  };
}

/** `to` less `factor` times a column. */
function less(to: Float64Array, factor: number, column: Float64Array): void {
  for (let w = 0; w < to.length; w++) to[w]! -= factor * column[w]!;
}

/** Demand from its season, from the spend of all channels and from net revenue, which is demand, what spend brings, and chance. */
function drawDemand(series: Series, state: State, random: Random): void {
  const length = series.revenue.length;
  const chain: Chain = { own: new Float64Array(length), beside: 0, b: new Float64Array(length) };
  const season = new Float64Array(length);
  for (const [k, column] of series.season.entries()) less(season, -state.season[k]!, column);
  addSeen(chain, season, { kept: KEPT_DEMAND, variance: state.shock_variance, slope: 1 });
  for (const [c, own] of series.spend.entries()) {
    const seen = own.map((value) => value - state.level[c]!);
    addSeen(chain, seen, { kept: KEPT_SPEND, variance: state.own_variance[c]!, slope: state.follows[c]! });
  }
  const left = series.revenue.slice();
  for (const [c, powers] of series.powers.entries()) less(left, state.elasticities[c]!, powers);
  addSeen(chain, left, { kept: 0, variance: state.chance_variance, slope: 1 });
  drawChain(chain, state.demand, random);
}

function drawSeason({ season, season_products, season_deviations }: Series, state: State, random: Random): void {
  const n = season.length;
  const precision = season_products.map((value) => value / state.shock_variance);
  for (let k = 0; k < n; k++) precision[k * n + k]! += 1 / season_deviations[k]! ** 2;
  const b = Float64Array.from(
    season,
    (column) => keptProduct(column, state.demand, KEPT_DEMAND) / state.shock_variance,
  );
  state.season = drawNormal(precision, b, n, random);
  const shocks = state.demand.slice();
  for (const [k, column] of season.entries()) less(shocks, state.season[k]!, column);
  const squares = keptProduct(shocks, shocks, KEPT_DEMAND);
  state.shock_variance = drawVariance({ squares, count: shocks.length }, SHOCK, random);
}

/** By how much the spend of each channel follows demand, and its own changes. */
function drawSpend({ spend, season }: Series, state: State, random: Random): void {
  const columns = [season[0]!, state.demand];
  const products = productsOf(columns, (a, b) => keptProduct(a, b, KEPT_SPEND));
  for (const [c, own] of spend.entries()) {
    const variance = state.own_variance[c]!;
    const precision = products.map((value) => value / variance);
    precision[0]! += 1e-6;
    precision[3]! += 1 / FOLLOWS.standard_deviation ** 2;
    const b = Float64Array.from(columns, (column) => keptProduct(column, own, KEPT_SPEND) / variance);
    b[1]! += FOLLOWS.mean / FOLLOWS.standard_deviation ** 2;
    const [level, follows] = drawNormal(precision, b, 2, random) as unknown as [number, number];
    [state.level[c], state.follows[c]] = [level, follows];
    const changes = own.map((value, w) => value - level - follows * state.demand[w]!);
    const squares = keptProduct(changes, changes, KEPT_SPEND);
    state.own_variance[c] = drawVariance({ squares, count: own.length }, OWN_CHANGE, random);
  }
}

/** What net revenue less demand says of each channel. More spend does not lower revenue, so no elasticity is below 0. */
function drawElasticities(series: Series, state: State, random: Random): void {
  const { powers, power_products, expected, revenue } = series;
  const [n, variance] = [powers.length, state.chance_variance];
  const left = revenue.slice();
  less(left, 1, state.demand);
  // The powers are centred, so the intercept is drawn by itself.
  const intercept = random.normal(sumOf(left) / left.length, Math.sqrt(variance / left.length));
  for (let w = 0; w < left.length; w++) left[w]! -= intercept;
  const seen = powers.map((own) => product(own, left));
  for (let c = 0; c < n; c++) {
    let of_others = 0;
    for (let other = 0; other < n; other++)
      if (other !== c) of_others += power_products[c * n + other]! * state.elasticities[other]!;
    const before = 1 / (DOUBT * expected[c]!) ** 2;
    const precision = power_products[c * n + c]! / variance + before;
    const mean = ((seen[c]! - of_others) / variance + before * expected[c]!) / precision;
    state.elasticities[c] = drawPositive(mean, 1 / Math.sqrt(precision), random);
  }
  for (let c = 0; c < n; c++) less(left, state.elasticities[c]!, powers[c]!);
  state.chance_variance = drawVariance({ squares: product(left, left), count: left.length }, CHANCE, random);
}
