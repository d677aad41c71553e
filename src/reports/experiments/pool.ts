/** Several small experiments of one pool together. */
import { type Design, METRICS } from '../../domain/experiment.ts';
import { alwaysValid } from '../../learning/always-valid.ts';
import { normalBound } from '../../learning/distributions.ts';
import { pooledDifference } from '../../learning/pooled.ts';
import type { ReportJson } from '../context.ts';
import { alphaOf, effectOf, shareOf } from './effects.ts';
import type { ArmFacts } from './read-arms.ts';

export interface PooledExperiment {
  design: Design;
  arms: readonly ArmFacts[];
}

/**
 * The pooled differences of each arm and metric. An experiment without a value of a metric takes no part in it. The share of the plan is
 * that of all experiments together, so the interval also holds when experiments are added one after the other.
 */
export function pooledEffects(pool: string, experiments: readonly PooledExperiment[]): ReportJson {
  const { arms, ...first } = experiments[0]!;
  const alpha = alphaOf(first.design);
  const effects = arms.slice(1).flatMap(({ arm }, i) =>
    METRICS.flatMap((metric) => {
      const parts = experiments.flatMap(({ design, arms: own }) => {
        const [control, treated] = [own[0]!, own[i + 1]!];
        const effect = effectOf(control, treated, metric, { design, alpha });
        if (effect === null || effect.fixed.variance === 0) return [];
        const { difference, variance } = effect.fixed;
        return [
          {
            difference,
            variance,
            first_units: control.people,
            second_units: treated.people,
            share: shareOf(control.people + treated.people, design, arm),
          },
        ];
      });
      if (parts.length === 0) return [];
      const { difference, variance } = pooledDifference(parts);
      const half = normalBound(alpha) * Math.sqrt(variance);
      const share = parts.reduce((sum, one) => sum + one.share, 0) / experiments.length;
      const always = alwaysValid(difference, variance, share, alpha);
      return [
        {
          arm,
          metric,
          difference,
          low: difference - half,
          high: difference + half,
          always_valid_low: always.low,
          always_valid_high: always.high,
        },
      ];
    }),
  );
  const people = experiments.reduce((sum, one) => sum + one.arms.reduce((all, arm) => all + arm.people, 0), 0);
  return { pool, experiments: experiments.length, people, effects };
}
