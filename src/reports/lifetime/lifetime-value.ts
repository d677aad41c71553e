/** The report on lifetime value: what customers have brought, and what they are expected to bring. docs/semantics.md 18. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { choice } from '../../domain/parameter.ts';
import { formatDate } from '../../domain/time.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { GroupForecast } from '../../learning/forecast.ts';
import { answerOnce } from '../answers.ts';
import type { Cancellation } from '../cancellation.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { ONE_MODEL_PARAMETERS } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { LIFETIME_VALUE_COMPARED, LIFETIME_VALUE_MEANINGS, LifetimeValueResult } from '../results/lifetime-value.ts';
import { type CohortFacts, observedField, readCohorts } from './cohort-facts.ts';
import { amount, amounts, perCustomerInterval, rounded, soldFields } from './cohort-rows.ts';
import { figuresOf, totalOf } from './cohorts.ts';
import { emailByCredit, emailByInfluence } from './email.ts';
import { holdoutOf, inMicros } from './holdout.ts';
import { COHORT_PARAMETERS, DEFAULT_BY, DEFAULT_COHORT_DAYS, firstOrderFilters } from './parameters.ts';
import { type FitOutcome, fitUntil, forecastOf } from './prediction.ts';
import { QUANTILE_NAMES, type Quantiles, quantileRows } from './quantiles.ts';

const [LEAST_HORIZON, DEFAULT_HORIZON, MOST_HORIZON] = [30, 180, 365];
const DEFAULT_QUANTILES: Quantiles = 'deciles';

const LifetimeValueParameters = Type.Object(
  {
    ...ONE_MODEL_PARAMETERS,
    ...COHORT_PARAMETERS,
    horizon_days: Type.Optional(
      Type.Integer({
        minimum: LEAST_HORIZON,
        maximum: MOST_HORIZON,
        description: `Days to predict; ${DEFAULT_HORIZON} when left out`,
        'x-value': 'days',
      }),
    ),
    quantiles: Type.Optional(
      choice(QUANTILE_NAMES, `Segments of customers by value; ${DEFAULT_QUANTILES} when left out`),
    ),
  },
  { additionalProperties: false },
);

export async function lifetimeValueReport(
  context: ReportContext,
  parameters: Static<typeof LifetimeValueParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const {
    by = DEFAULT_BY,
    week_start = DEFAULT_WEEK_START,
    horizon_days = DEFAULT_HORIZON,
    quantiles = DEFAULT_QUANTILES,
    filter,
    ...shared
  } = parameters;
  const filters = firstOrderFilters(filter, week_start);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'lifetime_value', by, week_start, horizon_days, quantiles },
      filters,
      default_period_days: DEFAULT_COHORT_DAYS,
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const own = { ...context, served_by };
      const facts = await readCohorts(snapshot, own, resolved, { by, week_start, filters, with_prediction: true });
      const { lifetimes, values, observed, warnings } = facts;
      const model = resolved.plan.models[0]!.name;
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: model,
        by,
        ...observedField(observed),
        horizon_days,
        totals: soldFields(await totalOf(facts)),
        ...(await predictedParts(facts, resolved, horizon_days, context.cancellation)),
        quantiles: await quantileRows(lifetimes, values, quantiles),
        email: {
          by_credit: await emailByCredit(facts.credit!, model),
          by_influence: emailByInfluence(lifetimes),
        },
        warnings,
      };
    });
  }, readOptions(context));
}

/** The cohorts with their forecasts, the models behind these, and how they did on the last days. */
async function predictedParts(
  facts: CohortFacts,
  { plan }: Resolved,
  horizon: number,
  cancellation: Cancellation | undefined,
): Promise<ReportJson> {
  const { lifetimes, observed, cohorts } = facts;
  const figures = await figuresOf(facts, cancellation);
  const rows = (forecasts: GroupForecast[] | null): ReportJson[] =>
    cohorts.map(({ name }, i) => ({
      cohort: name,
      ...soldFields(figures[i]!),
      ...perCustomerInterval(figures[i]!.interval, figures[i]!.customers),
      ...forecastFields(forecasts?.[i] ?? null, figures[i]!.customers),
    }));
  const refused = (reason: string, buyers?: FitOutcome['buyers']): ReportJson => ({
    cohorts: rows(null),
    prediction: { ...NO_PREDICTION, ...knownFields(buyers), refused: reason },
    holdout: null,
  });
  if (observed === null) return refused('needs orders, has none');
  if (plan.brands.length > 1)
    return refused(`the report covers ${plan.brands.length} brands, whose customers differ; ask for one with brand_id`);
  // The day of the last order counts as over.
  const end_day = observed.days[0]! + 1;
  const fit = await fitUntil(lifetimes, end_day, cancellation);
  if ('refused' in fit) return refused(fit.refused, fit.buyers);
  const group_of = new Int32Array(lifetimes.people).fill(-1);
  for (const [group, { people }] of cohorts.entries()) for (const person of people) group_of[person] = group;
  const forecasts = await forecastOf(lifetimes, fit, group_of, cohorts.length, horizon, cancellation);
  const all = forecasts.at(-1)!;
  const shown = cohorts.reduce((sum, { people }) => sum + people.length, 0);
  return {
    cohorts: rows(forecasts),
    prediction: {
      from: formatDate(end_day),
      until: formatDate(end_day + horizon),
      ...knownFields(fit.buyers),
      fitted_customers: fit.models.customers,
      ...forecastFields(all, shown),
      bg_nbd: { ...byName(fit.models.purchases.model), log_likelihood: rounded(fit.models.purchases.log_likelihood) },
      gamma_gamma: {
        ...byName(fit.models.spending.model),
        log_likelihood: rounded(fit.models.spending.log_likelihood),
      },
      refused: null,
    },
    holdout: await holdoutOf(lifetimes, end_day, horizon, fit, cancellation),
  };
}

