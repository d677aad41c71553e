/**
 * The orders that each claimant may claim: those with a touch of its campaigns within its own windows, by people or machines. It
 * reads the touches of the period's orders again, as far back as the longest window that a claim names. docs/semantics.md 15.
 */
import { readTimeBounds } from '../../attribution/bounds.ts';
import type { Plan } from '../../attribution/plan.ts';
import type { Attribution } from '../../attribution/query.ts';
import { atRate } from '../../attribution/rates.ts';
import { ORDERS, RATES, VALUE_EVENTS } from '../../attribution/relations.ts';
import { makeTouchesOfOrders, touchesWith } from '../../attribution/touches.ts';
import { windowColumn } from '../../domain/settings.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import { MACHINE_VERDICTS, VIEW_TYPES } from '../../domain/touchpoint.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { columnsOf, fill, materialise, numbered, type Relation } from '../../warehouse/relation.ts';
import type { Row } from '../../warehouse/schema.ts';
import { textList } from '../../warehouse/sql-text.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { CLAIM_LABELS, CLAIM_ORDERS, CLAIM_OWN_TOUCHES, CLAIM_TOUCHES } from './relations.ts';
import type { ClaimTargets } from './targets.ts';
import type { ClaimantRules } from './windows.ts';

const windowMs = (days: number): number => Math.round(days * MS_PER_DAY);

/** Makes `claim_orders`. The value before refunds is that of the order itself; it is 0 if only a refund lies in the period. */
function makeClaimOrders(snapshot: Snapshot, plan: Plan, { orders, events, times }: Attribution): Promise<Relation> {
  const is_foreign = times.currencies.some((currency) => currency !== plan.currency);
  const rates = is_foreign
    ? `left join ${VALUE_EVENTS.name} v on v.order_no = o.order_no and v.event = 'order'
       left join ${RATES.name} r on r.brand_id = v.brand_id and r.currency = v.currency and r.day_number = v.order_day_number`
    : '';
  const value = is_foreign ? atRate('int128(o.value_micros)') : 'int128(o.value_micros)';
  return materialise(
    snapshot,
    CLAIM_ORDERS,
    `select o.order_no as order_no, o.brand_id as brand_id, o.conversion_type as conversion_type, o.at_ms as at_ms,
       e.net_micros as net_micros, case when e.orders = 1 then ${value} else int128(0) end as gross_micros
     from ${orders.name} o join (
       select order_no, sum128(after_micros - before_micros) as net_micros, count_where(event = 'order') as orders
       from ${events.name} group by order_no) e on e.order_no = o.order_no ${rates}`,
  );
}

/** A copy of the orders of which each window is at least as long as the longest that a claim names. */
function makeWideOrders(snapshot: Snapshot, orders: Relation, rules: readonly ClaimantRules[]): Promise<Relation> {
  const longest = (of: 'click_days' | 'view_days'): number =>
    Math.max(0, ...rules.map(({ window }) => window?.[of] ?? 0));
  const widened = (column: string, days: number): [string, string] => [
    column,
    `case when o.${column} < int64(${windowMs(days)}) then int64(${windowMs(days)}) else o.${column} end`,
  ];
  const columns = columnsOf(
    ORDERS,
    'o',
    Object.fromEntries([
      widened(windowColumn('view_days'), longest('view_days')),
      widened(windowColumn('email_days'), longest('click_days')),
      widened(windowColumn('click_days'), longest('click_days')),
    ]),
  );
  return materialise(snapshot, numbered(ORDERS, 1), `select ${columns} from ${orders.name} o`);
}

const MAX_LABELS = 100_000;

