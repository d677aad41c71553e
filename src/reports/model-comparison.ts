/** Compares models: what each gives every channel or campaign, with intervals, and why they differ where they differ most. */
import { creditedTouches, scoresOf } from '../attribution/credits.ts';
import type { GroupFacts } from '../attribution/explain.ts';
import { FITTED_MODEL_NAMES, isFitted, RULE_MODEL_NAMES } from '../attribution/models.ts';
import type { Plan } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { TributaryError } from '../domain/errors.ts';
import { money, ratio } from '../domain/money.ts';
import { choice } from '../domain/parameter.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { CreditByPerson, ShareInterval } from '../models/uncertainty.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { materialise } from '../warehouse/relation.ts';
import { oneOf } from '../warehouse/sql-text.ts';
import { answerOnce } from './answers.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { disagreements, rounded } from './disagreement.ts';
import { applyFilters, readFilters } from './filters.ts';
import { DEFAULT_WEEK_START } from './groups.ts';
import { SEVERAL_MODELS_PARAMETERS } from './parameters.ts';
import { COMPARED_PEOPLE } from './relations.ts';
import { resolveParameters } from './resolve.ts';
import { COMPARISON_MEANINGS, MODELS_COMPARED, ModelComparisonResult } from './results/model-comparison.ts';
import { readWarnings } from './warnings.ts';

const GROUPS = ['channel', 'campaign_id'] as const;

export const ModelComparisonParameters = Type.Object(
  {
    ...SEVERAL_MODELS_PARAMETERS,
    group_by: Type.Optional(choice(GROUPS, 'channel when left out')),
    draws: Type.Optional(
      Type.Integer({ minimum: 20, maximum: 2_000, description: 'Draws for the intervals; 200 when left out' }),
    ),
    seed: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: 'Seed of the draws; 1 when left out' }),
    ),
  },
  { additionalProperties: false },
);
export type ModelComparisonParameters = Static<typeof ModelComparisonParameters>;

const LEVEL = 0.9;
/** Limit of draws x groups x models of one answer. */
const MAX_CELLS = 2_000_000;

/** Compares models; without `models` the rule models. @throws unprocessable when there are too many groups for the draws. */
export async function modelComparison(
  context: ReportContext,
  parameters: ModelComparisonParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { group_by = 'channel', draws = 200, seed = 1, filter, ...rest } = parameters;
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  const deadline = performance.now() + context.timeout_ms;
  const left = () => ({ ...readOptions(context), timeout_ms: Math.max(1, deadline - performance.now()) });
  const resolved = await context.warehouse.read(
    (snapshot) =>
      resolveParameters(
        snapshot,
        context,
        { ...rest, models: rest.models ?? RULE_MODEL_NAMES.join(',') },
        { ...options, extra: { report: 'model_comparison', group_by, draws, seed }, filters },
      ),
    left(),
  );
  const { plan } = resolved;
  return answerOnce(context, resolved, '', async () => {
    const { names, credit, facts, sums, warnings } = await context.warehouse.read(async (snapshot) => {
      const found = await attribute(snapshot, plan, context.directory);
      const { shown: query, chosen } = await applyFilters(snapshot, plan, found, filters, DEFAULT_WEEK_START);
      const by_person = await readCredit(snapshot, plan, query, group_by);
      checkSize(by_person.names.length, plan.models.length, draws);
      return {
        ...by_person,
        facts: await readFacts(snapshot, plan, query, group_by, by_person.names),
        sums: await readSums(snapshot, plan, query, group_by, by_person.names),
        warnings: await readWarnings(snapshot, plan, chosen),
      };
    }, left());
    // The draws need no warehouse. They take long, so another report reads in the meantime.
    const settings = { draws, seed, level: LEVEL };
    const intervals = await context.training.run(left(), 'bootstrapShares', credit, settings);
    return {
      ...reportHead(resolved, context.clock()),
      attribution_models: plan.models.map(({ name }) => name),
      group_by,
      intervals: { level: LEVEL, draws, seed, over: 'people' },
      groups: comparedGroups(plan, group_by, names, sums, intervals),
      disagreements: disagreements(plan, group_by, names, facts, intervals),
      notes: notes(plan),
      warnings,
    };
  });
}

function checkSize(groups: number, models: number, draws: number): void {
  if (groups * models * draws <= MAX_CELLS) return;
  throw new TributaryError(
    'unprocessable',
    `draws: ${draws} draws x ${groups} groups x ${models} models are over the limit of ${MAX_CELLS} shares; ask for fewer draws or models, or a shorter period`,
    { field: 'draws' },
  );
}

function notes({ models }: Plan): string[] {
  if (!models.some(({ name }) => isFitted(name))) return [];
  return [
    `${FITTED_MODEL_NAMES.join(', ')}: these intervals draw people again and keep the artifact; those on the model card also repeat the fit`,
    'the credit of a fitted model is an estimate from the log, not a measured effect; only a holdout measures one',
  ];
}

/** SQL for the group of a touchpoint `t`. */
const groupOf = (group_by: string): string => `t.${oneOf(group_by, GROUPS)}`;

/** SQL for the credited micros of every model, in columns c0, c1, … */
const sumsOf = ({ models }: Plan): string => models.map((_, i) => `text128(sum128(c.c${i})) as c${i}`).join(', ');
const sumShape = ({ models }: Plan): Record<string, 'bigint'> =>
  Object.fromEntries(models.map((_, i) => [`c${i}`, 'bigint']));

