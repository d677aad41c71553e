/** The paths report: which ways lead to orders, and what each group does on them. docs/semantics.md 16. */

import { money, ratio } from '../../domain/money.ts';
import { choice, words } from '../../domain/parameter.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { LabelColumn } from '../../histories/relations.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import { parseTransforms, type Transform, unknownChannels } from '../../models/paths/transforms.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START, resolveGroupBy, TOUCH_KEY_NAMES } from '../groups.ts';
import { ONE_MODEL_PARAMETERS } from '../parameters.ts';
import { creditAndPaths } from '../report-paths.ts';
import { resolveParameters } from '../resolve.ts';
import { PATHS_COMPARED, PATHS_MEANINGS, PathsResult } from '../results/paths.ts';
import type { Warning } from '../warning.ts';
import { type ChosenPaths, chosenPaths } from './chosen-paths.ts';
import { pathFlow } from './flow.ts';
import { pathLengths } from './lengths.ts';
import { namedTouches, transformed } from './path-names.ts';
import { pathRoles } from './roles.ts';
import { topPaths } from './top-paths.ts';

const DEFAULTS = { by: 'channel', transform: 'none', limit: 20, steps: 5 } as const;

const PathsParameters = Type.Object(
  {
    ...ONE_MODEL_PARAMETERS,
    by: Type.Optional(choice(TOUCH_KEY_NAMES, `What names a touch; ${DEFAULTS.by} when left out`)),
    transform: Type.Optional(
      words(
        'Shortens paths before they are compared: none, exposure, first, frequency, remove_if_not_all(NAME), remove_if_last_and_not_all(NAME), trim_long_path(N), separated by commas. Roles and credit are always of whole paths',
        { 'x-value': 'spec' },
      ),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description: `Paths with a row of their own; ${DEFAULTS.limit} when left out`,
        'x-flag': 'top',
        'x-value': 'paths',
      }),
    ),
    steps: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10,
        description: `Touches of each path in the flow; ${DEFAULTS.steps} when left out`,
        'x-value': 'touches',
      }),
    ),
  },
  { additionalProperties: false },
);
type PathsParameters = Static<typeof PathsParameters>;

export async function pathsReport(
  context: ReportContext,
  parameters: PathsParameters,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, by, transform, limit, steps, ...shared } = { ...DEFAULTS, ...parameters };
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  const transforms = parseTransforms(transform, 'transform');
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'paths', by, transform, limit, steps },
      filters,
      touch_columns: [by],
    });
    return answerOnce(context, resolved, '', async (served_by) => {
      const { plan } = resolved;
      const asked = { ...context, served_by };
      const grouping = { keys: resolveGroupBy(by), filters, week_start: DEFAULT_WEEK_START };
      const { source, paths } = await creditAndPaths(snapshot, asked, plan, grouping, {
        ...grouping,
        states: { column: by as LabelColumn },
        instants: true,
        alike: { likeness: 'same_touches', by_group: false },
      });
      const chosen = await chosenPaths(paths);
      const warnings = [...(await source.warnings()), ...transformWarnings(paths, transforms)];
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: plan.models[0]!.name,
        ...(await waysOf(paths, chosen, { transforms, limit, steps })),
        roles: await pathRoles(paths, chosen, source, by),
        warnings,
      };
    });
  }, readOptions(context));
}

/** The parts of the answer that are about transformed paths. */
async function waysOf(
  paths: OrderPaths,
  chosen: ChosenPaths,
  { transforms, limit, steps }: { transforms: readonly Transform[]; limit: number; steps: number },
): Promise<ReportJson> {
  const touches = await transformed(namedTouches(paths), transforms);
  const { different_paths, ...top } = await topPaths(paths, touches, chosen, limit);
  const { orders, orders_with_path, people_without_order, net_micros, path_micros } = chosen;
  return {
    summary: {
      orders,
      orders_with_path,
      orders_without_path: orders - orders_with_path,
      people_without_order,
      conversion_rate: ratio(orders_with_path, orders_with_path + people_without_order),
      different_paths,
      ...money('net_revenue', net_micros),
      ...money('path_revenue', path_micros),
    },
    ...top,
    lengths: await pathLengths(paths, touches, chosen),
    flow: await pathFlow(paths, touches, chosen, steps),
  };
}

/** Channels that a transform names and no path has. The name may be mistyped. */
function transformWarnings(paths: OrderPaths, transforms: readonly Transform[]): Warning[] {
  const unknown = unknownChannels(namedTouches(paths), transforms);
  const message = `name in transform that no path has, such as ${JSON.stringify(unknown[0])}; it changes nothing`;
  return unknown.length === 0 ? [] : [{ code: 'transform_without_touches', count: unknown.length, message }];
}

export const paths = defineReport({
  name: 'paths',
  command: 'report paths',
  path: '/v1/reports/paths',
  summary: 'Which paths lead to orders, and what each channel does on them',
  description:
    'The touches of every order and of everybody who touched and did not order: the paths with most orders, their lengths, their flow from touch to touch, and the roles of each group beside its credit.',
  parameters: PathsParameters,
  result: PathsResult,
  main_table: { rows: 'paths', also: ['other_paths'] },
  compared: PATHS_COMPARED,
  explain: PATHS_MEANINGS,
  run: pathsReport,
});
