/** Credit beside what was caused, for each campaign or channel. Credit is never rewritten. docs/semantics.md 27. */
import { creditedTouches } from '../../attribution/credits.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Design } from '../../domain/experiment.ts';
import { choice } from '../../domain/parameter.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { read } from '../../warehouse/read-row.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, type Resolved, readOptions } from '../context.ts';
import { checkRows } from '../credit-groups.ts';
import { defineReport } from '../declare.ts';
import { LIFT_PARAMETERS } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { INCREMENTALITY_MEANINGS, IncrementalityResult } from '../results/incrementality.ts';
import { type Credited, creditedOf, creditSums, type Evidence, type Reach, zoneOf } from './evidence.ts';
import { learnPie } from './pie.ts';
import { LIFT_VERSION, RETURNED_MS, type Read, readWithCredit } from './read.ts';
import { experimentRow, periodRow, pieRow, refusalsByName } from './rows.ts';
import { readSpent, type Spent, spendOfDesign, spentOn } from './spent.ts';
import { reachByName } from './touches.ts';

const BY = ['campaign_id', 'channel'] as const;
type By = (typeof BY)[number];

const IncrementalityParameters = Type.Object(
  { ...LIFT_PARAMETERS, by: Type.Optional(choice(BY, 'What a row is about; campaign_id when left out')) },
  { additionalProperties: false },
);

async function incrementalityReport(
  context: ReportContext,
  parameters: Static<typeof IncrementalityParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { by = 'campaign_id', ...rest } = parameters;
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, rest, {
      ...options,
      extra: { report: 'incrementality', by, analysis_version: LIFT_VERSION },
      touch_columns: ['campaign_kind'],
    });
    return answerOnce(context, resolved, '', () => answer(snapshot, context, resolved, by));
  }, readOptions(context));
}

async function answer(snapshot: Snapshot, context: ReportContext, resolved: Resolved, by: By): Promise<ReportJson> {
  const asked = resolved.plan;
  const found = await readWithCredit(snapshot, asked, context.directory);
  const end_ms = Math.max(
    ...asked.brands.map((brand) => brand.end_ms),
    ...found.evidence.map(({ design }) => design.end_ms),
  );
  const spent = await readSpent(snapshot, found.plan, found.query, end_ms);
  const own = found.evidence.filter(({ design }) => isAbout(design, by));
  const pies = asked.models.map((_, i) => learnPie(own.flatMap((one) => taughtBy(one, i))));
  const rows = [
    ...own.flatMap((one) => experimentRows(one, asked, by, spent)),
    ...(await periodRows(snapshot, asked, found, own, { by, spent, pies })),
  ];
  checkRows(rows.length / asked.models.length, asked, 'start');
  return {
    ...reportHead(resolved, context.clock()),
    attribution_models: asked.models.map(({ name }) => name),
    by,
    analysis_version: LIFT_VERSION,
    rows,
    predictions: pies.map((pie, i) => pieRow(asked.models[i]!.name, pie)),
    warnings: spent.warnings,
  };
}

const isAbout = ({ scope }: Design, by: By): boolean =>
  (scope === 'channel' || scope === 'global') === (by === 'channel');
/** A global experiment is about every email. */
const nameOf = (design: Design): string | null => spendOfDesign(design).name;

function taughtBy({ design, lift, credited, touches, reached, returned }: Evidence, model: number) {
  if (lift === null) return [];
  const { total: orders, variance } = lift.orders;
  const credited_orders = credited[model]!.orders;
  return [{ touches, reached, returned, credited_orders, is_flow: design.scope === 'flow', orders, variance }];
}

