/** Section 7: weights, and how an amount is split by them without losing a micro. */
import type { FullOptions, Settings, WeightInput } from './types.ts';

const SCALE = 2 ** 40;

/** The raw weights of a path under one model. */
export function weightsOf(
  model: string,
  path: WeightInput[],
  settings: Settings,
  custom: FullOptions['custom_models'],
): number[] {
  return path.map((touch) => {
    const weight = custom[model] ? custom[model](touch) : ruleWeight(model, touch, settings);
    if (!Number.isFinite(weight) || weight < 0)
      throw new Error(`model ${model} gives touch ${touch.k} the weight ${weight}`);
    return weight;
  });
}

function ruleWeight(model: string, { k, n, age_days }: WeightInput, settings: Settings): number {
  switch (model) {
    case 'first_touch':
      return k === 1 ? 1 : 0;
    case 'last_touch':
      return k === n ? 1 : 0;
    case 'linear':
      return 1;
    case 'time_decay':
      return 2 ** (-age_days / settings.half_life_days);
    case 'position_based':
      if (n === 1) return 1;
      if (n === 2) {
        const both = settings.position_first + settings.position_last;
        if (both === 0) return 1;
        return k === 1 ? settings.position_first : settings.position_last;
      }
      if (k === 1) return settings.position_first;
      if (k === n) return settings.position_last;
      return (1 - settings.position_first - settings.position_last) / (n - 2);
    default:
      throw new Error(`no model ${model}`);
  }
}

export function integerWeights(weights: number[]): bigint[] {
  const max = Math.max(...weights);
  if (max === 0) return weights.map(() => BigInt(SCALE));
  return weights.map((weight) => BigInt(Math.floor((weight / max) * SCALE + 0.5)));
}

/** Splits `amount` over a path; the parts add up to it exactly. */
export function allocate(amount: bigint, weights: bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  let running = 0n;
  return weights.map((weight) => {
    const before = (amount * running) / total;
    running += weight;
    return (amount * running) / total - before;
  });
}

/** What each touch of a path gets when an order's worth goes from `before` to `after`. */
export function creditsOf({ before, after }: { before: bigint; after: bigint }, weights: bigint[]): bigint[] {
  const had = allocate(before, weights);
  return allocate(after, weights).map((credit, index) => credit - had[index]!);
}
