/**
 * The time that a fitted model adds to the report of a month with 100,000 orders: the first time, when its scores are computed,
 * and after that, when they are kept. The baseline is the same report under the five rule models.
 */
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { artifactId, artifactRow } from '../src/models/artifacts/artifact.ts';
import { readArtifact, soundArtifact } from '../src/models/artifacts/stored.ts';
import { check, gateOf } from '../src/models/gate.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { fitModel } from '../src/reports/fitting.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio, timed } from './report.ts';
import { type BenchWorld, makeBenchWarehouse } from './world.ts';

const ROUNDS = 5;
const MONTH = { start: '2025-06-01', end: '2025-07-01' };
/** The model is fitted on another month. Its quality does not matter here. */
const FITTED_ON = { start: '2025-04-01', end: '2025-05-01' };
const AT_MOST = { first: 3, later: 0.25 };
const ALL_BRANDS = { key_brand_id: null };
const LEARNED = [...RULE_MODEL_NAMES, 'algorithmic'];

export async function benchScoring(path: string, world: BenchWorld): Promise<void> {
  console.log(
    `scoring: ${world.touchpoints} touchpoints, ${world.conversions} orders a year; a month under five rules, and with a learned model`,
  );
  await makeBenchWarehouse(path, world);
  const times: Record<'rules' | 'first' | 'later', number[]> = { rules: [], first: [], later: [] };
  let fit_ms = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
    await warehouse.migrate();
    const context = reportsOver(warehouse, 600_000);
    const ask = (models: readonly string[]) =>
      timed(() => attributionReport(context, { ...MONTH, models: models.join(',') }, ALL_BRANDS));
    if (round === 0) fit_ms = await timed(() => fitOnce(context));
    await ask(RULE_MODEL_NAMES); // joins persons from the log
    times.rules.push(await ask(RULE_MODEL_NAMES));
    times.first.push(await ask(LEARNED));
    times.later.push(await ask(LEARNED));
    await closeReports(context);
    await warehouse.close();
  }
  const base = median(times.rules);
  show('month under five rule models, median', `${base.toFixed(0)} ms`);
  show('fit on a month of orders and all touches before, once', `${fit_ms.toFixed(0)} ms`);
  showRatio('added by scoring the first time / rules', (median(times.first) - base) / base, { at_most: AT_MOST.first });
  showRatio('added after that, scores kept / rules', (median(times.later) - base) / base, { at_most: AT_MOST.later });
  save('scoring', { world, rounds: ROUNDS, month: MONTH, threads: 2 }, { ...times, fit_ms });
}

/** Fits a model, and stores it a second time with a gate that it passes. */
async function fitOnce(context: ReportContext): Promise<void> {
  const { warehouse } = context;
  const card = await fitModel(context, { model: 'algorithmic', ...FITTED_ON, draws: 0 }, ALL_BRANDS);
  // Orders of this world are random, so a fit on them does not pass the gate of the product.
  const fitted = await warehouse.read((snapshot) => readArtifact(snapshot, card['artifact_id'] as string));
  const gate = gateOf([check('bench', 1, { at_least: 1 }, () => 'the bench uses the fit whatever its quality is')]);
  const named = { ...fitted!, settings: { ...fitted!.settings, gate: 'bench' } };
  const artifact = { ...named, artifact_id: artifactId(named), card: { ...fitted!.card, gate } };
  // The file of the world is kept, so an earlier run may have stored the same artifact.
  if (await warehouse.read((snapshot) => soundArtifact(snapshot, artifact.artifact_id))) return;
  await warehouse.append({ model_artifacts: [artifactRow(artifact)] });
}
