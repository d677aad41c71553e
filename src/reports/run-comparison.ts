/**
 * Compares a frozen run with today's answer to the same request and splits the difference by cause. The query runs in stages:
 * first with the frozen inputs, then with one input after the other as of today. The part of a cause is the difference of two
 * stages, so the parts always add up to the whole difference.
 */

import { creditedTouches } from '../attribution/credits.ts';
import { UNATTRIBUTED_REASONS } from '../attribution/eligibility.ts';
import type { Plan, Positions } from '../attribution/plan.ts';
import { type Attribution, attribute } from '../attribution/query.ts';
import { unattributedOf } from '../attribution/unattributed.ts';
import { badRequest } from '../domain/errors.ts';
import { choice } from '../domain/parameter.ts';
import { NAMING_RECORDS } from '../domain/subject-fields.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, formatPosition, type Position } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import type { Row, TableName } from '../warehouse/schema.ts';
import { oneOf } from '../warehouse/sql-text.ts';
import { reportHead, sameSettings } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { resolveParameters } from './resolve.ts';
import { CAUSES, ComparisonResult, RUN_MEANINGS } from './results/runs.ts';
import { type Run, readRun, resultsOf } from './runs.ts';

const GROUPS = ['channel', 'campaign_id', 'email_id'] as const;

export const CompareParameters = Type.Object(
  {
    model: Type.Optional(
      Type.String({ maxLength: 100, description: "One of the run's models; its first when left out" }),
    ),
    group_by: Type.Optional(choice(GROUPS, 'channel when left out')),
  },
  { additionalProperties: false },
);
export type CompareParameters = Static<typeof CompareParameters>;

/** The inputs after the settings, in the order in which the stages update them, each with the tables that it reads. */
export const INPUTS: ReadonlyArray<{ cause: KnownCause; position: keyof Positions; tables: readonly TableName[] }> = [
  { cause: 'identity', position: 'identity', tables: NAMING_RECORDS },
  { cause: 'conversions', position: 'conversions', tables: ['conversions', 'fx_rates'] },
  { cause: 'refunds', position: 'adjustments', tables: ['adjustments'] },
  { cause: 'touches', position: 'touchpoints', tables: ['touchpoints', 'reclassifications'] },
];

type Cause = (typeof CAUSES)[number];
/** A cause that a stage shows; the rest is `other`. */
export type KnownCause = Exclude<Cause, 'other'>;

/** Micros by group, and by reason of unattributed value. */
interface Answer {
  groups: Map<string | null, bigint>;
  unattributed: Map<string | null, bigint>;
}

export async function compareRun(
  context: ReportContext,
  run_id: string,
  parameters: CompareParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const group_by = parameters.group_by ?? 'channel';
  if (!GROUPS.includes(group_by)) throw badRequest('group_by', `must be one of ${GROUPS.join(', ')}`);
  return context.warehouse.read(
    async (snapshot) => {
      const run = await readRun(snapshot, run_id, options.key_brand_id);
      const names = run.request.models.split(',');
      const model = parameters.model ?? names[0]!;
      if (!names.includes(model))
        throw badRequest(
          'model',
          `${JSON.stringify(model.slice(0, 60))} is not in this run; it has ${names.join(', ')}`,
        );
      const { models: _models, ...rest } = run.request;
      const request = { ...rest, model };
      const common = {
        key_brand_id: null,
        brand_ids: run.brands,
        extra: { report: 'run' },
        touch_columns: ['touchpoint_id'],
        frozen_artifacts: true,
      };
      const as_frozen = {
        ...context,
        settings: (brand_id: string) => run.settings[brand_id] ?? context.settings(brand_id),
      };
      const frozen = await resolveParameters(snapshot, as_frozen, { ...request, as_of: run.as_of }, common);
      const today = await resolveParameters(snapshot, context, request, common);
      const stored = await readStored(snapshot, run, model, group_by);
      const { answers, reproducible } = await answerInStages(snapshot, context, run, frozen.plan, today.plan, group_by);
      const { report_period, currency, as_of, generated_at } = reportHead(today, context.clock());
      return {
        run_id,
        report_period,
        attribution_model: model,
        currency,
        group_by,
        frozen_as_of: run.as_of,
        frozen_config_hash: run.config_hash,
        as_of,
        generated_at,
        settings_changed: !sameSettings(frozen.plan, today.plan),
        reproducible,
        ...compareAnswers(stored, answers, group_by),
      };
    },
    readOptions(context, INPUTS.length + 2),
  );
}

