/** Which model was closest to the experiments. docs/semantics.md 27. */
import { RULE_MODEL_NAMES } from '../../attribution/models.ts';
import { money } from '../../domain/money.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { LIFT_PARAMETERS } from '../parameters.ts';
import { ALL_TIME } from '../person.ts';
import { resolveParameters } from '../resolve.ts';
import { CLOSEST_MEANINGS, ClosestModelsResult } from '../results/incrementality.ts';
import type { Evidence } from './evidence.ts';
import type { Lift } from './lift.ts';
import { LEAST_RANKED, rankModels } from './rank.ts';
import { LIFT_VERSION, readWithCredit } from './read.ts';
import { figure } from './rows.ts';

const ClosestParameters = Type.Object(LIFT_PARAMETERS, { additionalProperties: false });

async function closestReport(
  context: ReportContext,
  parameters: Static<typeof ClosestParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const asked = { ...ALL_TIME, ...parameters, models: parameters.models ?? RULE_MODEL_NAMES.join(',') };
    const extra = { report: 'closest_models', analysis_version: LIFT_VERSION };
    const resolved = await resolveParameters(snapshot, context, asked, { ...options, extra });
    return answerOnce(context, resolved, '', () => answer(snapshot, context, resolved));
  }, readOptions(context));
}

type Proven = Evidence & { lift: Lift };

async function answer(snapshot: Snapshot, context: ReportContext, resolved: Resolved): Promise<ReportJson> {
  const { models, brands } = resolved.plan;
  const [{ start_ms, end_ms }] = brands as [(typeof brands)[number]];
  const { evidence } = await readWithCredit(snapshot, resolved.plan, context.directory);
  const proven = evidence.filter(
    (one): one is Proven => one.lift !== null && one.design.end_ms > start_ms && one.design.end_ms <= end_ms,
  );
  const names = models.map(({ name }) => name);
  const refused =
    proven.length < LEAST_RANKED
      ? `Only ${proven.length} finished experiments with a holdout; ${LEAST_RANKED} are needed to rank models.`
      : null;
  const ranked = refused === null ? rankModels(names, proven.map(comparedOf)) : [];
  return {
    ...reportHead(resolved, context.clock()),
    analysis_version: LIFT_VERSION,
    experiments: proven.length,
    refused,
    models: ranked.map(({ model, error, error_low, error_high, bias, within, chance_closest }, i) => ({
      rank: i + 1,
      attribution_model: model,
      error: figure(error),
      error_low: figure(error_low),
      error_high: figure(error_high),
      bias: figure(bias),
      within,
      chance_closest: figure(chance_closest),
    })),
    compared: proven.flatMap((one) => names.map((name, i) => comparedRow(one, name, i))),
    warnings: [],
  };
}

function comparedOf({ lift: { treated, orders }, credited }: Proven) {
  const { total: lift, low, high } = orders;
  return { people: treated, lift, low, high, credited: credited.map((one) => one.orders) };
}

function comparedRow({ design, lift: { orders, revenue }, credited }: Proven, model: string, i: number): ReportJson {
  const own = credited[i]!;
  return {
    experiment_id: design.experiment_id,
    attribution_model: model,
    attributed_orders: figure(own.orders),
    ...money('attributed_revenue', own.micros),
    incremental_orders: figure(orders.total),
    incremental_orders_low: figure(orders.low),
    incremental_orders_high: figure(orders.high),
    ...money('incremental_revenue', BigInt(Math.round(revenue.total))),
    is_within: own.orders >= orders.low && own.orders <= orders.high,
  };
}

export const closestModels = defineReport({
  name: 'closest_models',
  command: 'report closest-models',
  path: '/v1/reports/closest-models',
  summary: 'Which model was closest to the experiments',
  description:
    'Compares what each model credits to the treated people of every finished experiment with what its holdout says was caused: the mean error with an interval over experiments, how often the credit lies within the interval of the experiment, and the ranks. Models are ranked from 5 experiments on.',
  parameters: ClosestParameters,
  result: ClosestModelsResult,
  main_table: { rows: 'models', also: ['compared'] },
  explain: CLOSEST_MEANINGS,
  run: closestReport,
});
