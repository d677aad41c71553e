/** The lags report: how long people take from their first and last touch to the order. docs/semantics.md 16. */
import { money, ratio } from '../../domain/money.ts';
import { choice } from '../../domain/parameter.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { LabelColumn } from '../../histories/relations.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import { columnValue } from '../../models/paths/state-naming.ts';
import { sortedInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START, TOUCH_KEY_NAMES } from '../groups.ts';
import { lagsWithNoise } from '../noisy/lags.ts';
import { NO_MODEL_PARAMETERS } from '../parameters.ts';
import { type ChosenPaths, chosenPaths } from '../paths/chosen-paths.ts';
import { reportPaths } from '../report-paths.ts';
import { resolveParameters } from '../resolve.ts';
import { LAGS_COMPARED, LAGS_MEANINGS, LagsResult } from '../results/lags.ts';
import { LAG_MEASURES, LagValues, quantilesOf } from './lag-values.ts';

const DEFAULTS = { by: 'channel', limit: 50 } as const;

const LagsParameters = Type.Object(
  {
    ...NO_MODEL_PARAMETERS,
    by: Type.Optional(choice(TOUCH_KEY_NAMES, `What names a group of touches; ${DEFAULTS.by} when left out`)),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description: `Groups with rows of their own, those with most orders; ${DEFAULTS.limit} when left out`,
        'x-flag': 'top',
        'x-value': 'groups',
      }),
    ),
  },
  { additionalProperties: false },
);

export async function lagsReport(
  context: ReportContext,
  parameters: Static<typeof LagsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, by, limit, ...shared } = { ...DEFAULTS, ...parameters };
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'lags', by, limit },
      filters,
      touch_columns: [by],
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const paths = await reportPaths(snapshot, { ...context, served_by }, resolved.plan, {
        states: { column: by as LabelColumn },
        filters,
        week_start: DEFAULT_WEEK_START,
        with_people: false,
        instants: true,
      });
      const chosen = await chosenPaths(paths);
      return {
        ...reportHead(resolved, context.clock()),
        summary: summaryOf(chosen),
        ...(await lagsOf(paths, chosen)),
        ...(await groupsOf(paths, chosen, by, limit)),
      };
    });
  }, readOptions(context));
}

function summaryOf({ orders, orders_with_path, net_micros, path_micros }: ChosenPaths): ReportJson {
  return {
    orders,
    orders_with_path,
    orders_without_path: orders - orders_with_path,
    ...money('net_revenue', net_micros),
    ...money('path_revenue', path_micros),
  };
}

/** The lags of first and last touches, and the numbers of touches. */
async function lagsOf(paths: OrderPaths, { is_chosen }: ChosenPaths): Promise<ReportJson> {
  const { offsets, touch_ms, at_ms, is_order, counted } = paths;
  const values = new LagValues(paths, LAG_MEASURES.length);
  const touches = new Float64Array(is_chosen.length);
  const turns = new WorkTurns();
  let [orders, all_touches] = [0, 0];
  for (let path = 0; path < is_chosen.length; path++) {
    if (turns.ends(256)) await turns.next();
    if (is_chosen[path] === 0 || is_order[path] === 0) continue;
    const [first, end] = [offsets[path]!, offsets[path + 1]!];
    values.add(0, path, at_ms[path]! - touch_ms[first]!);
    values.add(1, path, at_ms[path]! - touch_ms[end - 1]!);
    if (counted[path] === 0) continue;
    touches[orders++] = end - first;
    all_touches += end - first;
  }
  const figures = await values.figures();
  return {
    lags: LAG_MEASURES.map((measure, i) => ({ measure, ...figures[i] })),
    distribution: LAG_MEASURES.flatMap((measure, i) => values.buckets(i).map((row) => ({ measure, ...row }))),
    touches: {
      orders,
      average_touches: ratio(all_touches, orders),
      ...quantilesOf(await sortedInTurns(touches.subarray(0, orders)), '_touches', 1),
    },
  };
}

/** The lags of the first touch of each group in a path that the filters let pass. */
async function groupsOf(paths: OrderPaths, { is_chosen }: ChosenPaths, by: string, limit: number): Promise<ReportJson> {
  const { states, codes, offsets, shown, touch_ms, at_ms, is_order } = paths;
  const values = new LagValues(paths, states.length);
  /** By code, 1 and the last path that it was found in. */
  const seen = new Uint32Array(states.length);
  const turns = new WorkTurns();
  for (let path = 0; path < is_chosen.length; path++) {
    if (turns.ends(256)) await turns.next();
    if (is_chosen[path] === 0 || is_order[path] === 0) continue;
    for (let touch = offsets[path]!; touch < offsets[path + 1]!; touch++) {
      const code = codes[touch]!;
      if (shown?.[touch] === 0 || seen[code] === path + 1) continue;
      seen[code] = path + 1;
      values.add(code, path, at_ms[path]! - touch_ms[touch]!);
    }
  }
  const figures = await values.figures();
  const sorted = [...states.keys()]
    .filter((code) => (figures[code]!['orders'] as number) > 0)
    .sort((a, b) => (figures[b]!['orders'] as number) - (figures[a]!['orders'] as number) || a - b);
  return {
    groups: sorted.slice(0, limit).map((code) => ({
      [by]: columnValue(states[code]!),
      ...figures[code],
      distribution: values.buckets(code),
    })),
    groups_left_out: Math.max(0, sorted.length - limit),
  };
}

export const lags = defineReport({
  name: 'lags',
  command: 'report lags',
  path: '/v1/reports/lags',
  summary: 'How long people take from their first and last touch to the order',
  description:
    'The time from the first touch of a path to its order, from the last touch, and from the first touch of each group: quantiles, and orders and net revenue by length.',
  parameters: LagsParameters,
  result: LagsResult,
  main_table: { rows: 'distribution' },
  compared: LAGS_COMPARED,
  explain: LAGS_MEANINGS,
  noisy: lagsWithNoise,
  run: lagsReport,
});