type Answers = ReadonlyArray<{ cause: Cause; answer: Answer }>;

/** The answers of all stages, from the frozen inputs to today's. A stage whose input did not change is not run again. */
async function answerInStages(
  snapshot: Snapshot,
  context: ReportContext,
  run: Run,
  frozen: Plan,
  today: Plan,
  group_by: string,
): Promise<{ answers: Answers; reproducible: boolean }> {
  const answer = async (plan: Plan): Promise<Answer> => {
    const query = await attribute(snapshot, plan, context.directory);
    return readAnswer(snapshot, plan, query, group_by);
  };
  const query = await attribute(snapshot, frozen, context.directory);
  let held = await readAnswer(snapshot, frozen, query, group_by);
  const reproducible = await isReproduced(snapshot, run, frozen, query);
  const answers = [{ cause: 'other' as Cause, answer: held }];
  let plan = { ...today, positions: frozen.positions };
  if (!sameSettings(frozen, today)) held = await answer(plan);
  answers.push({ cause: 'settings', answer: held });
  for (const { cause, position, tables } of INPUTS) {
    plan = { ...plan, positions: { ...plan.positions, [position]: today.positions[position] } };
    if (await hasNewRows(snapshot, tables, frozen.positions[position], today.positions[position]))
      held = await answer(plan);
    answers.push({ cause, answer: held });
  }
  return { answers, reproducible };
}

/** True if the log has rows of some tables after a position, up to another one. */
export async function hasNewRows(
  snapshot: Snapshot,
  tables: readonly TableName[],
  from: Position,
  to: Position,
): Promise<boolean> {
  if (formatPosition(from) === formatPosition(to)) return false;
  const parts = tables.map(
    (table) => `select count(*) as n from ${table} r where ${atOrBefore('r', to)} and not ${atOrBefore('r', from)}`,
  );
  const [row] = await snapshot.query(`select sum(n) as n from (${parts.join(' union all ')}) fresh`);
  return read(row, { n: 'number' }).n > 0;
}

async function readAnswer(snapshot: Snapshot, plan: Plan, query: Attribution, group_by: string): Promise<Answer> {
  const line = `t.${oneOf(group_by, GROUPS)}`;
  return {
    groups: toMap(
      await snapshot.query(
        `select ${line} as line, text128(sum128(c.c0)) as micros from ${creditedTouches(query)} group by ${line}`,
      ),
    ),
    unattributed: toMap(
      await snapshot.query(
        `select u.reason as line, text128(sum128(u.micros)) as micros from (${unattributedOf(plan, query, 0)}) u group by u.reason`,
      ),
    ),
  };
}

async function readStored(snapshot: Snapshot, run: Run, model: string, group_by: string): Promise<Answer> {
  const sum = (line: string, where: string): Promise<Row[]> =>
    snapshot.query(
      `select ${line} as line, text128(sum128(attributed_value_micros)) as micros from attribution_results
       where run_id = $run_id and attribution_model = $model and ${where} group by ${line}`,
      { run_id: run.run_id, model },
    );
  return {
    groups: toMap(await sum(oneOf(group_by, GROUPS), 'reason is null')),
    unattributed: toMap(await sum('reason', 'reason is not null')),
  };
}

function toMap(rows: readonly Row[]): Map<string | null, bigint> {
  return new Map(readAll(rows, { line: 'text?', micros: 'bigint' }).map(({ line, micros }) => [line, micros]));
}

