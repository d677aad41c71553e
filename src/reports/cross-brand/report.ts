/** Journeys of people over several brands: how much of the revenue of a brand touches of the others helped. docs/semantics.md 22. */
import { isFitted } from '../../attribution/models.ts';
import { MICRO_CONVERSIONS, type Plan } from '../../attribution/plan.ts';
import { attribute } from '../../attribution/query.ts';
import { NO_BRAND_GROUPS } from '../../domain/brand-groups.ts';
import { badRequest, TributaryError } from '../../domain/errors.ts';
import { money, ratio } from '../../domain/money.ts';
import { words } from '../../domain/parameter.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type Asker, type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { byRevenue } from '../groups.ts';
import { COMPARE, ONE_MODEL_UNFILTERED } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { CROSS_BRAND_COMPARED, CROSS_BRAND_MEANINGS, CrossBrandResult } from '../results/cross-brand.ts';
import type { Warning } from '../warning.ts';
import { readWarnings } from '../warnings.ts';
import { type BrandOrders, type CrossCredit, readBrandOrders, readCrossCredit } from './figures.ts';
import { coverRules, joinPeople } from './people.ts';
import { creditHelped, makeOtherCandidates, NEEDED_COLUMNS } from './touches.ts';

const { artifact: _artifact, brand_id: _brand_id, model: _model, ...OF_PERIOD } = ONE_MODEL_UNFILTERED;
const CrossBrandParameters = Type.Object(
  {
    ...OF_PERIOD,
    model: Type.Optional(
      words('A rule model, or one of the configuration; linear when left out. Fitted models know one brand at a time', {
        'x-value': 'name',
      }),
    ),
    ...COMPARE,
  },
  { additionalProperties: false },
);

async function crossBrandReport(
  context: ReportContext,
  parameters: Static<typeof CrossBrandParameters>,
  asker: Asker,
): Promise<ReportJson> {
  const lists = visibleLists(context, asker);
  if (parameters.model !== undefined && isFitted(parameters.model))
    throw badRequest(
      'model',
      `${parameters.model} is fitted to the journeys within a brand; ask for a rule model, such as linear`,
    );
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, parameters, {
      key_brand_id: asker.key_brand_id,
      brand_ids: lists.flat(),
      extra: { report: 'cross_brand', lists },
      touch_columns: NEEDED_COLUMNS,
    });
    return answerOnce(context, resolved, '', async () => ({
      ...reportHead(resolved, context.clock()),
      attribution_model: resolved.plan.models[0]!.name,
      lists,
      ...(await readFigures(snapshot, context, resolved.plan, lists)),
    }));
  }, readOptions(context));
}

/**
 * The lists of which somebody may see every brand.
 * @throws forbidden where there are none. The answer is the same if the configuration has none, so it tells nothing of other brands.
 */
function visibleLists(
  { brand_groups = NO_BRAND_GROUPS }: ReportContext,
  { key_brand_id, brand_ids = [] }: Asker,
): ReadonlyArray<readonly string[]> {
  const all = brand_groups.cross_brand_people;
  const sees_all = key_brand_id === null;
  const lists = sees_all ? all : all.filter((brands) => brands.every((brand_id) => brand_ids.includes(brand_id)));
  if (lists.length > 0) return lists;
  if (sees_all)
    throw new TributaryError(
      'unprocessable',
      'cross_brand_people: the configuration joins the people of no brands; name the brands of a list there, if the law lets you join their people',
      { field: 'cross_brand_people' },
    );
  throw new TributaryError(
    'forbidden',
    'cross_brand: needs a key for all brands, or a role for every brand of a list in cross_brand_people; you may see no such list',
  );
}

