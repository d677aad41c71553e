/** Several brands side by side and together, in one currency. An order that brands share counts once. docs/semantics.md 22. */
import { MICRO_CONVERSIONS, type Plan } from '../../attribution/plan.ts';
import { type Attribution, attribute } from '../../attribution/query.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import { type BrandGroups, groupsAmong, NO_BRAND_GROUPS } from '../../domain/brand-groups.ts';
import { money, ratio } from '../../domain/money.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { answerOnce } from '../answers.ts';
import { spendMoney } from '../campaign-metrics.ts';
import { reportHead } from '../config-hash.ts';
import { type Asker, type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { MAX_ROWS } from '../credit-groups.ts';
import type { CreditSource } from '../credit-source.ts';
import { askHistories, creditSourceOf } from '../credits-in-memory.ts';
import { creditsInSql } from '../credits-in-sql.ts';
import { readFaults } from '../data-quality.ts';
import { defineReport } from '../declare.ts';
import { readFilters } from '../filters.ts';
import { byRevenue, DEFAULT_WEEK_START, resolveGroupBy, touchColumns } from '../groups.ts';
import { COMPARE, ONE_MODEL_UNFILTERED } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { CONSOLIDATED_COMPARED, CONSOLIDATED_MEANINGS, ConsolidatedResult } from '../results/consolidated.ts';
import { type CreditRow, earnedBy } from './credit-rows.ts';
import { readCustomers } from './customers.ts';
import { type Figures, less, shownFigures, sumOf } from './figures.ts';
import { makeRepeatedOrders, type RepeatedValue, readRepeatedCredit, readRepeatedValue } from './repeated-orders.ts';
import { readSales } from './sales.ts';

const ConsolidatedParameters = Type.Object({ ...ONE_MODEL_UNFILTERED, ...COMPARE }, { additionalProperties: false });

const KEYS = resolveGroupBy('brand,channel,touchpoint_type');
const SPEND_KEYS = resolveGroupBy('brand,channel');
const NO_FILTERS = readFilters([], DEFAULT_WEEK_START);
const grouping = (keys: typeof KEYS) => ({ keys, filters: NO_FILTERS, week_start: DEFAULT_WEEK_START });

async function consolidatedReport(
  context: ReportContext,
  parameters: Static<typeof ConsolidatedParameters>,
  asker: Asker,
): Promise<ReportJson> {
  return context.warehouse.read(async (snapshot) => {
    const own = ownBrands(parameters.brand_id, asker);
    // The hash of the settings has no other groups, so it tells nothing of them.
    const known = context.brand_groups ?? NO_BRAND_GROUPS;
    const allowed = own === null ? known : groupsAmong(known, own);
    const resolved = await resolveParameters(snapshot, context, parameters, {
      ...asker,
      extra: { report: 'consolidated', brand_groups: allowed },
      touch_columns: touchColumns(KEYS),
    });
    const { plan } = resolved;
    const groups = groupsAmong(
      allowed,
      plan.brands.map(({ brand_id }) => brand_id),
    );
    return answerOnce(context, resolved, '', async (served_by) => {
      const found = await readFigures(snapshot, { ...context, served_by }, plan, groups);
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: plan.models[0]!.name,
        ...found,
        rules: groups,
      };
    });
  }, readOptions(context));
}

/** The brands that the answer is limited to; null if it is about all. */
function ownBrands(brand_id: string | undefined, { key_brand_id, brand_ids }: Asker): readonly string[] | null {
  if (brand_id !== undefined) return [brand_id];
  return brand_ids ?? (key_brand_id === null ? null : [key_brand_id]);
}

/** Where the credit comes from, and the orders of the plan as relations. */
interface Read {
  credit: CreditSource;
  spend: CreditSource;
  orders: OrderRelations;
  /** The query in the engine. Histories do not hold the order of a credit, so shared orders ask for it. */
  query: () => Promise<Attribution>;
  in_memory: boolean;
}

async function readSources(snapshot: Snapshot, context: ReportContext, plan: Plan): Promise<Read> {
  const memory = await askHistories(snapshot, context, plan, grouping(KEYS), false);
  if (memory !== null)
    return {
      credit: creditSourceOf(snapshot, plan, memory, grouping(KEYS)),
      spend: creditSourceOf(snapshot, plan, memory, grouping(SPEND_KEYS)),
      orders: await memory.inSql(),
      query: () => attribute(snapshot, plan, context.directory),
      in_memory: true,
    };
  const query = await attribute(snapshot, plan, context.directory);
  const filtered = { all: query, chosen: query, shown: query };
  return {
    credit: creditsInSql(snapshot, plan, filtered, grouping(KEYS)),
    spend: creditsInSql(snapshot, plan, filtered, grouping(SPEND_KEYS)),
    orders: query,
    query: async () => query,
    in_memory: false,
  };
}

