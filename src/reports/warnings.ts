/** Warnings about the numbers of a report. */
import { MAX_PATH_LENGTH, type Plan } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { refundCounts, refundWarnings } from './refund-warnings.ts';
import type { Warning } from './warning.ts';

/** The warnings of a report that credits orders. */
export async function readWarnings(snapshot: Snapshot, plan: Plan, query: Attribution): Promise<Warning[]> {
  const { adjustments, credits, crowded, events } = query;
  const open = plan.models
    .map((model, i) => ({ model, i }))
    .filter(({ model }) => model.peak === undefined && !model.absolute);
  const zeros = open.map(({ i }) => `count_where(w${i} = 0.0) as zero${i}`);
  const peaks = open.map(({ i }) => `, max(w${i}) as w${i}`).join('');
  const [row] = await snapshot.query(
    `select f.*, p.*, x.*, r.*
     from (select count(*) as foreign_ones from ${adjustments.name} where currency <> order_currency and order_no in (select order_no from ${events.name})) f
     cross join (
       select ${[`count_where(places > ${MAX_PATH_LENGTH}) as cut`, ...zeros].join(', ')}
       from (select order_no, max(places) as places${peaks} from ${credits.name} group by order_no) paths) p
     cross join (select ${crowded ? `count(*) as crowded_ones from ${crowded.name}` : '0 as crowded_ones'}) x
     cross join ${refundCounts(plan, query)} r`,
  );
  const warnings: Warning[] = [];
  const warn = (name: string, code: string, message: string): void => {
    const count = Number(row![name] ?? 0);
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
  for (const { model, i } of open)
    warn(`zero${i}`, 'zero_weights', `paths have only zero weights under ${model.name}; their touches share equally`);
  return [...warnings, ...(await refundWarnings(snapshot, plan, row!))];
}