async function readFigures(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  lists: ReadonlyArray<readonly string[]>,
): Promise<ReportJson> {
  const own = await attribute(snapshot, plan, context.directory);
  const { rules, ruleOf } = coverRules(plan);
  await joinPeople(snapshot, plan, own.orders, lists, ruleOf);
  const unjoined = await makeOtherCandidates(snapshot, plan, own, rules);
  const helped = await creditHelped(snapshot, plan, own);
  const ordersOf = await readBrandOrders(snapshot, own);
  const matrix = await readCrossCredit(snapshot, own, helped, 'brand');
  const channels = await readCrossCredit(snapshot, own, helped, 'channel');
  const warnings = await readWarnings(snapshot, plan, own);
  return {
    brands: plan.brands
      .map(({ brand_id }) => ({ keys: [brand_id], micros: ordersOf(brand_id).net_micros }))
      .sort(byRevenue)
      .map(({ keys: [brand_id] }) => brandRow(brand_id!, ordersOf(brand_id!), matrix)),
    matrix: creditRows(matrix, ordersOf),
    channels: creditRows(channels, ordersOf),
    warnings: [...warnings, ...unjoinedWarning(unjoined)],
  };
}

function unjoinedWarning(count: number): Warning[] {
  if (count === 0) return [];
  const message =
    'people have too many orders and touchpoints to be one person, and are not joined with other brands; many people may share their id, and `doctor` names it';
  return [{ code: 'people_not_joined', count, message }];
}

function brandRow(brand_id: string, orders: BrandOrders, matrix: readonly CrossCredit[]): ReportJson {
  const sum = (rows: readonly CrossCredit[], of: 'micros' | 'own_micros'): bigint =>
    rows.reduce((total, row) => total + row[of], 0n);
  const of_orders = matrix.filter(({ order_brand_id }) => order_brand_id === brand_id);
  const attributed = sum(of_orders, 'micros');
  const of_own = sum(
    of_orders.filter(({ touch_brand_id }) => touch_brand_id === brand_id),
    'micros',
  );
  return {
    brand_id,
    conversions: orders.orders,
    ...money('net_revenue', orders.net_micros),
    ...money('own_report_revenue', sum(of_orders, 'own_micros')),
    ...money('attributed_revenue', attributed),
    ...money('own_touches_revenue', of_own),
    ...money('other_brands_revenue', attributed - of_own),
    other_brands_share: ratio(attributed - of_own, orders.net_micros),
    ...money('unattributed_revenue', orders.net_micros - attributed),
    helped_conversions: orders.helped,
    people_elsewhere: orders.people_elsewhere,
    left_out_conversions: orders.left_out_orders,
    left_out_people: orders.left_out_people,
  };
}

function creditRows(credit: readonly CrossCredit[], ordersOf: (brand_id: string) => BrandOrders): ReportJson[] {
  return credit
    .map((row) => ({ row, micros: row.micros, keys: [row.order_brand_id, row.touch_brand_id, row.channel] }))
    .sort(
      (a, b) => byRevenue({ keys: [a.keys[0]!], micros: 0n }, { keys: [b.keys[0]!], micros: 0n }) || byRevenue(a, b),
    )
    .map(({ row }) => ({
      order_brand_id: row.order_brand_id,
      touch_brand_id: row.touch_brand_id,
      ...(row.channel === null ? {} : { channel: row.channel }),
      touched_conversions: row.touched,
      credited_conversions: ratio(row.millionths, MICRO_CONVERSIONS),
      ...money('attributed_revenue', row.micros),
      share_of_revenue: ratio(row.micros, ordersOf(row.order_brand_id).net_micros),
      ...money('own_report_revenue', row.own_micros),
    }));
}

export const crossBrand = defineReport({
  name: 'cross_brand',
  command: 'report cross-brand',
  path: '/v1/reports/cross_brand',
  summary: 'How much of the revenue of a brand touches of other brands helped, for people who allow it',
  description:
    'Each order is credited over the touches of all brands of its list in `cross_brand_people` by the same customer id, beside what the report of its brand says. A touch of another brand counts only where the person has granted `sharing` in both brands since then. It needs a key for all brands, or a role for every brand of a list.',
  parameters: CrossBrandParameters,
  result: CrossBrandResult,
  main_table: { rows: 'channels' },
  own_brands: true,
  compared: CROSS_BRAND_COMPARED,
  explain: CROSS_BRAND_MEANINGS,
  run: crossBrandReport,
});
