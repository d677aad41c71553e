/** Several small experiments of one pool together. */
import { type Design, METRICS } from '../../domain/experiment.ts';
import { alwaysValid } from '../../learning/always-valid.ts';
import { normalBound } from '../../learning/distributions.ts';
import { pooledDifference } from '../../learning/pooled.ts';
import { sampleRatioChance } from '../../learning/sample-ratio.ts';
import type { ReportJson } from '../context.ts';
import { SAMPLE_RATIO_ALARM } from './decide.ts';
import { alphaOf, comparedOf, isPriced, plannedMs, shareOf } from './effects.ts';
import { type Counted, hasBearers, hasEnough, isAboutRefunds } from './enough.ts';
import type { ArmFacts } from './read-arms.ts';
import { pooledSentence } from './sentence.ts';

export interface PooledExperiment {
  design: Design;
  arms: readonly ArmFacts[];
}

/**
 * The pooled differences of each arm and metric. An experiment without a value of a metric takes no part in it; but where a value is not
 * known because an exchange rate is missing, the pool has none either. One where nobody ordered has
 * a difference of 0 and counts with its people: leaving it out would make the difference per person too large. What is there is counted in
 * plans of the first experiment, which stays the same when others are added one after the other: a boundary that followed their number
 * would be one of many fixed looks.
 */
export function pooledEffects(
  pool: string,
  all: readonly PooledExperiment[],
  { currency, time_zone, known_ms }: { currency: string; time_zone: string; known_ms: number },
): ReportJson {
  const sound = all.filter(isSound);
  const experiments = sound.filter(({ arms }) => arms.some(({ people }) => people > 0));
  const { arms, design: own } = all[0]!;
  const alpha = alphaOf(own);
  const oldest = all.map(({ design }) => design).reduce((a, b) => (isBefore(b, a) ? b : a));
  const together = arms.slice(1).map((_, i) => [inAll(experiments, 0), inAll(experiments, i + 1)] as const);
  const facts = arms.slice(1).map((_, i) => experiments.flatMap(({ arms }) => [arms[0]!, arms[i + 1]!]));
  const effects = arms.slice(1).flatMap(({ arm }, i) =>
    METRICS.flatMap((metric) => {
      if (!isPriced(facts[i]!, metric)) return [];
      const parts = experiments.flatMap(({ design, arms: own }) => {
        const [control, treated] = [own[0]!, own[i + 1]!];
        const compared = comparedOf(control, treated, metric, alpha);
        if (compared === null) return [];
        const { difference, variance } = compared.by_means;
        return [
          {
            difference,
            variance,
            first_units: control.people,
            second_units: treated.people,
            share:
              (shareOf([control, treated], design) * plannedMs(design, [control.arm, arm])) /
              plannedMs(oldest, [control.arm, arm]),
          },
        ];
      });
      if (parts.length === 0 || (isAboutRefunds(metric) && !hasBearers(together[i]!, metric))) return [];
      const { difference, variance } = pooledDifference(parts);
      if (variance === 0) return [];
      const half = normalBound(alpha) * Math.sqrt(variance);
      const share = parts.reduce((sum, one) => sum + one.share, 0);
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
  const last_ms = Math.max(...all.map(({ design }) => design.end_ms));
  const said = {
    design: own,
    currency,
    time_zone,
    experiments: experiments.length,
    known_ms: Math.min(known_ms, last_ms),
  };
  const compared = experiments.length === 0 ? [] : arms.slice(1);
  const sentences = compared.map(({ arm }, i) => {
    const effect = effects.find((one) => one.arm === arm && one.metric === own.metric);
    const found =
      effect !== undefined && hasEnough(...together[i]!, own.metric)
        ? {
            difference: effect.difference,
            interval: { low: effect.always_valid_low, high: effect.always_valid_high },
          }
        : null;
    return { arm, sentence: pooledSentence({ ...said, arm, found, is_priced: isPriced(facts[i]!, own.metric) }) };
  });
  return {
    pool,
    experiments: experiments.length,
    left_out: all.length - sound.length,
    people,
    sentences,
    effects,
  };
}

/** The counts of one arm of all experiments. */
const inAll = (experiments: readonly PooledExperiment[], place: number): Counted =>
  experiments.reduce(
    (sum: Counted, { arms }) => {
      const { people, refunded, sums } = arms[place]!;
      return {
        people: sum.people + people,
        refunded: sum.refunded + refunded,
        sums: { converted: sum.sums.converted + sums.converted },
      };
    },
    { people: 0, refunded: 0, sums: { converted: 0n } },
  );

/** True if its arms have their shares. One whose arms do not would make the pool wrong, and that does not depend on what came out. */
const isSound = ({ design, arms }: PooledExperiment): boolean =>
  sampleRatioChance(
    arms.map(({ people }) => people),
    design.arms.map(({ parts }) => parts),
  ) >= SAMPLE_RATIO_ALARM;

const isBefore = (a: Design, b: Design): boolean =>
  a.start_ms < b.start_ms || (a.start_ms === b.start_ms && a.experiment_id < b.experiment_id);
