/** Trains the algorithmic model and calibrates it by holdouts. The fit itself stays as it is. */
import { channelOf, type Naming } from '../grain.ts';
import { lostAlone } from '../hazard/alone.ts';
import { calibrationOf } from '../hazard/calibrated-credit.ts';
import { type Claimed, calibrateTotals, type HoldoutLift } from '../hazard/calibration.ts';
import type { Histories } from '../hazard/histories.ts';
import { SENSITIVITY, type TrainHazardOptions, trainHazard } from './train-hazard.ts';
import { NOT_CAUSAL, type Trained } from './trained.ts';

/** What the card of a fit says of a channel. */
interface OfCard extends Claimed {
  readonly share: number;
  readonly incremental_conversions: number;
}

const LIMITS = [
  'channels without a holdout keep the claims of the fit, times the common factor that the holdouts of the others show; they are model-based and not causal',
  'a holdout measures the orders that would be lost without its channel alone; the credit of the channel follows in the proportion that the fit has between the two',
];

export function trainCalibrated(
  histories: Histories,
  naming: Naming,
  options: TrainHazardOptions,
  holdouts: readonly HoldoutLift[],
): Trained {
  const trained = trainHazard(histories, naming, options);
  const { card, content } = trained;
  if (content.form !== 'hazard') return trained;
  const claims = card.channels as readonly OfCard[];
  const orders = card['conversions'] as number;
  const used = holdouts.filter(({ channel }) => claims.some((claim) => claim.channel === channel));
  const ofState = (state: string): string => channelOf(state, naming);
  const alone = lostAlone(content.fit, histories, content.flow, ofState);
  const with_alone = claims.map((claim) => ({ ...claim, alone: alone.get(claim.channel)! }));
  const { totals, common_factor, fraction, fraction_interval } = calibrateTotals(with_alone, used, {
    ...options,
    orders,
  });
  const calibration = calibrationOf(
    content.fit,
    histories,
    ofState,
    new Map(claims.map((claim) => [claim.channel, claim.incremental_conversions])),
    { totals, experiments: used },
  );
  return {
    ...trained,
    content: { ...content, calibration },
    card: {
      ...card,
      model: 'algorithmic_calibrated',
      calibrated_by: `calibrated by ${used.length} holdout${used.length === 1 ? '' : 's'}`,
      incremental_fraction: fraction,
      incremental_fraction_low: fraction_interval.low,
      incremental_fraction_high: fraction_interval.high,
      uncalibrated_incremental_fraction: card['incremental_fraction'],
      common_factor,
      experiments: used,
      channels: totals
        .map((total) => {
          const claim = claims.find(({ channel }) => channel === total.channel)!;
          return {
            channel: total.channel,
            share: total.share,
            share_low: total.share_interval.low,
            share_high: total.share_interval.high,
            incremental: total.orders / orders,
            incremental_low: total.orders_interval.low / orders,
            incremental_high: total.orders_interval.high / orders,
            incremental_conversions: total.orders,
            uncalibrated_share: claim.share,
            uncalibrated_incremental: claim.incremental,
            holdouts: used.filter(({ channel }) => channel === total.channel).length,
          };
        })
        .sort((a, b) => b.share - a.share || (a.channel < b.channel ? -1 : 1)),
      limits: [...card.limits.filter((limit) => limit !== NOT_CAUSAL && !limit.startsWith(SENSITIVITY)), ...LIMITS],
      warnings: [...card.warnings, ...warningsOf(holdouts, used)],
    },
  };
}

function warningsOf(all: readonly HoldoutLift[], used: readonly HoldoutLift[]): string[] {
  const left = all.filter((one) => !used.includes(one)).map(({ experiment_id }) => experiment_id);
  if (left.length === 0) return [];
  return [
    `these experiments are about channels that the fit does not know, so they changed nothing: ${left.join(', ')}`,
  ];
}
