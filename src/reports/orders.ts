/** The orders report: single orders with their paths, as the way from a sum to the receipts behind it. */
import { creditedTouches } from '../attribution/credits.ts';
import { MAX_PATH_LENGTH } from '../attribution/plan.ts';
import { attribute } from '../attribution/query.ts';
import { money, ratio } from '../domain/money.ts';
import { choice } from '../domain/parameter.ts';
import { formatInstant, MS_PER_DAY } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { Parameter, Snapshot } from '../warehouse/port.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { materialise } from '../warehouse/relation.ts';
import { answerOnce } from './answers.ts';
import { reportHead } from './config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from './context.ts';
import { defineReport } from './declare.ts';
import { applyFilters, type Filtered, type Filters, readFilters } from './filters.ts';
import { DEFAULT_WEEK_START, groupKey, TOUCH_KEY_NAMES } from './groups.ts';
import { NO_MODEL_PARAMETERS } from './parameters.ts';
import { pathText } from './paths/path-names.ts';
import { LISTED_ORDERS } from './relations.ts';
import { resolveParameters } from './resolve.ts';
import { ORDERS_MEANINGS, OrdersResult } from './results/orders.ts';
import { readWarnings } from './warnings.ts';

const DEFAULTS = { by: 'channel', limit: 50 } as const;
const MAX_NAME_LENGTH = 600;

const { compare: _compare, ...UNCOMPARED } = NO_MODEL_PARAMETERS;
const OrdersParameters = Type.Object(
  {
    ...UNCOMPARED,
    by: Type.Optional(choice(TOUCH_KEY_NAMES, `What names a touch; ${DEFAULTS.by} when left out`)),
    path: Type.Optional(
      Type.Array(Type.String({ maxLength: MAX_NAME_LENGTH }), {
        minItems: 1,
        maxItems: MAX_PATH_LENGTH,
        description:
          'Only orders with exactly this path: given once for each touch, from the oldest to the newest, as `by` names them; empty is a missing value',
        'x-value': 'touch',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description: `Orders that are listed, the newest ones; ${DEFAULTS.limit} when left out`,
        'x-flag': 'top',
        'x-value': 'orders',
      }),
    ),
  },
  { additionalProperties: false },
);

export async function ordersReport(
  context: ReportContext,
  parameters: Static<typeof OrdersParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, by, path = null, limit, ...shared } = { ...DEFAULTS, ...parameters };
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  const column = groupKey('by', by).touch_column!;
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'orders', by, path, limit },
      filters,
      touch_columns: [column],
    });
    return answerOnce(context, resolved, '', async () => {
      const { plan } = resolved;
      const query = await attribute(snapshot, plan, context.directory);
      const filtered = await applyFilters(snapshot, plan, query, filters, DEFAULT_WEEK_START);
      const found_orders = await chooseListed(snapshot, filtered, { filters, column, path, limit });
      const names = await pathsOfListed(snapshot, filtered, column);
      return {
        ...reportHead(resolved, context.clock()),
        by,
        found_orders,
        orders: await listedRows(snapshot, filtered, names),
        warnings: await readWarnings(snapshot, plan, filtered.chosen),
      };
    });
  }, readOptions(context));
}

interface Choice {
  filters: Filters;
  column: string;
  path: readonly string[] | null;
  limit: number;
}

/** Makes `listed_orders`, the newest orders that are asked for. @returns how many there are in all. */
async function chooseListed(snapshot: Snapshot, { chosen, shown }: Filtered, asked: Choice): Promise<number> {
  const { filters, column, path, limit } = asked;
  const of_touches =
    filters.of_touches.length === 0
      ? ''
      : `and o.order_no in (select order_no from ${shown.credits.name} where counted = 1)`;
  const { sql, parameters } = path === null ? { sql: '', parameters: {} } : withPath(chosen, column, path);
  const from = `from ${chosen.orders.name} o where o.order_no in (select order_no from ${chosen.events.name} where event = 'order') ${of_touches} ${sql}`;
  const [size] = await snapshot.query(`select count(*) as n ${from}`, parameters);
  await materialise(
    snapshot,
    LISTED_ORDERS,
    `select o.order_no as order_no ${from} order by o.at_ms desc, o.conversion_id limit ${limit}`,
    parameters,
  );
  return read(size, { n: 'number' }).n;
}

