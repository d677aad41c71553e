/** conversions -> orders -> value events: who ordered, when, and what it is worth now. docs/semantics.md 2 to 4 and 8. */
import { CONVERSION_TYPES } from '../domain/conversion.ts';
import { modelSettings } from '../domain/settings.ts';
import { MS_PER_DAY, offsetPeriods } from '../domain/time.ts';
import type { PersonDirectory } from '../identity/directory.ts';
import { brandRule } from '../identity/kept-persons.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, logNumber } from '../warehouse/position.ts';
import { floatColumn, intColumn, type Row, textColumn } from '../warehouse/schema.ts';
import type { Plan } from './plan.ts';
import { makeRates } from './rates.ts';

/** Settings as rows, so that the query can join what differs by brand and conversion type. */
async function makePolicies(snapshot: Snapshot, plan: Plan): Promise<void> {
  const rows: Row[] = [];
  for (const { brand_id, settings, start_ms, end_ms } of plan.brands) {
    for (const conversion_type of CONVERSION_TYPES) {
      const { windows, half_life_days, position } = modelSettings(settings, conversion_type);
      rows.push({
        brand_id,
        conversion_type,
        start_ms,
        end_ms,
        view_ms: Math.round(windows.view_days * MS_PER_DAY),
        email_ms: Math.round(windows.email_days * MS_PER_DAY),
        click_ms: Math.round(windows.click_days * MS_PER_DAY),
        half_life_days,
        first_share: position.first,
        last_share: position.last,
      });
    }
  }
  const columns = [
    textColumn('brand_id'),
    textColumn('conversion_type'),
    intColumn('start_ms'),
    intColumn('end_ms'),
    intColumn('view_ms'),
    intColumn('email_ms'),
    intColumn('click_ms'),
  ];
  await snapshot.relation(
    'policies',
    [...columns, floatColumn('half_life_days'), floatColumn('first_share'), floatColumn('last_share')],
    rows,
  );
}

/** Zone offsets as rows: with them a calendar day is integer arithmetic. */
async function makeOffsets(
  snapshot: Snapshot,
  plan: Plan,
  range: { from_ms: number; until_ms: number },
): Promise<void> {
  const rows = plan.brands.flatMap(({ brand_id, settings }) =>
    offsetPeriods(settings.time_zone, range.from_ms, range.until_ms).map((period) => ({ brand_id, ...period })),
  );
  await snapshot.relation(
    'day_offsets',
    [textColumn('brand_id'), intColumn('from_ms'), intColumn('until_ms'), intColumn('offset_ms')],
    rows,
  );
}

/** Ids whose person has another name; joined by key, and by text where a wrong match would move money. */
async function makePersons(snapshot: Snapshot, plan: Plan, directory: PersonDirectory): Promise<void> {
  await directory.makeRelation(
    snapshot,
    plan.positions.identity,
    plan.brands.map(({ brand_id, settings }) => brandRule(brand_id, settings)),
  );
}

/** Conversions that are not the standing one of their order, each with the one that is. */
async function makeRepeats(snapshot: Snapshot, plan: Plan): Promise<void> {
  const seen = atOrBefore('c', plan.positions.conversions);
  await snapshot.materialise(
    'repeats',
    `with shared as (select c.order_key as order_key from conversions c where ${seen} group by c.order_key having count(*) > 1),
     ranked as (
       select c.brand_id as brand_id, c.conversion_id as conversion_id,
         row_number() over (partition by c.brand_id, c.order_id order by c.occurred_at, c.conversion_id) as standing_no,
         first_value(c.conversion_id) over (partition by c.brand_id, c.order_id order by c.occurred_at, c.conversion_id) as standing_id
       from conversions c join shared s on s.order_key = c.order_key where c.order_id is not null and ${seen})
     select brand_id, conversion_id, standing_id from ranked where standing_no > 1`,
  );
}

/** Whether the plan names one order or one person; then no period cuts. */
function isNarrowed(plan: Plan): boolean {
  return plan.conversion_id !== undefined || plan.person_id !== undefined;
}

/** The names in a plan, as parameters of a query. */
function narrowing(plan: Plan): Record<string, string> {
  return {
    ...(plan.conversion_id === undefined ? {} : { conversion_id: plan.conversion_id }),
    ...(plan.person_id === undefined ? {} : { person_id: plan.person_id }),
  };
}

/** SQL that holds for the orders that a plan names. */
function narrowed(plan: Plan): string {
  return Object.keys(narrowing(plan))
    .map((name) => `o.${name} = $${name}`)
    .join(' and ');
}

/** Whether the period alone decides which orders are needed. */
function periodDecides(plan: Plan): boolean {
  return plan.adjustments === 'order_day' && plan.lookback === 'full' && !isNarrowed(plan);
}

