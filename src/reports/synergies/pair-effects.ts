/** The interaction of each pair of channels, with intervals over people and p values corrected for the number of pairs. */
import { Random } from '../../domain/random.ts';
import { type Interval, middleOf } from '../../learning/bootstrap.ts';
import { falseDiscoveryAdjusted } from '../../learning/false-discovery.ts';
import { type CellSums, pooledInteraction, strataWith, stratifiedInteraction } from '../../learning/interaction.ts';
import { twoSidedChance } from '../../learning/normal.ts';
import { drawSums, type GroupDraws, groupDraws, groupWeights, RANDOM_GROUPS } from '../../learning/random-groups.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { CELLS, type PairCells, pairNumber } from './pair-cells.ts';
import { FIGURES, type GroupSums, LENGTH_STRATA, WIDTH } from './pair-groups.ts';

export const LEVEL = 0.9;
export const DRAWS = 400;
export const SEED = 1;
/** The part of the findings that may be false. */
export const FALSE_DISCOVERIES = 0.1;
/** Fewer orders in a cell, or fewer paths without one, give no interval: the error of a rate from so few is not normal. */
export const MIN_OF_EACH_OUTCOME = 5;

/** Paths of a length are compared if each cell has so many: the spread of fewer is not seen in them. */
const MIN_OF_STRATUM = 10;

/** What is compared: orders per path or revenue per path, over all paths or within paths of like length. */
export const MEASURES = [
  { name: 'conversion_rate', figure: 1, by_length: false },
  { name: 'revenue_per_path', figure: 2, by_length: false },
  { name: 'conversion_rate_by_length', figure: 1, by_length: true },
  { name: 'revenue_per_path_by_length', figure: 2, by_length: true },
] as const;
export type MeasureName = (typeof MEASURES)[number]['name'];

export interface Effect extends Interval {
  interaction: number;
  p_value: number;
  adjusted_p_value: number;
}

/** An effect, or why there is none. */
export type Found = { effect: Effect } | { reason: string };
export type PairEffects = Record<MeasureName, Found>;

export interface Minimum {
  paths: number;
  people: number;
}

/** Why a pair has too little data, in numbers; null if it has enough. */
export function tooLittle(cells: PairCells, minimum: Minimum): string | null {
  for (const name of CELLS) {
    const { paths, people, orders } = cells[name];
    if (paths < minimum.paths) return `needs ${minimum.paths} paths in each cell, "${name}" has ${paths}`;
    if (people < minimum.people) return `needs ${minimum.people} people in each cell, "${name}" has ${people}`;
    if (orders < MIN_OF_EACH_OUTCOME)
      return `needs ${MIN_OF_EACH_OUTCOME} orders in each cell, "${name}" has ${orders}`;
    if (paths - orders < MIN_OF_EACH_OUTCOME)
      return `needs ${MIN_OF_EACH_OUTCOME} paths without an order in each cell, "${name}" has ${paths - orders}`;
  }
  return null;
}

/** The effects of each pair, in the order of `pairs`. @throws the reason of the signal. */
export async function pairEffects(
  pairs: readonly PairCells[],
  sums: GroupSums,
  minimum: Minimum,
  signal?: AbortSignal,
): Promise<PairEffects[]> {
  const turns = new WorkTurns();
  const rest = async (): Promise<void> => {
    if (!turns.ends(1)) return;
    await turns.next();
    signal?.throwIfAborted();
  };
  const draws = sums.with_both.some((groups) => groups !== null) ? await keptDraws(rest) : groupDraws([]);
  const drawn = async (groups: Float64Array): Promise<Float64Array> => {
    await rest();
    return drawSums(groups, WIDTH, draws);
  };
  const all = await drawn(sums.all);
  const with_one: Float64Array[] = [];
  for (const groups of sums.with_one) with_one.push(await drawn(groups));
  const effects: PairEffects[] = [];
  for (const cells of pairs) {
    const groups = sums.with_both[pairNumber(cells.a, cells.b)] ?? null;
    const found =
      groups === null
        ? always({ reason: tooLittle(cells, minimum)! })
        : measuresOf({ all, a: with_one[cells.a]!, b: with_one[cells.b]!, both: await drawn(groups) }, minimum);
    effects.push(Object.fromEntries(MEASURES.map((measure) => [measure.name, found(measure)])) as PairEffects);
  }
  for (const { name } of MEASURES) adjust(effects.map((effect) => effect[name]));
  return effects;
}