/** Makes `claim_labels`: what each claimant claims of the labels of candidates. @returns false if there are too many of them. */
async function makeClaimLabels(
  snapshot: Snapshot,
  candidates: Relation,
  targets: ClaimTargets,
  rules: readonly ClaimantRules[],
): Promise<boolean> {
  const found = await snapshot.query(
    `select distinct v.brand_id as brand_id, c.channel as channel, c.campaign_id as campaign_id
     from ${candidates.name} c join ${CLAIM_ORDERS.name} v on v.order_no = c.order_no limit ${MAX_LABELS + 1}`,
  );
  if (found.length > MAX_LABELS) return false;
  const numbers = new Map(rules.map(({ claimant }, number) => [claimant, number]));
  const rows = new Map<string, Row>();
  const turns = new WorkTurns();
  for (const label of readAll(found, { brand_id: 'text', channel: 'text', campaign_id: 'text?' })) {
    if (turns.ends()) await turns.next();
    for (const { claimant } of targets.of(label)) {
      const claimant_no = numbers.get(claimant)!;
      const { window } = rules[claimant_no]!;
      const row = {
        ...label,
        campaign_id: label.campaign_id ?? '',
        claimant_no,
        is_declared: window === null ? 0 : 1,
        click_ms: window === null || window.click_days === 0 ? -1 : windowMs(window.click_days),
        view_ms: window === null || window.view_days === 0 ? -1 : windowMs(window.view_days),
      };
      rows.set(JSON.stringify([row.brand_id, row.channel, row.campaign_id, claimant_no]), row);
    }
  }
  await fill(snapshot, CLAIM_LABELS, [...rows.values()]);
  return true;
}

/**
 * Makes `claim_orders`, `claim_own_touches` and `claim_touches`. It replaces the candidates of the query, so everything else is read before.
 * @returns false if the touches have too many labels.
 */
export async function makeClaimTouches(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  targets: ClaimTargets,
  rules: readonly ClaimantRules[],
): Promise<boolean> {
  await makeClaimOrders(snapshot, plan, query);
  const own = touchesWith(query, ['order_no', 'touch_no']);
  await materialise(snapshot, CLAIM_OWN_TOUCHES, `select c.order_no as order_no, c.touch_no as touch_no from ${own} c`);
  const wide: Plan = {
    ...plan,
    include_machine: true,
    exclude_direct: false,
    collapse: 'none',
    lookback: 'full',
    touch_columns: ['verdict'],
  };
  const orders = await makeWideOrders(snapshot, query.orders, rules);
  const times = await readTimeBounds(snapshot, wide, orders, query.adjustments);
  const { candidates } = await makeTouchesOfOrders(snapshot, wide, { orders, events: query.events }, times);
  if (!(await makeClaimLabels(snapshot, candidates, targets, rules))) return false;
  const is_view = `c.touchpoint_type in (${textList(VIEW_TYPES)})`;
  const is_machine = `coalesce(c.verdict, 'unknown') in (${textList(MACHINE_VERDICTS)})`;
  const by_own_rule = `case when ${is_view} then c.age_ms <= g.view_ms else c.age_ms <= g.click_ms end`;
  const within = `case when g.is_declared = 1 then ${by_own_rule} else w.touch_no is not null end`;
  await materialise(
    snapshot,
    CLAIM_TOUCHES,
    `select order_no, claimant_no, sum(is_own) as own_touches, max(is_within * (1 - is_machine) * (1 - is_view)) as is_clicked,
       max(is_within * (1 - is_machine) * is_view) as is_viewed, max(is_within * is_machine) as is_machine,
       max(case when is_within = 1 or is_own = 1 then at_ms else int64(0) end) as touched_ms
     from (
       select c.order_no as order_no, g.claimant_no as claimant_no, c.at_ms as at_ms, case when w.touch_no is not null then 1 else 0 end as is_own,
         case when ${within} then 1 else 0 end as is_within, case when ${is_view} then 1 else 0 end as is_view, case when ${is_machine} then 1 else 0 end as is_machine
       from ${candidates.name} c join ${CLAIM_ORDERS.name} v on v.order_no = c.order_no
       join ${CLAIM_LABELS.name} g on g.brand_id = v.brand_id and g.channel = c.channel and g.campaign_id = coalesce(c.campaign_id, '')
       left join ${CLAIM_OWN_TOUCHES.name} w on w.order_no = c.order_no and w.touch_no = c.touch_no) touched
     group by order_no, claimant_no having max(is_within) = 1 or max(is_own) = 1`,
  );
  return true;
}
