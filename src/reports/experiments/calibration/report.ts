/** Experiments in the forms that marketing mix models take for calibration: Robyn and Meridian. docs/experiments.md. */
import type { Plan } from '../../../attribution/plan.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { Design } from '../../../domain/experiment.ts';
import { choice } from '../../../domain/parameter.ts';
import { type Static, Type } from '../../../domain/typebox.ts';
import type { Snapshot } from '../../../warehouse/port.ts';
import { atOrBefore } from '../../../warehouse/position.ts';
import { readAll } from '../../../warehouse/read-row.ts';
import { reportHead } from '../../config-hash.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from '../../context.ts';
import { defineReport } from '../../declare.ts';
import { EMAIL_LIST_PARAMETERS } from '../../parameters.ts';
import { ALL_TIME } from '../../person.ts';
import { resolveParameters } from '../../resolve.ts';
import { CALIBRATION_MEANINGS, CalibrationResult } from '../../results/experiment-calibration.ts';
import { endedDesign, readPlansById } from '../plans.ts';
import { ANALYSIS_VERSION, experimentReport } from '../report.ts';
import { EMAIL, liftOf } from './lift.ts';
import { CALIBRATION_SCOPES, MEASURES, meridianRow, type Named, robynRow, TARGETS } from './targets.ts';

/** Experiments of one export; more plans than these are never kept. */
const MAX_EXPERIMENTS = 2_000;
const METRIC_NAMES = { revenue: 'revenue', orders: 'conversions' } as const;

const name = (description: string, value: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 200, description, 'x-value': value }));
const { brand_id, as_of, currency } = EMAIL_LIST_PARAMETERS;
const CalibrationParameters = Type.Object(
  {
    brand_id,
    as_of,
    currency,
    for: choice(TARGETS, 'The program that takes the rows', { 'x-value': TARGETS.join('|') }),
    channel: name('The name of the channel in the model; email when left out', 'name'),
    experiment_channel: name(
      'The channel that the experiments are about, as the log names it; email when left out, which campaigns, flows and global experiments are about',
      'name',
    ),
    measure: Type.Optional(
      choice(MEASURES, 'What the model explains; revenue when left out', { 'x-value': MEASURES.join('|') }),
    ),
    metric: name('The name of the dependent variable, for Robyn; revenue or conversions when left out', 'name'),
    calibration_scope: Type.Optional(
      choice(CALIBRATION_SCOPES, 'With which effect of the model Robyn compares; immediate when left out', {
        'x-value': CALIBRATION_SCOPES.join('|'),
      }),
    ),
  },
  { additionalProperties: false },
);

export async function calibrationReport(
  context: ReportContext,
  parameters: Static<typeof CalibrationParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { for: target, channel = EMAIL, experiment_channel = EMAIL, measure = 'revenue', ...rest } = parameters;
  const { metric = METRIC_NAMES[measure], calibration_scope = 'immediate', ...shared } = rest;
  const named: Named = { channel, measure, metric, calibration_scope };
  const { resolved, designs } = await readDesigns(context, shared, options, {
    for: target,
    experiment_channel,
    ...named,
  });
  const rows: ReportJson[] = [];
  const experiments: ReportJson[] = [];
  const left_out: Array<ReportJson & { reason: string; message: string }> = [];
  for (const design of designs) {
    const { experiment_id, brand_id, campaign_id } = design;
    const asked = { brand_id, as_of: resolved.as_of, currency: resolved.plan.currency };
    const result = (): Promise<ReportJson> => experimentReport(context, experiment_id, asked, options);
    const found = await liftOf(
      context,
      resolved.plan,
      { design, result },
      {
        target,
        measure,
        channel: experiment_channel,
      },
    );
    if ('reason' in found) left_out.push({ experiment_id, brand_id, ...found });
    else {
      rows.push(target === 'robyn' ? robynRow(found, named) : meridianRow(found, named));
      experiments.push({ experiment_id, brand_id, name: design.name, campaign_id });
    }
  }
  const without_spend = left_out.find(({ reason }) => reason === 'no_spend');
  if (rows.length === 0 && without_spend !== undefined)
    throw new TributaryError('conflict', `${without_spend['experiment_id']}: ${without_spend.message}`);
  const { report_period: _all_time, ...head } = reportHead(resolved, context.clock());
  return { ...head, for: target, analysis_version: ANALYSIS_VERSION, calibration: rows, experiments, left_out };
}

async function readDesigns(
  context: ReportContext,
  shared: Pick<Static<typeof CalibrationParameters>, 'brand_id' | 'as_of' | 'currency'>,
  options: { key_brand_id: string | null },
  extra: Record<string, unknown>,
): Promise<{ resolved: Resolved; designs: Design[] }> {
  return context.warehouse.read(async (snapshot) => {
    const asked = { ...shared, ...ALL_TIME };
    const resolved = await resolveParameters(snapshot, context, asked, {
      ...options,
      extra: { report: 'experiment_calibration', ...extra, analysis_version: ANALYSIS_VERSION },
    });
    return { resolved, designs: await designsOf(snapshot, resolved.plan) };
  }, readOptions(context));
}

async function designsOf(snapshot: Snapshot, { positions, brands }: Plan): Promise<Design[]> {
  const rows = await snapshot.query(
    `select distinct t.brand_id as brand_id, t.stated_id as id from experiments t where ${atOrBefore('t', positions.conversions)} order by brand_id, id limit ${MAX_EXPERIMENTS}`,
  );
  const known = new Set(brands.map(({ brand_id }) => brand_id));
  const ids = new Map<string, string[]>();
  for (const { brand_id, id } of readAll(rows, { brand_id: 'text', id: 'text' }))
    if (known.has(brand_id)) ids.set(brand_id, [...(ids.get(brand_id) ?? []), id]);
  const designs: Design[] = [];
  for (const [brand_id, own] of ids)
    designs.push(...(await readPlansById(snapshot, positions.conversions, brand_id, own)).map(endedDesign));
  return designs;
}

export const calibration = defineReport({
  name: 'experiment_calibration',
  command: null,
  path: '/v1/experiments/calibration',
  summary: 'Experiments for marketing mix models',
  description:
    'Experiments that are over, in the form that Robyn (`calibration_input`) or Meridian (ROI priors) takes for calibration. Spend comes from the log. `left_out` says why an experiment has no row.',
  parameters: CalibrationParameters,
  result: CalibrationResult,
  main_table: { rows: 'calibration' },
  explain: CALIBRATION_MEANINGS,
  run: calibrationReport,
});