/** The draws do not depend on the data, so they are made once. They take 0.6 MB. */
let kept_draws: GroupDraws | undefined;

async function keptDraws(rest: () => Promise<void>): Promise<GroupDraws> {
  kept_draws ??= groupDraws(await drawGroups(rest));
  return kept_draws;
}

/** The weights of the data themselves, then of each draw. */
async function drawGroups(rest: () => Promise<void>): Promise<Float64Array[]> {
  const random = new Random(SEED, 'random groups');
  const draws: Float64Array[] = [new Float64Array(RANDOM_GROUPS).fill(1)];
  while (draws.length <= DRAWS) {
    await rest();
    draws.push(groupWeights(random));
  }
  return draws;
}

type FoundBy = (measure: (typeof MEASURES)[number]) => Found;
const always =
  (found: Found): FoundBy =>
  () =>
    found;

interface DrawnSums {
  all: Float64Array;
  a: Float64Array;
  b: Float64Array;
  both: Float64Array;
}

/** Draws of one pair as a function of the measure. */
function measuresOf(sums: DrawnSums, minimum: Minimum): FoundBy {
  const cells = new DrawnCells();
  cells.take(sums, 0);
  const strata = strataWith(cells.units, MIN_OF_STRATUM);
  const reason = tooFewAlike(cells.units, strata, minimum);
  const values = new Map(MEASURES.map(({ name }) => [name, new Float64Array(DRAWS + 1)]));
  for (let draw = 0; draw <= DRAWS; draw++) {
    cells.take(sums, draw);
    for (const { name, figure, by_length } of MEASURES) {
      if (by_length && reason !== null) continue;
      const own = cells.of(figure);
      values.get(name)![draw] = by_length ? stratifiedInteraction(own, strata) : pooledInteraction(own);
    }
  }
  return ({ name, by_length }) =>
    by_length && reason !== null ? { reason } : { effect: effectOf([...values.get(name)!]) };
}

/** The cells of one draw, by stratum. The arrays are used again for the next draw. */
class DrawnCells {
  readonly units = new Float64Array(4 * LENGTH_STRATA.length);
  private readonly figures = Array.from({ length: FIGURES }, (_, figure): CellSums => {
    const outcome = figure === 0 ? this.units : new Float64Array(this.units.length);
    return { units: this.units, outcome };
  });

  /** What has one channel and not both, and what has none. */
  take({ all, a, b, both }: DrawnSums, draw: number): void {
    for (let figure = 0; figure < FIGURES; figure++) {
      const { outcome } = this.figures[figure]!;
      for (let stratum = 0; stratum < LENGTH_STRATA.length; stratum++) {
        const at = draw * WIDTH + stratum * FIGURES + figure;
        const [with_a, with_b, with_both] = [a[at]!, b[at]!, both[at]!];
        outcome[4 * stratum] = all[at]! - with_a - with_b + with_both;
        outcome[4 * stratum + 1] = with_a - with_both;
        outcome[4 * stratum + 2] = with_b - with_both;
        outcome[4 * stratum + 3] = with_both;
      }
    }
  }

  /** @param figure 1 for orders, 2 for revenue. */
  of(figure: number): CellSums {
    return this.figures[figure]!;
  }
}

/** Why paths of like length cannot be compared; null if they can. */
function tooFewAlike(units: Float64Array, strata: readonly number[], minimum: Minimum): string | null {
  for (const [cell, name] of CELLS.entries()) {
    const paths = strata.reduce((sum, stratum) => sum + units[4 * stratum + cell]!, 0);
    if (paths < minimum.paths)
      return `needs ${minimum.paths} paths in each cell among lengths with ${MIN_OF_STRATUM} in all four, "${name}" has ${paths}`;
  }
  return null;
}

/** @param values the interaction of the data, then of each draw. */
function effectOf([interaction, ...values]: readonly number[]): Effect {
  const drawn = values.filter(Number.isFinite);
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const error = Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (drawn.length - 1));
  return {
    interaction: interaction!,
    ...middleOf(drawn, LEVEL),
    p_value: error === 0 ? 1 : twoSidedChance(interaction! / error),
    adjusted_p_value: Number.NaN,
  };
}

/** Corrects the p values of one measure for the number of pairs that have one. */
function adjust(found: readonly Found[]): void {
  const effects = found.flatMap((one) => ('effect' in one ? [one.effect] : []));
  const adjusted = falseDiscoveryAdjusted(effects.map(({ p_value }) => p_value));
  for (const [i, effect] of effects.entries()) effect.adjusted_p_value = adjusted[i]!;
}
