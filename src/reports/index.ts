/** Every report, in the order of the documentation and the help. */
import { attribution } from './attribution.ts';
import { campaign } from './campaign.ts';
import { campaigns } from './campaigns.ts';
import { claims } from './claims.ts';
import { customer } from './customer.ts';
import type { Report } from './declare.ts';
import { fit } from './fitting.ts';
import { journeys } from './journeys.ts';
import { models } from './model-comparison.ts';
import { card, fitted } from './models.ts';
import { paths } from './paths/report.ts';
import { receipt } from './receipt.ts';
import { comparison } from './run-comparison.ts';
import { freeze, runs } from './runs.ts';
import { synergies } from './synergies/synergies.ts';

export const REPORTS: readonly Report[] = [
  attribution,
  models,
  journeys,
  paths,
  synergies,
  campaigns,
  campaign,
  claims,
  receipt,
  customer,
  runs,
  comparison,
  freeze,
  fit,
  fitted,
  card,
];
