/** Shows a report on a terminal: with its own table, found by the report's name, or with one made from its declaration. */
import type { ReportJson } from '../reports/context.ts';
import { hasNoise, type Report } from '../reports/declare.ts';
import { showAdvice } from './advice.ts';
import { showAny, tableOf } from './any.ts';
import { showArtifactComparison } from './artifact-comparison.ts';
import { showAttribution } from './attribution.ts';
import { showCampaign } from './campaign.ts';
import { showCampaigns } from './campaigns.ts';
import { showClaims } from './claims.ts';
import { showComparison } from './comparison.ts';
import { showConsolidated } from './consolidated.ts';
import { showCrossBrand } from './cross-brand.ts';
import { showCustomer } from './customer.ts';
import { showExperiment } from './experiment.ts';
import { showFatigue } from './fatigue.ts';
import { reportTitle, reportWarnings } from './head.ts';
import { showClosestModels, showIncrementality } from './incrementality.ts';
import { showJourneys } from './journeys.ts';
import { showLags } from './lags.ts';
import { showCohorts, showLifetimeValue } from './lifetime.ts';
import { showListHealth } from './list-health.ts';
import { cardText } from './model-card.ts';
import { showModels } from './models.ts';
import { showNoisy } from './noisy.ts';
import { showPaths } from './paths.ts';
import { showReceipt } from './receipt.ts';
import { showSendEffects } from './send-effects.ts';
import { showSendTimes } from './send-times.ts';
import { showSynergies } from './synergies.ts';
import { showToday } from './today.ts';
import { showWhatChanged } from './what-changed.ts';

type Show = (answer: ReportJson, limit: number) => string;

/** Own tables, by the name of the report. */
export const OWN_TABLES: Readonly<Record<string, Show>> = {
  advice: showAdvice,
  artifact_comparison: showArtifactComparison,
  attribution: showAttribution,
  campaign: showCampaign,
  campaigns: showCampaigns,
  card: cardText,
  changes: showWhatChanged,
  claims: showClaims,
  closest_models: showClosestModels,
  cohorts: showCohorts,
  comparison: showComparison,
  consolidated: showConsolidated,
  cross_brand: showCrossBrand,
  customer: showCustomer,
  experiment: showExperiment,
  fatigue: showFatigue,
  fit: cardText,
  fits: showFits,
  freeze: showAny,
  fitted: listOr('models', 'no model is fitted yet; fit one with `tributary fit`'),
  incrementality: showIncrementality,
  journeys: showJourneys,
  lags: showLags,
  lifetime_value: showLifetimeValue,
  list_health: showListHealth,
  models: showModels,
  paths: showPaths,
  pins: listOr('pins', 'no artifact is pinned; reports use the newest that passed its gate'),
  receipt: showReceipt,
  send_effects: showSendEffects,
  send_times: showSendTimes,
  runs: listOr('runs', 'no run is frozen yet; freeze one with `tributary runs freeze`'),
  synergies: showSynergies,
  today: showToday,
};

/** @param empty the sentence in place of a list of `rows` that has none. */
function listOr(rows: string, empty: string): Show {
  return (answer, limit) => ((answer[rows] as unknown[]).length === 0 ? `${empty}\n` : showAny(answer, limit));
}

const FIT_COLUMNS = ['began_at', 'model', 'brand_id', 'outcome', 'took_ms', 'artifact_id', 'as_of', 'reason'];

function showFits({ fits }: ReportJson, limit: number): string {
  const rows = fits as Record<string, unknown>[];
  return rows.length === 0
    ? 'no scheduled fit has run; the setting `fits` repeats fits\n'
    : tableOf(rows, limit, FIT_COLUMNS);
}

/** @param limit the most rows of a table. */
export function showReport(report: Report, answer: ReportJson, limit: number): string {
  if (hasNoise(answer)) return showNoisy(report.summary, answer, limit);
  const show = OWN_TABLES[report.name];
  if (show) return show(answer, limit);
  return reportTitle(report.summary, answer) + showAny(answer, limit, report.main_table?.rows) + reportWarnings(answer);
}
