/** Warnings about the numbers of a report. */
import { MAX_PATH_LENGTH, type Plan } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Row } from '../warehouse/schema.ts';
import { refundCounts, unknownRefunds } from './refund-warnings.ts';
import { retentionWarnings } from './retention-warnings.ts';
import type { Warning } from './warning.ts';

/** What the models say of their artifacts. Two models of one artifact say it once. */
function notesOf({ models }: Plan): Warning[] {
  const all = models.flatMap(({ scores }) => scores?.notes.warnings ?? []);
  return [...new Map(all.map((warning) => [warning.message, warning])).values()];
}

/** What the warnings of a report count. With a custom or fitted model also `zero0`, `zero1` and so on, by number of the model. */
export type WarningCounts = Readonly<
  Record<'foreign_ones' | 'crowded_ones' | 'cut' | 'refunded_beyond' | 'refunds_unknown' | `zero${number}`, number>
>;

/** The models that may give a whole path no weight, with their numbers. */
const openModels = ({ models }: Plan) =>
  models.map((model, i) => ({ model, i })).filter(({ model }) => model.peak === undefined && !model.absolute);

/** The orders of a report, and what became of their paths: relations of the query, or counts where paths were made in memory. */
type Warned = Pick<Attribution, 'orders' | 'events' | 'adjustments'> &
  (Pick<Attribution, 'credits' | 'crowded'> | { path_counts: PathCounts });

/** Counts of orders by what became of their paths. */
export type PathCounts = Pick<WarningCounts, 'crowded_ones' | 'cut' | `zero${number}`>;

/** The warnings of a report that credits orders. */
export async function readWarnings(snapshot: Snapshot, plan: Plan, query: Warned): Promise<Warning[]> {
  const { adjustments, events } = query;
  const shown = `in (select order_no from ${events.name})`;
  const of_paths = 'path_counts' in query ? [] : pathCounts(plan, query).map((sql, i) => `cross join (${sql}) p${i}`);
  const [row] = await snapshot.query(
    `select * from (select count(*) as foreign_ones from ${adjustments.name} where currency <> order_currency and order_no ${shown}) f
     cross join ${refundCounts(plan, query)} r ${of_paths.join(' ')}`,
  );
  const refunds_unknown = await unknownRefunds(snapshot, plan, row!);
  const known = 'path_counts' in query ? query.path_counts : {};
  return warningsOf(plan, { ...(countsOf(row!) as WarningCounts), ...known, refunds_unknown });
}

/** SQL for the counts of {@link PathCounts}, each one row. */
function pathCounts(
  plan: Plan,
  { credits, crowded, events }: Pick<Attribution, 'credits' | 'crowded' | 'events'>,
): string[] {
  const open = openModels(plan);
  const zeros = open.map(({ i }) => `count_where(w${i} = 0.0) as zero${i}`);
  const peaks = open.map(({ i }) => `, max(w${i}) as w${i}`).join('');
  return [
    `select ${[`count_where(places > ${MAX_PATH_LENGTH}) as cut`, ...zeros].join(', ')}
     from (select order_no, max(places) as places${peaks} from ${credits.name} group by order_no) paths`,
    crowded
      ? `select count(*) as crowded_ones from ${crowded.name} where order_no in (select order_no from ${events.name})`
      : 'select 0 as crowded_ones',
  ];
}

const countsOf = (row: Row): Record<string, number> =>
  Object.fromEntries(Object.entries(row).map(([name, count]) => [name, Number(count ?? 0)]));

/** The warnings that counts of a report give. */
export function warningsOf(plan: Plan, counts: WarningCounts): Warning[] {
  const warnings: Warning[] = [];
  const warn = (name: keyof WarningCounts, code: string, message: string): void => {
    const count = counts[name] ?? 0;
    if (count > 0) warnings.push({ code, count, message });
  };
  warn(
    'foreign_ones',
    'adjustment_currency',
    "adjustments are in another currency than their order and were left out; send them in the order's currency",
  );
  warn(
    'crowded_ones',
    'candidates_cut',
    'orders have more touchpoints in their windows than an order keeps; only the newest count. If many people share an id, `doctor` names it',
  );
  warn('cut', 'path_cut', `paths are longer than ${MAX_PATH_LENGTH} touches; only the newest count`);
  for (const { model, i } of openModels(plan))
    warn(`zero${i}`, 'zero_weights', `paths have only zero weights under ${model.name}; their touches share equally`);
  warn(
    'refunded_beyond',
    'refunds_beyond_order',
    'orders lost more by refunds and other adjustments than they were worth, so their revenue is below zero',
  );
  warn(
    'refunds_unknown',
    'refunds_of_unknown_orders',
    'refunds and other adjustments of the period name an order that is not known, and have no effect until it arrives; check their order_id or conversion_id',
  );
  return [...warnings, ...retentionWarnings(plan), ...notesOf(plan)];
}