async function makeOrders(snapshot: Snapshot, plan: Plan): Promise<void> {
  const types = plan.conversion_types
    ? `and c.conversion_type in (${plan.conversion_types.map((type) => `'${type}'`).join(', ')})`
    : '';
  const since = plan.lookback === 'since_previous_conversion';
  // With a look back, the order before counts too; makeEvents then drops what was not named.
  const named = isNarrowed(plan) && !since;
  const previous = since
    ? `lag(at_ms) over (partition by brand_id, person_key order by at_ms, conversion_id)`
    : 'int64(null)';
  await snapshot.materialise(
    'orders',
    `with standing as (
       select ${logNumber('c', plan.positions.conversions)} as order_no, c.brand_id as brand_id, c.conversion_id as conversion_id, c.order_id as order_id, c.conversion_type as conversion_type,
         c.currency as currency, int64(c.conversion_value_micros) as value_micros, epoch_ms(c.occurred_at) as at_ms,
         coalesce(c.customer_id, c.anonymous_id) as subject_id, coalesce(p.person_key, c.subject_key) as person_key,
         coalesce(p.person_id, c.customer_id, c.anonymous_id) as person_id,
         q.view_ms as view_ms, q.email_ms as email_ms, q.click_ms as click_ms, q.half_life_days as half_life_days,
         q.first_share as first_share, q.last_share as last_share, q.start_ms as start_ms, q.end_ms as end_ms
       from conversions c
       join policies q on q.brand_id = c.brand_id and q.conversion_type = c.conversion_type
       left join persons p on p.subject_key = c.subject_key and p.brand_id = c.brand_id
       left join repeats r on r.brand_id = c.brand_id and r.conversion_id = c.conversion_id
       where r.conversion_id is null and ${atOrBefore('c', plan.positions.conversions)} ${types}
         ${periodDecides(plan) ? periodFilter(plan) : ''})
     select o.*, ${previous} as previous_ms from standing o ${named ? `where ${narrowed(plan)}` : ''}`,
    named ? narrowing(plan) : {},
  );
}

/** Bounds on the stored column first, so that the engine can skip what lies outside; then each brand's own instants. */
function periodFilter(plan: Plan): string {
  const start = Math.min(...plan.brands.map((brand) => brand.start_ms));
  const end = Math.max(...plan.brands.map((brand) => brand.end_ms));
  return `and c.occurred_at >= instant(${start}) and c.occurred_at < instant(${end})
          and epoch_ms(c.occurred_at) >= q.start_ms and epoch_ms(c.occurred_at) < q.end_ms`;
}

/** Adjustments of the orders at hand; those in another currency are counted and left out. */
async function makeAdjustments(snapshot: Snapshot, plan: Plan): Promise<void> {
  const seen = atOrBefore('a', plan.positions.adjustments);
  const columns =
    'o.order_no as order_no, o.currency as order_currency, a.currency as currency, a.adjustment_id as adjustment_id, int64(a.amount_micros) as amount_micros, epoch_ms(a.occurred_at) as at_ms';
  await snapshot.materialise(
    'order_adjustments',
    `select ${columns} from adjustments a
       left join repeats r on r.brand_id = a.brand_id and r.conversion_id = a.conversion_id
       join orders o on o.brand_id = a.brand_id and o.conversion_id = coalesce(r.standing_id, a.conversion_id)
       where a.conversion_id is not null and ${seen}
     union all
     select ${columns} from adjustments a join orders o on o.brand_id = a.brand_id and o.order_id = a.order_id
       where a.conversion_id is null and ${seen}`,
  );
}

/** Adjustments in the order's currency, with the order's net value before and after each. */
const STEPS = `
  select a.order_no as order_no, a.adjustment_id as event, a.at_ms as at_ms, int128(a.amount_micros) as amount_micros,
    int128(sum128(a.amount_micros) over (partition by a.order_no order by a.at_ms, a.adjustment_id rows between unbounded preceding and current row)) as so_far_micros
  from order_adjustments a where a.currency = a.order_currency`;

/** Value events of orders at their own instants: the order itself, then each adjustment. */
const EVENTS_OWN_DAY = `
  select o.order_no as order_no, 'order' as event, o.at_ms as at_ms, int128(0) as before_micros, int128(o.value_micros) as after_micros from orders o
  union all
  select o.order_no as order_no, s.event as event, s.at_ms as at_ms, int128(o.value_micros) + s.so_far_micros - s.amount_micros as before_micros, int128(o.value_micros) + s.so_far_micros as after_micros
  from orders o join (${STEPS}) s on s.order_no = o.order_no`;

/** One value event per order, at the order's instant, with all adjustments in it. */
const EVENTS_ORDER_DAY = `
  select o.order_no as order_no, 'order' as event, o.at_ms as at_ms, int128(0) as before_micros, int128(o.value_micros) + coalesce(a.amount_micros, int128(0)) as after_micros
  from orders o left join (select order_no, sum128(amount_micros) as amount_micros from order_adjustments where currency = order_currency group by order_no) a on a.order_no = o.order_no`;

