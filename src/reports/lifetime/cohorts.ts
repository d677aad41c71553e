/** The report on cohorts: whether customers come back, and what they bring by age. docs/semantics.md 18. */
import { type Static, Type } from '../../domain/typebox.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { answerOnce } from '../answers.ts';
import type { Cancellation } from '../cancellation.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { cohortsWithNoise } from '../noisy/cohorts.ts';
import { PERIOD_REPORT_PARAMETERS } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { COHORTS_COMPARED, COHORTS_MEANINGS, CohortsResult } from '../results/cohorts.ts';
import type { Warning } from '../warning.ts';
import { type CohortFigures, cohortFigures, MAX_AGES } from './cohort-ages.ts';
import { type CohortFacts, cohortDraws, observedField, readCohorts } from './cohort-facts.ts';
import { ageRow, perCustomerInterval, repeatRow, soldFields } from './cohort-rows.ts';
import { inTurns } from './in-turns.ts';
import { COHORT_PARAMETERS, DEFAULT_BY, DEFAULT_COHORT_DAYS, firstOrderFilters } from './parameters.ts';

// Nothing of a cohort depends on a model.
const { model: _model, models: _models, artifact: _artifact, ...WITHOUT_MODELS } = PERIOD_REPORT_PARAMETERS;

const CohortsParameters = Type.Object({ ...WITHOUT_MODELS, ...COHORT_PARAMETERS }, { additionalProperties: false });

export async function cohortsReport(
  context: ReportContext,
  parameters: Static<typeof CohortsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { by = DEFAULT_BY, week_start = DEFAULT_WEEK_START, filter, ...shared } = parameters;
  const filters = firstOrderFilters(filter, week_start);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'cohorts', by, week_start },
      filters,
      default_period_days: DEFAULT_COHORT_DAYS,
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const own = { ...context, served_by };
      const facts = await readCohorts(snapshot, own, resolved, { by, week_start, filters, with_prediction: false });
      const figures = await figuresOf(facts, context.cancellation);
      return {
        ...reportHead(resolved, context.clock()),
        by,
        ...observedField(facts.observed),
        totals: soldFields(await totalOf(facts)),
        cohorts: facts.cohorts.map(({ name }, i) => ({
          cohort: name,
          ...soldFields(figures[i]!),
          ...perCustomerInterval(figures[i]!.interval, figures[i]!.customers),
        })),
        ages: facts.cohorts.flatMap(({ name }, i) =>
          figures[i]!.ages.map((one, age) => ageRow(name, age, figures[i]!.customers, one)),
        ),
        repeat_orders: facts.cohorts.flatMap(({ name }, i) => figures[i]!.repeats.map((one) => repeatRow(name, one))),
        warnings: [...facts.warnings, ...agesCut(figures)],
      };
    });
  }, readOptions(context));
}

/** The figures of each cohort. */
export async function figuresOf(
  { cohorts, lifetimes, observed }: CohortFacts,
  cancellation: Cancellation | undefined,
): Promise<CohortFigures[]> {
  const draws = cohortDraws();
  const figures: CohortFigures[] = [];
  const turns = new WorkTurns();
  for (const { people } of cohorts) {
    if (turns.ends(1)) await turns.next();
    figures.push(await inTurns(cohortFigures(lifetimes, people, observed!, draws), cancellation));
  }
  return figures;
}

/** All people whom the report chooses, also those of cohorts that are left out. */
export async function totalOf({
  lifetimes,
  values,
}: Pick<CohortFacts, 'lifetimes' | 'values'>): Promise<Parameters<typeof soldFields>[0]> {
  const total = { customers: 0, repeat_customers: 0, orders: 0, micros: 0n };
  const turns = new WorkTurns();
  for (let person = 0; person < lifetimes.people; person++) {
    if (turns.ends(1_024)) await turns.next();
    if (lifetimes.chosen[person] !== 1) continue;
    const orders = lifetimes.starts[person + 1]! - lifetimes.starts[person]!;
    total.customers += 1;
    total.orders += orders;
    if (orders > 1) total.repeat_customers += 1;
    total.micros += values.total(person);
  }
  return total;
}

function agesCut(figures: readonly CohortFigures[]): Warning[] {
  const count = figures.filter(({ ages_cut }) => ages_cut).length;
  if (count === 0) return [];
  return [
    { code: 'ages_cut', count, message: `cohorts are older than ${MAX_AGES} ages of 30 days; later ages have no row` },
  ];
}

export const cohorts = defineReport({
  name: 'cohorts',
  command: 'report cohorts',
  path: '/v1/reports/cohorts',
  summary: 'Whether customers come back, and what they bring by age',
  description:
    'Customers by their first order in the period, and all their orders since: retention, second orders and net revenue per customer by age. An age is 30 days.',
  parameters: CohortsParameters,
  result: CohortsResult,
  main_table: { rows: 'ages' },
  compared: COHORTS_COMPARED,
  explain: COHORTS_MEANINGS,
  noisy: cohortsWithNoise,
  run: cohortsReport,
});
