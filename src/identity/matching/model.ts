/**
 * The Fellegi-Sunter model, with households: for each level of each comparison how often two records of one person have it (m), and two records of
 * different people (u). The weight of a level is log2(m / u); the weights of a pair add up, with that of the prior, to the log of
 * its odds. Source: Fellegi and Sunter, A Theory for Record Linkage, JASA 64(328), 1969.
 *
 * Two people of one household have the same address, often the same surname. So two records of different people are of one household
 * with probability h. They then agree in *shared* comparisons as often as one person (m), and in personal ones as strangers (u).
 * With L = m / u of all shared comparisons, these together weigh log2(L / (1 - h + h L)), at most log2(1 / h).
 */
import type { Comparison } from './comparisons.ts';
import { MISSING } from './comparisons.ts';
import type { Frequencies } from './frequencies.ts';

export interface Model {
  comparisons: readonly Comparison[];
  /** By comparison, by level. */
  m: readonly Float64Array[];
  u: readonly Float64Array[];
  /** The probability that two records, drawn at random, are of one person. */
  prior: number;
  /** The probability that two random records of different people are of one household. */
  household: number;
  frequencies: Frequencies;
}

export interface PairPart {
  comparison: string;
  level: string;
  /** Bits: log2(m / u) of the level. 0 where one of the records says nothing. */
  weight: number;
  /** Bits added because the value is rarer than values usually are, or taken because it is more frequent. */
  frequency_weight: number;
}

/** The log2 odds that two records are of one person. */
export function pairWeight(model: Model, a: number, b: number): number {
  const { personal, shared } = evidence(model, a, b);
  return logOdds(model.prior) + personal + sharedWeight(model, shared);
}

/** The weights of personal and of shared comparisons, each added up. */
export function evidence(model: Model, a: number, b: number): { personal: number; shared: number } {
  let [personal, shared] = [0, 0];
  const { comparisons } = model;
  for (let c = 0; c < comparisons.length; c++) {
    const level = comparisons[c]!.level(a, b);
    if (level === MISSING) continue;
    const weight = levelWeight(model, c, level) + frequencyWeight(model, c, level, a, b);
    if (comparisons[c]!.shared) shared += weight;
    else personal += weight;
  }
  return { personal, shared };
}

/** What the shared comparisons weigh, since a household explains them too. */
export function sharedWeight({ household }: Model, shared: number): number {
  return shared - Math.log2(1 - household + household * 2 ** shared);
}

/** The probability that two records are of two people of one household. */
export function householdProbability(model: Model, a: number, b: number): number {
  const { personal, shared } = evidence(model, a, b);
  const strangers = 1 - model.household;
  const household = model.household * 2 ** shared;
  const match = (model.prior / (1 - model.prior)) * 2 ** (personal + shared);
  return household / (strangers + household + match);
}

/** The parts of {@link pairWeight}, without the prior. */
export function pairParts(model: Model, a: number, b: number): PairPart[] {
  return model.comparisons.map((comparison, c) => {
    const level = comparison.level(a, b);
    if (level === MISSING) return { comparison: comparison.name, level: 'missing', weight: 0, frequency_weight: 0 };
    return {
      comparison: comparison.name,
      level: comparison.levels[level]!,
      weight: levelWeight(model, c, level),
      frequency_weight: frequencyWeight(model, c, level, a, b),
    };
  });
}

function levelWeight({ m, u }: Model, c: number, level: number): number {
  return Math.log2(m[c]![level]! / u[c]![level]!);
}

function frequencyWeight({ comparisons, frequencies }: Model, c: number, level: number, a: number, b: number): number {
  const column = comparisons[c]!.equal[level];
  return column ? frequencies.weight(column, a, b) : 0;
}

export function logOdds(probability: number): number {
  return Math.log2(probability / (1 - probability));
}

/** The probability of log2 odds. */
export function probabilityOf(weight: number): number {
  return 1 / (1 + 2 ** -weight);
}