function experimentRows({ design, lift, credited }: Evidence, plan: Plan, by: By, spent: Spent): ReportJson[] {
  if (lift === null) return [];
  const { start_ms, end_ms } = design;
  const spend_micros = spentOn(spent, plan, spendOfDesign(design));
  const name = nameOf(design);
  const time_zone = zoneOf(plan, design.brand_id);
  return plan.models.map(({ name: model }, i) =>
    experimentRow({ by, name, model, start_ms, end_ms, time_zone, credited: credited[i]!, spend_micros }, design, lift),
  );
}

const NOBODY: Reach = { touches: 0, reached: 0, returned: 0 };

/** The rows of what has no finished experiment, most attributed revenue first, by the orders of the period. */
async function periodRows(
  snapshot: Snapshot,
  asked: Plan,
  { plan, query }: Read,
  own: readonly Evidence[],
  { by, spent, pies }: { by: By; spent: Spent; pies: readonly ReturnType<typeof learnPie>[] },
): Promise<ReportJson[]> {
  const start_ms = Math.min(...asked.brands.map((brand) => brand.start_ms));
  const end_ms = Math.max(...asked.brands.map((brand) => brand.end_ms));
  const [{ settings }] = asked.brands as [(typeof asked.brands)[number]];
  const { time_zone } = settings;
  const reach = await reachByName(snapshot, by, { start_ms, end_ms }, RETURNED_MS);
  const credited = await creditByName(snapshot, plan, query, by, { start_ms, end_ms });
  const proven = new Set(own.filter(({ lift }) => lift !== null).map(({ design }) => nameOf(design)));
  const reasons = refusalsByName(own, nameOf);
  const names = [...new Set([...credited.keys(), ...reach.keys()])].filter(
    (name) => name !== null && !proven.has(name),
  );
  const revenue = (name: string | null): bigint => credited.get(name)?.credits[0]?.micros ?? 0n;
  names.sort((a, b) => Number(revenue(b) - revenue(a)) || (a! < b! ? -1 : 1));
  const nothing = asked.models.map((): Credited => ({ orders: 0, micros: 0n }));
  return names.flatMap((name) => {
    const { credits, is_flow } = credited.get(name) ?? { credits: nothing, is_flow: false };
    const spend_micros = spentOn(spent, asked, { brand_id: null, field: by, name, start_ms, end_ms });
    return asked.models.map(({ name: model }, i) =>
      periodRow(
        { by, name, model, start_ms, end_ms, time_zone, credited: credits[i]!, spend_micros },
        reach.get(name) ?? NOBODY,
        pies[i]!,
        is_flow,
        reasons.get(name) ?? null,
      ),
    );
  });
}

async function creditByName(
  snapshot: Snapshot,
  plan: Plan,
  query: Read['query'],
  by: By,
  { start_ms, end_ms }: { start_ms: number; end_ms: number },
): Promise<Map<string | null, { credits: Credited[]; is_flow: boolean }>> {
  const rows = await snapshot.query(
    `select t.${by} as name, count_where(t.campaign_kind = 'flow') as flows, ${creditSums(plan)}
     from ${creditedTouches(query)} join ${query.orders.name} o on o.order_no = c.order_no
     where o.at_ms >= ${start_ms} and o.at_ms < ${end_ms} group by t.${by}`,
  );
  return new Map(
    rows.map((row) => {
      const { name, flows } = read(row, { name: 'text?', flows: 'number' });
      return [name, { credits: creditedOf(plan, row), is_flow: flows > 0 }];
    }),
  );
}

export const incrementality = defineReport({
  name: 'incrementality',
  command: 'report incrementality',
  path: '/v1/reports/incrementality',
  summary: 'Credit beside what was caused',
  description:
    'For each campaign or channel with a finished experiment: what models credit to its treated people, and what the holdout says was caused, with its interval. Without one: a prediction by the shop’s own experiments (PIE) where there are at least 20, else that it is not known. Credit is never rewritten.',
  parameters: IncrementalityParameters,
  result: IncrementalityResult,
  main_table: { rows: 'rows' },
  explain: INCREMENTALITY_MEANINGS,
  run: incrementalityReport,
});