/**
 * Makes `events`: the value events of the period, each changing an order's net value from `before` to `after`, with its
 * calendar day, in the report's currency. Returns nothing of its own; `value_events` holds them before conversion.
 */
async function makeEvents(snapshot: Snapshot, plan: Plan): Promise<void> {
  const own_day = plan.adjustments === 'own_day';
  const in_period = isNarrowed(plan)
    ? narrowed(plan)
    : periodDecides(plan)
      ? '1 = 1'
      : 'v.at_ms >= o.start_ms and v.at_ms < o.end_ms';
  const spread = await readSpread(snapshot);
  const days = await dayColumns(snapshot, plan, spread);
  const value_events = `
    select v.order_no as order_no, o.brand_id as brand_id, v.event as event, v.at_ms as at_ms, ${days.event} as day_number, ${days.order} as order_day_number,
      v.before_micros as before_micros, v.after_micros as after_micros, o.currency as currency
    from (${own_day ? EVENTS_OWN_DAY : EVENTS_ORDER_DAY}) v join orders o on o.order_no = v.order_no ${days.join} where ${in_period}`;
  const parameters = narrowing(plan);
  if (spread.currencies.every((currency) => currency === plan.currency)) {
    await snapshot.materialise('events', value_events, parameters);
    return;
  }
  await snapshot.materialise('value_events', value_events, parameters);
  await convertEvents(snapshot, plan);
}

interface Spread {
  /** Of orders and adjustments. */
  from_ms: number;
  until_ms: number;
  /** The first and the last by name: all are the same if these are. */
  currencies: string[];
}

async function readSpread(snapshot: Snapshot): Promise<Spread> {
  const [row] = await snapshot.query(
    `select min(at_ms) as from_ms, max(at_ms) as until_ms, min(currency) as low, max(currency) as high
     from (select at_ms, currency from orders union all select at_ms, order_currency from order_adjustments) times`,
  );
  return {
    from_ms: Number(row!['from_ms'] ?? 0),
    until_ms: Number(row!['until_ms'] ?? 0) + 1,
    currencies: [row!['low'], row!['high']].filter((name) => typeof name === 'string'),
  };
}

/** SQL for the calendar day of a value event and of its order. In UTC a day is arithmetic alone. */
async function dayColumns(
  snapshot: Snapshot,
  plan: Plan,
  spread: Spread,
): Promise<{ event: string; order: string; join: string }> {
  const day = (at: string, offset: string): string => `floor_div(${at}${offset}, ${MS_PER_DAY})`;
  if (plan.brands.every((brand) => brand.settings.time_zone === 'UTC'))
    return { event: day('v.at_ms', ''), order: day('o.at_ms', ''), join: '' };
  await makeOffsets(snapshot, plan, spread);
  const join = (alias: string, at: string): string =>
    `join day_offsets ${alias} on ${alias}.brand_id = o.brand_id and ${at} >= ${alias}.from_ms and ${at} < ${alias}.until_ms`;
  return {
    event: day('v.at_ms', ' + d.offset_ms'),
    order: day('o.at_ms', ' + od.offset_ms'),
    join: `${join('d', 'v.at_ms')} ${join('od', 'o.at_ms')}`,
  };
}

/** Applies each order's rate to its value events; rounding is half away from zero. */
async function convertEvents(snapshot: Snapshot, plan: Plan): Promise<void> {
  await makeRates(snapshot, plan);
  const convert = (value: string): string =>
    `case when r.num = r.den then ${value} else idiv(int128(2) * ${value} * int128(r.num) + case when ${value} < 0 then -int128(r.den) else int128(r.den) end, int128(2) * int128(r.den)) end`;
  await snapshot.materialise(
    'events',
    `select v.order_no as order_no, v.brand_id as brand_id, v.event as event, v.at_ms as at_ms, v.day_number as day_number, v.order_day_number as order_day_number,
       ${convert('v.before_micros')} as before_micros, ${convert('v.after_micros')} as after_micros
     from value_events v join rates r on r.brand_id = v.brand_id and r.currency = v.currency and r.day_number = v.order_day_number`,
  );
}

/**
 * Makes the temporary tables `orders` (every order that has a value event in the period, or all that lookback needs) and
 * `events` (its value events in the period, in the report's currency).
 */
export async function makeOrdersAndEvents(snapshot: Snapshot, plan: Plan, directory: PersonDirectory): Promise<void> {
  await makePolicies(snapshot, plan);
  await makePersons(snapshot, plan, directory);
  await makeRepeats(snapshot, plan);
  await makeOrders(snapshot, plan);
  await makeAdjustments(snapshot, plan);
  await makeEvents(snapshot, plan);
  if (!periodDecides(plan))
    await snapshot.materialise('orders', 'select o.* from orders o where o.order_no in (select order_no from events)');
}