/** SQL that is true for orders `o` with exactly this path. */
function withPath(
  chosen: Filtered['chosen'],
  column: string,
  path: readonly string[],
): { sql: string; parameters: Record<string, Parameter> } {
  const parameters: Record<string, Parameter> = {};
  const places = path.map((name, i) => {
    if (name === '') return `(c.k = ${i + 1} and t.${column} is null)`;
    parameters[`place${i}`] = name;
    return `(c.k = ${i + 1} and t.${column} = $place${i})`;
  });
  const sql = `and o.order_no in (
    select c.order_no from ${creditedTouches(chosen)} where c.counted = 1 group by c.order_no
    having count(*) = ${path.length} and count_where(${places.join(' or ')}) = ${path.length})`;
  return { sql, parameters };
}

interface Path {
  names: Array<string | null>;
  /** From the first touch to the order. */
  age_ms: number;
}

async function pathsOfListed(snapshot: Snapshot, { chosen }: Filtered, column: string): Promise<Map<number, Path>> {
  const rows = await snapshot.query(
    `select c.order_no as order_no, t.${column} as name, c.age_ms as age_ms from ${creditedTouches(chosen)}
     where c.counted = 1 and c.order_no in (select order_no from ${LISTED_ORDERS.name}) order by c.order_no, c.k`,
  );
  const paths = new Map<number, Path>();
  for (const { order_no, name, age_ms } of readAll(rows, { order_no: 'number', name: 'text?', age_ms: 'number' })) {
    const path = paths.get(order_no) ?? { names: [], age_ms };
    path.names.push(name);
    paths.set(order_no, path);
  }
  return paths;
}

const LISTED = {
  order_no: 'number',
  conversion_id: 'text',
  order_id: 'text?',
  brand_id: 'text',
  conversion_type: 'text',
  at_ms: 'number',
  micros: 'bigint',
} as const;

async function listedRows(
  snapshot: Snapshot,
  { chosen }: Filtered,
  paths: ReadonlyMap<number, Path>,
): Promise<ReportJson[]> {
  const rows = await snapshot.query(
    `select o.order_no as order_no, o.conversion_id as conversion_id, o.order_id as order_id, o.brand_id as brand_id, o.conversion_type as conversion_type,
       o.at_ms as at_ms, text128(e.micros) as micros
     from ${chosen.orders.name} o
       join (select order_no, sum128(after_micros - before_micros) as micros from ${chosen.events.name} group by order_no) e on e.order_no = o.order_no
     where o.order_no in (select order_no from ${LISTED_ORDERS.name}) order by o.at_ms desc, o.conversion_id`,
  );
  return readAll(rows, LISTED).map(({ order_no, at_ms, micros, ...row }) => {
    const { names, age_ms } = paths.get(order_no) ?? { names: [], age_ms: null };
    return {
      ...row,
      occurred_at: formatInstant(at_ms),
      ...money('net_revenue', micros),
      touches: names.length,
      days_to_order: age_ms === null ? null : ratio(age_ms, MS_PER_DAY),
      path: names,
      path_text: pathText(names),
    };
  });
}

export const orders = defineReport({
  name: 'orders',
  command: 'report orders',
  path: '/v1/reports/orders',
  summary: 'Single orders with their paths',
  description:
    'The newest orders of the period with the touches before each, also those with exactly one path. The receipt of an order says what each touch earned and why. No person is named.',
  parameters: OrdersParameters,
  result: OrdersResult,
  persons: true,
  main_table: { rows: 'orders' },
  explain: ORDERS_MEANINGS,
  run: ordersReport,
});
