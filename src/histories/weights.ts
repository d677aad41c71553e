/**
 * The weights of the rule models, as whole numbers in running sums: attribution/models.ts and credits.ts, for one path in memory.
 * docs/semantics.md 7.
 */
import { LIBRARY_ERROR } from '../attribution/expression-values.ts';
import { WEIGHT_SCALE } from '../attribution/plan.ts';
import { CONVERSION_TYPES } from '../domain/conversion.ts';
import { modelSettings } from '../domain/settings.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { fill } from '../warehouse/relation.ts';
import type { PassPlan } from './asked.ts';
import { DECAYS } from './relations.ts';

/** One path, and the older touches of its order that it leaves out; all are oldest first. */
export interface Path {
  order: number;
  policy: number;
  /** The touches of the path are those from `first`; the last one has the number first + length - 1. */
  first: number;
  length: number;
  ages_ms: Float64Array;
  labels: Uint32Array;
  /** Set by a model if all its weights are zero. */
  is_zero: boolean;
}

/**
 * Writes the running sums S_1 … S_n of a path's weights to `sums[1]` … `sums[n]`. @returns false if the weights are not known
 * yet: then the engine has to compute something first ({@link Asking}).
 * @throws LeftToEngine if the engine has to answer the report.
 */
export type Weigh = (path: Path, sums: Float64Array) => boolean;

/** Thrown when something shows up in a pass that only the engine can answer, with its error if it has to be one. */
export class LeftToEngine extends Error {}

/** What waits for the engine. */
export interface Asking {
  /** Lets the engine compute what is waited for. */
  ask(snapshot: Snapshot): Promise<void>;
}

/** W = floor(w / peak * 2^40 + 0.5). */
export const scaled = (weight: number, peak: number): number =>
  peak === 0 ? WEIGHT_SCALE : Math.floor((weight / peak) * WEIGHT_SCALE + 0.5);

/** Writes the running sums of weights, which are scaled by the largest one. */
export function writeSums(path: Path, weights: ArrayLike<number>, from: number, sums: Float64Array): void {
  let peak = 0;
  for (let k = 0; k < path.length; k++) peak = Math.max(peak, weights[from + k]!);
  path.is_zero = peak === 0;
  let sum = 0;
  for (let k = 0; k < path.length; k++) {
    sum += scaled(weights[from + k]!, peak);
    sums[k + 1] = sum;
  }
}

/** The models that are weighed here. `first` and `last` give the whole value to one touch. */
export type MemoryModel = 'first' | 'last' | Weigh;

/** The settings of models by policy: see `partsOfPolicy`. */
export function byPolicy<T>(
  plan: Pick<PassPlan, 'brands'>,
  pick: (settings: ReturnType<typeof modelSettings>) => T,
): T[] {
  return plan.brands.flatMap(({ settings }) => CONVERSION_TYPES.map((type) => pick(modelSettings(settings, type))));
}

/** The rule models by name; undefined for other models. */
export function ruleModel(name: string, plan: Pick<PassPlan, 'brands'>, decays: Decays): MemoryModel | undefined {
  switch (name) {
    case 'first_touch':
      return 'first';
    case 'last_touch':
      return 'last';
    case 'linear':
      return linear;
    case 'position_based':
      return positionBased(plan);
    case 'time_decay':
      return timeDecay(plan, decays);
    default:
      return undefined;
  }
}

const linear: Weigh = ({ length }, sums) => {
  for (let k = 1; k <= length; k++) sums[k] = k;
  return true;
};

function positionBased(plan: Pick<PassPlan, 'brands'>): Weigh {
  const shares = byPolicy(plan, ({ position }) => position);
  return ({ length: n, policy }, sums) => {
    const { first, last } = shares[policy]!;
    const middle = n > 2 ? (1 - first - last) / (n - 2) : 0;
    const some = first + last > 0;
    const peak = n === 1 ? 1 : n === 2 ? (some ? Math.max(first, last) : 1) : Math.max(first, last, middle);
    const lone = n === 1 || (n === 2 && !some);
    const at_first = scaled(lone ? 1 : first, peak);
    const at_last = scaled(lone ? 1 : last, peak);
    const between = scaled(middle, peak);
    let sum = at_first;
    sums[1] = sum;
    for (let k = 2; k < n; k++) {
      sum += between;
      sums[k] = sum;
    }
    if (n > 1) sums[n] = sum + at_last;
    return true;
  };
}

/**
 * Powers of two that decide a weight only by their last bits. Libraries differ in these bits, so the engine computes such powers,
 * and both ways give the same weights.
 */
export class Decays implements Asking {
  private readonly known = new Map<number, number>();
  readonly open = new Set<number>();

  tell(exponent: number, power: number): void {
    this.known.set(exponent, power);
    this.open.delete(exponent);
  }

  async ask(snapshot: Snapshot): Promise<void> {
    if (this.open.size === 0) return;
    const exponents = [...this.open];
    await fill(
      snapshot,
      DECAYS,
      exponents.map((exponent, decay_no) => ({ decay_no, exponent })),
    );
    const sql = `select float64(d.decay_no) as decay_no, float64(pow(2.0, d.exponent)) as power from ${DECAYS.name} d`;
    await snapshot.columns(sql, {}, ({ rows, cells }) => {
      const [numbers, powers] = cells as ReadonlyArray<ArrayLike<number>>;
      for (let i = 0; i < rows; i++) this.tell(exponents[numbers![i]!]!, powers![i]!);
    });
  }

  /** The weight of a power, or -1 if it has to be asked for. */
  weight(exponent: number): number {
    const power = 2 ** exponent;
    const error = power * LIBRARY_ERROR;
    const low = scaled(power - error, 1);
    if (low === scaled(power + error, 1)) return low;
    const told = this.known.get(exponent);
    if (told !== undefined) return scaled(told, 1);
    this.open.add(exponent);
    return -1;
  }
}

function timeDecay(plan: Pick<PassPlan, 'brands'>, decays: Decays): Weigh {
  const half_lives = byPolicy(plan, ({ half_life_days }) => half_life_days);
  return ({ first, length, ages_ms, policy }, sums) => {
    const half_life_days = half_lives[policy]!;
    const newest_days = ages_ms[first + length - 1]! / MS_PER_DAY;
    let sum = 0;
    let known = true;
    for (let k = 1; k <= length; k++) {
      const weight = decays.weight(-(ages_ms[first + k - 1]! / MS_PER_DAY - newest_days) / half_life_days);
      known &&= weight >= 0;
      sum += weight;
      sums[k] = sum;
    }
    return known;
  };
}