const knownFields = (buyers?: FitOutcome['buyers']): ReportJson => ({
  known_customers: buyers?.count ?? 0,
  known_repeat_customers: buyers?.repeat_customers ?? 0,
  known_days: buyers?.days ?? 0,
});

const byName = (model: object): ReportJson =>
  Object.fromEntries(Object.entries(model).map(([name, value]) => [name, rounded(value)]));

function forecastFields(forecast: GroupForecast | null, customers: number): ReportJson {
  const none = { low: null, high: null };
  if (forecast === null || customers === 0) {
    return {
      predicted_active_customers: null,
      predicted_purchases: null,
      predicted_revenue: null,
      predicted_revenue_interval: none,
      predicted_revenue_per_customer: null,
      predicted_revenue_per_customer_interval: none,
    };
  }
  const { low, high } = inMicros(forecast.interval);
  const micros = forecast.value * MICROS_PER_UNIT;
  return {
    predicted_active_customers: rounded(forecast.active),
    predicted_purchases: rounded(forecast.purchases),
    predicted_revenue: amount(micros),
    predicted_revenue_interval: amounts({ low, high }),
    predicted_revenue_per_customer: amount(micros / customers),
    predicted_revenue_per_customer_interval: amounts({ low: low / customers, high: high / customers }),
  };
}

const NO_PREDICTION = {
  from: null,
  until: null,
  fitted_customers: 0,
  ...forecastFields(null, 0),
  bg_nbd: null,
  gamma_gamma: null,
};

export const lifetimeValue = defineReport({
  name: 'lifetime_value',
  command: 'report lifetime-value',
  path: '/v1/reports/lifetime_value',
  summary: 'What customers have brought, and what they are expected to bring',
  description:
    'Customers by their first order in the period: net revenue so far, a forecast with its interval and its error on the last days, segments by value, and what email contributed.',
  parameters: LifetimeValueParameters,
  result: LifetimeValueResult,
  main_table: { rows: 'cohorts' },
  compared: LIFETIME_VALUE_COMPARED,
  explain: LIFETIME_VALUE_MEANINGS,
  run: lifetimeValueReport,
});
