/** The report on single credits: each row is one value event and one touch that earned a part of it, with their places in the log. */
import { creditedTouches } from '../../attribution/credits.ts';
import type { Plan } from '../../attribution/plan.ts';
import { attribute } from '../../attribution/query.ts';
import { unattributedOf } from '../../attribution/unattributed.ts';
import { money } from '../../domain/money.ts';
import { formatInstant } from '../../domain/time.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { rowPlaces } from '../../warehouse/position.ts';
import { read, readAll } from '../../warehouse/read-row.ts';
import { answerOnce } from '../answers.ts';
import { reportHead } from '../config-hash.ts';
import { type ReportContext, type ReportJson, readOptions } from '../context.ts';
import { defineReport } from '../declare.ts';
import { applyFilters, type Filtered, type Filters, readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { ONE_MODEL_PARAMETERS } from '../parameters.ts';
import { resolveParameters } from '../resolve.ts';
import { CREDIT_ROWS_MEANINGS, CreditRowsResult } from '../results/credit-rows.ts';
import { readWarnings } from '../warnings.ts';

const DEFAULT_LIMIT = 100;
const MOST_ROWS = 10_000;
const { compare: _compare, ...SHARED } = ONE_MODEL_PARAMETERS;

export const CreditRowsParameters = Type.Object(
  {
    ...SHARED,
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MOST_ROWS,
        description: `Rows that are listed, the newest ones; ${DEFAULT_LIMIT} when left out`,
        'x-flag': 'top',
        'x-value': 'rows',
      }),
    ),
  },
  { additionalProperties: false },
);

async function creditRowsReport(
  context: ReportContext,
  parameters: Static<typeof CreditRowsParameters>,
  options: { key_brand_id: string | null },
): Promise<ReportJson> {
  const { filter, limit = DEFAULT_LIMIT, ...shared } = parameters;
  const filters = readFilters(filter, DEFAULT_WEEK_START);
  return context.warehouse.read(async (snapshot) => {
    const resolved = await resolveParameters(snapshot, context, shared, {
      ...options,
      extra: { report: 'credits', limit },
      filters,
      touch_columns: ['touchpoint_id'],
    });
    return answerOnce(context, resolved, '', async () => {
      const { plan } = resolved;
      const query = await attribute(snapshot, plan, context.directory);
      const filtered = await applyFilters(snapshot, plan, query, filters, DEFAULT_WEEK_START);
      const rows = rowsOf(plan, filtered, filters);
      const { found, ...sums } = await readSums(snapshot, rows);
      return {
        ...reportHead(resolved, context.clock()),
        attribution_model: plan.models[0]!.name,
        found_credits: found,
        totals: {
          ...money('attributed_revenue', sums.attributed_micros),
          ...money('unattributed_revenue', sums.unattributed_micros),
        },
        credits: await listedRows(snapshot, plan, rows, limit),
        warnings: await readWarnings(snapshot, plan, filtered.chosen),
      };
    });
  }, readOptions(context));
}

/**
 * SQL for the rows: credits, then value that no touch earned. A filter about touches chooses credits only, so with one there is no value
 * without a touch.
 */
function rowsOf(plan: Plan, { chosen, shown }: Filtered, filters: Filters): string {
  const order =
    'o.brand_id as brand_id, o.conversion_id as conversion_id, o.order_id as order_id, o.order_no as order_no';
  const credits = `select ${order}, c.event as value_event, e.at_ms as valued_ms, t.touch_no as touch_no, t.touchpoint_id as touchpoint_id,
      t.touchpoint_type as touchpoint_type, t.channel as channel, t.campaign_id as campaign_id, t.email_id as email_id, t.at_ms as touched_ms,
      c.m0 as weight, c.c0 as micros, null as reason
    from ${creditedTouches(shown)} join ${shown.orders.name} o on o.order_no = c.order_no
      join ${shown.events.name} e on e.order_no = c.order_no and e.event = c.event`;
  if (filters.of_touches.length > 0) return credits;
  return `${credits} union all
    select ${order}, u.event, e.at_ms, null, null, null, null, null, null, null, int64(0), u.micros, u.reason
    from (${unattributedOf(plan, chosen, 0)}) u join ${chosen.orders.name} o on o.order_no = u.order_no
      join ${chosen.events.name} e on e.order_no = u.order_no and e.event = u.event`;
}

async function readSums(snapshot: Snapshot, rows: string) {
  const sum = (condition: string): string =>
    `text128(coalesce(sum128(case when ${condition} then micros else int128(0) end), int128(0)))`;
  const [row] = await snapshot.query(
    `select count(*) as found, ${sum('reason is null')} as attributed_micros, ${sum('reason is not null')} as unattributed_micros from (${rows}) r`,
  );
  return read(row, { found: 'number', attributed_micros: 'bigint', unattributed_micros: 'bigint' });
}

const LISTED_ROW = {
  brand_id: 'text',
  conversion_id: 'text',
  order_id: 'text?',
  order_no: 'bigint',
  value_event: 'text',
  valued_ms: 'number',
  touch_no: 'bigint?',
  touchpoint_id: 'text?',
  touchpoint_type: 'text?',
  channel: 'text?',
  campaign_id: 'text?',
  email_id: 'text?',
  touched_ms: 'number?',
  weight: 'bigint',
  micros: 'bigint',
  reason: 'text?',
} as const;

async function listedRows(snapshot: Snapshot, plan: Plan, rows: string, limit: number): Promise<ReportJson[]> {
  const listed = await snapshot.query(
    `select brand_id, conversion_id, order_id, order_no, value_event, valued_ms, touch_no, touchpoint_id, touchpoint_type, channel, campaign_id, email_id,
       touched_ms, weight, text128(micros) as micros, reason
     from (${rows}) r order by valued_ms desc, brand_id, conversion_id, value_event, touched_ms, touchpoint_id, reason limit ${limit}`,
  );
  const placeOf = rowPlaces(plan.positions.conversions);
  const touchPlaceOf = rowPlaces(plan.positions.touchpoints);
  return readAll(listed, LISTED_ROW).map(
    ({ order_no, touch_no, valued_ms, touched_ms, weight, micros, reason, ...row }) => ({
      brand_id: row.brand_id,
      conversion_id: row.conversion_id,
      order_id: row.order_id,
      value_event: row.value_event,
      valued_at: formatInstant(valued_ms),
      order_row: placeOf(order_no),
      touchpoint_id: row.touchpoint_id,
      touchpoint_type: row.touchpoint_type,
      channel: row.channel,
      campaign_id: row.campaign_id,
      email_id: row.email_id,
      touched_at: touched_ms === null ? null : formatInstant(touched_ms),
      touchpoint_row: touch_no === null ? null : touchPlaceOf(touch_no),
      attribution_weight_millionths: String(weight),
      ...money('attributed_revenue', micros),
      reason,
    }),
  );
}

export const creditRows = defineReport({
  name: 'credits',
  command: 'report credits',
  path: '/v1/reports/credits',
  summary: 'The rows behind a sum: each order, each touch that earned a part of it, and where both stand in the log',
  description:
    'One row for each value event and touch that earned a part of it, and one for value that no touch earned. The sums of the rows are the figures of the attribution report with the same question and filters.',
  parameters: CreditRowsParameters,
  result: CreditRowsResult,
  main_table: { rows: 'credits' },
  explain: CREDIT_ROWS_MEANINGS,
  persons: true,
  run: creditRowsReport,
});
