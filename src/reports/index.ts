/** Every report, in the order of the documentation and the help. */
import { advice } from './advice/report.ts';
import { artifactComparison } from './artifact-comparison.ts';
import { attribution } from './attribution.ts';
import { campaign } from './campaign.ts';
import { campaigns } from './campaigns.ts';
import { claims } from './claims.ts';
import { consolidated } from './consolidated/report.ts';
import { crossBrand } from './cross-brand/report.ts';
import { customer } from './customer.ts';
import { dataQuality } from './data-quality.ts';
import type { Report } from './declare.ts';
import { fatigue } from './emails/fatigue.ts';
import { listHealth } from './emails/list-health.ts';
import { sendTimes } from './emails/send-times.ts';
import { calibration } from './experiments/calibration/report.ts';
import { experiment } from './experiments/report.ts';
import { fits } from './fits.ts';
import { fit } from './fitting.ts';
import { closestModels } from './incrementality/closest.ts';
import { incrementality } from './incrementality/report.ts';
import { journeys } from './journeys.ts';
import { lags } from './lags/report.ts';
import { cohorts } from './lifetime/cohorts.ts';
import { lifetimeValue } from './lifetime/lifetime-value.ts';
import { creditRows } from './lineage/credit-rows.ts';
import { models } from './model-comparison.ts';
import { card, fitted } from './models.ts';
import { orders } from './orders.ts';
import { paths } from './paths/report.ts';
import { pins } from './pinning.ts';
import { receipt } from './receipt.ts';
import { comparison } from './run-comparison.ts';
import { freeze, runs } from './runs.ts';
import { sendEffects } from './sends/report.ts';
import { synergies } from './synergies/synergies.ts';
import { today } from './today/report.ts';
import { whatChanged } from './what-changed/report.ts';

export const REPORTS: readonly Report[] = [
  attribution,
  whatChanged,
  consolidated,
  crossBrand,
  today,
  advice,
  models,
  journeys,
  paths,
  lags,
  synergies,
  orders,
  creditRows,
  campaigns,
  campaign,
  listHealth,
  fatigue,
  sendTimes,
  sendEffects,
  claims,
  cohorts,
  lifetimeValue,
  receipt,
  customer,
  dataQuality,
  experiment,
  calibration,
  incrementality,
  closestModels,
  runs,
  comparison,
  freeze,
  fit,
  fitted,
  card,
  artifactComparison,
  pins,
  fits,
];