/** True if the frozen inputs, which `query` used, still give every stored row exactly. */
async function isReproduced(snapshot: Snapshot, run: Run, plan: Plan, query: Attribution): Promise<boolean> {
  const columns =
    'brand_id, conversion_id, value_event, touchpoint_id, channel, campaign_id, email_id, attribution_weight_millionths, attributed_value_micros, reason';
  const [row] = await snapshot.query(
    `with both_sides as (
       select ${columns}, epoch_ms(occurred_at) as at_ms, 1 as side from attribution_results where run_id = $run_id and attribution_model = $model
       union all select ${columns}, at_ms, -1 as side from (${resultsOf(plan, query, 0)}) fresh),
     unmatched as (select ${columns}, at_ms, sum(side) as surplus from both_sides group by ${columns}, at_ms having sum(side) <> 0)
     select count(*) as n from unmatched`,
    { run_id: run.run_id, model: plan.models[0]!.name },
  );
  return read(row, { n: 'number' }).n === 0;
}

/** One line of the comparison. The causes add up to today minus frozen. */
function compareLine(
  frozen: bigint,
  steps: ReadonlyArray<readonly [Cause, bigint]>,
): ReportJson & { difference: bigint } {
  const causes = new Map<Cause, bigint>();
  let before = frozen;
  for (const [cause, after] of steps) {
    causes.set(cause, after - before);
    before = after;
  }
  return {
    difference: before - frozen,
    frozen_micros: frozen.toString(),
    today_micros: before.toString(),
    difference_micros: (before - frozen).toString(),
    causes_micros: Object.fromEntries(CAUSES.map((cause) => [cause, (causes.get(cause) ?? 0n).toString()])),
  };
}

/** All reasons, including those that only a model with absolute weights has. */
function reasonsOf(stored: Answer, answers: Answers): string[] {
  const found = [stored, ...answers.map(({ answer }) => answer)].flatMap(({ unattributed }) => [
    ...unattributed.keys(),
  ]);
  return [...new Set<string>([...UNATTRIBUTED_REASONS, ...found.map(String)])];
}

function compareAnswers(stored: Answer, answers: Answers, group_by: string): ReportJson {
  const line = (take: (answer: Answer) => bigint): ReportJson => {
    const { difference: _difference, ...rest } = compareLine(
      take(stored),
      answers.map(({ cause, answer }) => [cause, take(answer)] as const),
    );
    return rest;
  };
  const sum = (map: ReadonlyMap<string | null, bigint>): bigint =>
    [...map.values()].reduce((total, micros) => total + micros, 0n);
  const keys = [
    ...new Set([stored, ...answers.map(({ answer }) => answer)].flatMap(({ groups }) => [...groups.keys()])),
  ];
  const groups = keys.map((key) => ({
    key,
    ...compareLine(
      stored.groups.get(key) ?? 0n,
      answers.map(({ cause, answer }) => [cause, answer.groups.get(key) ?? 0n] as const),
    ),
  }));
  const size = (value: bigint): bigint => (value < 0n ? -value : value);
  groups.sort((a, b) => {
    const [x, y] = [size(a.difference), size(b.difference)];
    if (x !== y) return x > y ? -1 : 1;
    return (a.key ?? '') < (b.key ?? '') ? -1 : 1;
  });
  return {
    totals: {
      net_revenue: line((answer) => sum(answer.groups) + sum(answer.unattributed)),
      attributed: line((answer) => sum(answer.groups)),
      unattributed: line((answer) => sum(answer.unattributed)),
    },
    groups: groups.map(({ key, difference: _difference, ...rest }) => ({ [group_by]: key, ...rest })),
    unattributed: reasonsOf(stored, answers).map((reason) => ({
      reason,
      ...line((answer) => answer.unattributed.get(reason) ?? 0n),
    })),
  };
}

export const comparison = defineReport({
  name: 'comparison',
  command: 'runs compare',
  path: '/v1/runs/:run_id/compare',
  path_parameters: { run_id: '`run_id` from the list' },
  summary: 'Compare a frozen run with today’s answer',
  description:
    'Splits the difference by cause: settings, identity, conversions, refunds, touches. The parts add up to it exactly.',
  parameters: CompareParameters,
  result: ComparisonResult,
  main_table: { rows: 'groups' },
  explain: RUN_MEANINGS,
  run: (context, { run_id, ...parameters }, asker) => compareRun(context, run_id, parameters, asker),
});