async function readFigures(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  groups: BrandGroups,
): Promise<ReportJson> {
  const read = await readSources(snapshot, context, plan);
  const own = await creditRows(read.credit);
  const sales = await readSales(snapshot, plan, read.orders);
  const customers = await readCustomers(snapshot, plan, read.orders, groups.cross_brand_people);
  const spent = await read.spend.spend(MAX_ROWS);
  const spend = new SpendSums(spent.groups ?? []);
  const has_shared = await makeRepeatedOrders(snapshot, plan, read.orders, groups.shared_orders);
  const shared_value = has_shared ? await readRepeatedValue(snapshot, read.orders) : [];
  const warnings = [...(await read.credit.warnings()), ...spent.warnings];
  const faults = await readFaults(snapshot, plan);
  const shared = has_shared ? await readRepeatedCredit(snapshot, await read.query()) : [];
  if (read.in_memory && !has_shared) context.served_by?.('histories');
  const [own_of, shared_of] = [earnedBy(own, brandOf), earnedBy(shared, brandOf)];
  const brands = plan.brands.map(({ brand_id }) => ({
    keys: [brand_id],
    own: { ...sales.of(brand_id), earned: own_of(brand_id) },
    shared: { ...sharedValueOf(shared_value, brand_id), earned: shared_of(brand_id) },
    customers: customers.by_brand.get(brand_id) ?? 0,
    spend_micros: spend.of(0, brand_id),
  }));
  const totals = sumOf(brands, customers.shared, spend.is_known);
  const in_order = inOrder(brands);
  return {
    brands: in_order.map((figures) => ({
      brand_id: figures.keys[0],
      ...shownFigures(figures, false),
      ...(faults.get(figures.keys[0]!) ?? { conflicts: 0, dead_letters: 0 }),
    })),
    totals: { ...shownFigures(totals, true), shared_customers: customers.shared },
    channels: channelRows(own, shared, spend),
    shared_orders: shared_value.map(({ brand_id, counted_in, orders, micros }) => ({
      brand_id,
      counted_in,
      conversions: orders,
      ...money('shared_revenue', micros),
    })),
    trend: {
      days_a_point: sales.days_a_point,
      starts: sales.starts,
      brands: in_order.map(({ keys: [brand_id] }) => ({
        brand_id,
        net_revenue_micros: sales.of(brand_id!).points.map(String),
      })),
    },
    warnings,
  };
}

const brandOf = ({ brand_id }: CreditRow): string => brand_id;

function inOrder<F extends Figures & { keys: string[] }>(brands: readonly F[]): F[] {
  return brands
    .map((figures) => ({ figures, keys: figures.keys, micros: less(figures.own, figures.shared).net_micros }))
    .sort(byRevenue)
    .map(({ figures }) => figures);
}

async function creditRows(source: CreditSource): Promise<CreditRow[]> {
  const groups = await source.groups(MAX_ROWS);
  return groups.flatMap(({ keys: [brand_id, channel, touchpoint_type], row }) =>
    row === null
      ? []
      : [
          {
            brand_id: brand_id!,
            channel: channel!,
            touchpoint_type: touchpoint_type!,
            micros: BigInt(row['c0'] as string),
            millionths: BigInt(row['m0'] as string),
          },
        ],
  );
}

function sharedValueOf(values: readonly RepeatedValue[], brand_id: string): { orders: number; net_micros: bigint } {
  const own = values.filter((value) => value.brand_id === brand_id);
  return {
    orders: own.reduce((sum, { orders }) => sum + orders, 0),
    net_micros: own.reduce((sum, { micros }) => sum + micros, 0n),
  };
}

/** Sums of spend by one of its keys. A sum with an unknown part is unknown. */
class SpendSums {
  constructor(private readonly groups: ReadonlyArray<{ keys: Array<string | null>; micros: bigint | null }>) {}

  get is_known(): boolean {
    return this.groups.every(({ micros }) => micros !== null);
  }

  /** @param place that of the key in {@link SPEND_KEYS}. */
  of(place: number, name: string | null): bigint | null {
    const own = this.groups.filter(({ keys }) => keys[place] === name);
    if (own.length === 0) return null;
    return own.reduce<bigint | null>((sum, { micros }) => (sum === null || micros === null ? null : sum + micros), 0n);
  }

  names(place: number): string[] {
    return this.groups.flatMap(({ keys }) => keys[place] ?? []);
  }
}

function channelRows(own: readonly CreditRow[], shared: readonly CreditRow[], spend: SpendSums): ReportJson[] {
  const channelOf = ({ channel }: CreditRow): string => channel;
  const [own_of, shared_of] = [earnedBy(own, channelOf), earnedBy(shared, channelOf)];
  const names = [...new Set([...own.map(channelOf), ...spend.names(1)])];
  return names
    .map((channel) => {
      const [all, repeated] = [own_of(channel), shared_of(channel)];
      return {
        keys: [channel],
        micros: all.micros - repeated.micros,
        millionths: all.millionths - repeated.millionths,
      };
    })
    .sort(byRevenue)
    .map(({ keys: [channel], micros, millionths }) => ({
      channel,
      credited_conversions: ratio(millionths, MICRO_CONVERSIONS),
      ...money('attributed_revenue', micros),
      ...spendMoney(spend.of(1, channel!)),
    }));
}

export const consolidated = defineReport({
  name: 'consolidated',
  command: 'report consolidated',
  path: '/v1/reports/consolidated',
  summary: 'Several brands side by side and together, with every shared order once',
  description:
    'Each brand has the figures of its own attribution report, in one currency. Orders with the same id in brands that `shared_orders` of the configuration names count for one of them; `shared_revenue` says what the others leave out. A key for one brand gets that brand alone, and who may see some brands gets exactly those, unless `brand_id` names one.',
  parameters: ConsolidatedParameters,
  result: ConsolidatedResult,
  main_table: { rows: 'brands' },
  own_brands: true,
  compared: CONSOLIDATED_COMPARED,
  explain: CONSOLIDATED_MEANINGS,
  run: consolidatedReport,
});