/** Credit in micros by person and group. People are numbered by name, so that the order of arrival does not matter. */
async function readCredit(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  group_by: string,
): Promise<{ names: Array<string | null>; credit: CreditByPerson }> {
  await materialise(
    snapshot,
    COMPARED_PEOPLE,
    `select person_key, row_number() over (order by brand_id, person_id) as person_no
     from (select distinct brand_id, person_key, person_id from ${query.orders.name} where order_no in (select order_no from ${query.credits.name})) o`,
  );
  const found = await snapshot.query(
    `select p.person_no as person_no, ${groupOf(group_by)} as name, ${sumsOf(plan)}
     from ${creditedTouches(query)} join ${query.orders.name} o on o.order_no = c.order_no join ${COMPARED_PEOPLE.name} p on p.person_key = o.person_key
     group by p.person_no, ${groupOf(group_by)}`,
  );
  const rows = readAll(found, { person_no: 'number', name: 'text?' }).map((row, r) => ({ ...row, sums: found[r]! }));
  const names = [...new Set(rows.map(({ name }) => name))].sort((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const codes = new Map(names.map((name, g) => [name, g]));
  rows.sort((a, b) => a.person_no - b.person_no || codes.get(a.name)! - codes.get(b.name)!);
  return {
    names,
    credit: {
      people: rows.reduce((most, { person_no }) => Math.max(most, person_no), 0),
      groups: names.length,
      person: Uint32Array.from(rows, ({ person_no }) => person_no - 1),
      group: Uint32Array.from(rows, ({ name }) => codes.get(name)!),
      amounts: plan.models.map((_, i) => Float64Array.from(rows, ({ sums }) => Number(sums[`c${i}`]))),
    },
  };
}

/** Exact micros per group and model. */
async function readSums(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  group_by: string,
  names: ReadonlyArray<string | null>,
): Promise<bigint[][]> {
  const rows = await snapshot.query(
    `select ${groupOf(group_by)} as name, ${sumsOf(plan)} from ${creditedTouches(query)} group by ${groupOf(group_by)}`,
  );
  const by_name = new Map(rows.map((row) => [read(row, { name: 'text?' }).name, read(row, sumShape(plan))]));
  return names.map((name) => plan.models.map((_, i) => by_name.get(name)![`c${i}`]!));
}

/** The places of the touches of each group in their paths, and the measures of fitted models. */
async function readFacts(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  group_by: string,
  names: ReadonlyArray<string | null>,
): Promise<GroupFacts[]> {
  const scored = plan.models.flatMap((model, i) =>
    model.scores ? [{ i, table: scoresOf(query.scores, model).name }] : [],
  );
  // The part of the measure that a touch's channel adds, as whole millionths: a sum of doubles would depend on its order.
  const added = scored.map(
    ({ i }) =>
      `, sum(int64(floor(case when s${i}.with_it > 0.0 then (1.0 - s${i}.without_it / s${i}.with_it) * 1000000.0 else 0.0 end + 0.5))) as added${i}`,
  );
  const joins = scored.map(
    ({ i, table }) => `left join ${table} s${i} on s${i}.order_no = c.order_no and s${i}.touch_no = c.touch_no`,
  );
  const rows = await snapshot.query(
    `select ${groupOf(group_by)} as name, count(*) as touches, count_where(c.k = 1) as first, count_where(c.k = c.n) as last, count_where(c.n = 1) as alone,
       sum(c.age_ms) as age_ms ${added.join('')}
     from ${creditedTouches(query)} ${joins.join(' ')} where c.counted = 1 group by ${groupOf(group_by)}`,
  );
  const by_name = new Map(rows.map((row) => [read(row, { name: 'text?' }).name, row]));
  return names.map((name) => {
    const row = by_name.get(name);
    const count = (field: string): bigint =>
      row === undefined ? 0n : read(row, { [field]: 'bigint' as const })[field]!;
    const touches = count('touches');
    const part = (field: string): number => ratio(count(field), touches) ?? 0;
    return {
      touches: Number(touches),
      first: part('first'),
      last: part('last'),
      alone: part('alone'),
      age_days: ratio(count('age_ms'), touches * BigInt(MS_PER_DAY)) ?? 0,
      added: Object.fromEntries(
        scored.map(({ i }) => [plan.models[i]!.name, ratio(count(`added${i}`), touches * 1_000_000n) ?? 0]),
      ),
    };
  });
}

/** A share is null where the model has nothing to share. */
const roundedShare = (share: number): number | null => (Number.isNaN(share) ? null : rounded(share));

function comparedGroups(
  { models }: Plan,
  group_by: string,
  names: ReadonlyArray<string | null>,
  sums: readonly bigint[][],
  intervals: readonly ShareInterval[][],
): ReportJson[] {
  const totals = models.map((_, i) => sums.reduce((total, of_group) => total + of_group[i]!, 0n));
  return names.map((name, g) => ({
    [group_by]: name,
    models: Object.fromEntries(
      models.map((model, i) => {
        const { share: _share, low, high, ...ranks } = intervals[i]![g]!;
        const micros = sums[g]![i]!;
        return [
          model.name,
          {
            ...money('attributed_revenue', micros),
            share: ratio(micros, totals[i]!),
            share_low: roundedShare(low),
            share_high: roundedShare(high),
            ...ranks,
          },
        ];
      }),
    ),
  }));
}

export const models = defineReport({
  name: 'models',
  command: 'report models',
  path: '/v1/reports/models',
  summary: 'Models side by side, with intervals, and the reasons of their largest differences',
  description:
    'By channel or campaign: the share that each model gives, its 90 % interval (bootstrap over people), and why the models differ where they differ most.',
  parameters: ModelComparisonParameters,
  result: ModelComparisonResult,
  main_table: { rows: 'groups' },
  compared: MODELS_COMPARED,
  explain: COMPARISON_MEANINGS,
  run: modelComparison,
});
