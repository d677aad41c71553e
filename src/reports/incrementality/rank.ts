/** Ranks models by how far their credit is from what experiments say was caused. */
import { Random } from '../../domain/random.ts';
import { middleOf } from '../../learning/bootstrap.ts';

/** With fewer experiments the order of models is chance. */
export const LEAST_RANKED = 5;
const DRAWS = 2_000;
const LEVEL = 0.9;

/** What one experiment says, and what each model credits. */
export interface Compared {
  people: number;
  lift: number;
  low: number;
  high: number;
  credited: readonly number[];
}

export interface Ranked {
  model: string;
  /** Mean over experiments of |credited - lift| in orders per 1,000 treated people, with its interval over experiments. */
  error: number;
  error_low: number;
  error_high: number;
  /** Mean of credited - lift, in the same unit. */
  bias: number;
  /** Experiments whose interval holds the credit. */
  within: number;
  /** The part of draws of experiments in which the model is the closest. */
  chance_closest: number;
}

/** Models from the closest to the farthest. Equal errors stay in the order of the models. */
export function rankModels(models: readonly string[], experiments: readonly Compared[]): Ranked[] {
  const errors = models.map((_, m) =>
    experiments.map(({ credited, lift, people }) => ((credited[m]! - lift) / people) * 1_000),
  );
  const drawn = models.map((): number[] => []);
  const closest = models.map(() => 0);
  const random = new Random(1, 'closest models');
  for (let draw = 0; draw < DRAWS; draw++) {
    const chosen = experiments.map(() => random.integer(0, experiments.length - 1));
    const means = errors.map((own) => mean(chosen.map((i) => Math.abs(own[i]!))));
    for (const [m, value] of means.entries()) drawn[m]!.push(value);
    closest[means.indexOf(Math.min(...means))]! += 1 / DRAWS;
  }
  return models
    .map((model, m): Ranked => {
      const { low, high } = middleOf(drawn[m]!, LEVEL);
      return {
        model,
        error: mean(errors[m]!.map(Math.abs)),
        error_low: low,
        error_high: high,
        bias: mean(errors[m]!),
        within: experiments.filter((one) => one.credited[m]! >= one.low && one.credited[m]! <= one.high).length,
        chance_closest: closest[m]!,
      };
    })
    .sort((a, b) => a.error - b.error);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
