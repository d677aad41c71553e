/** The orders of people by the query in the engine. */
import { creditedTouches } from '../../attribution/credits.ts';
import { makeBrandPeriods, makeOrdersAndEvents } from '../../attribution/orders.ts';
import { PERSON_GROUPS } from '../../attribution/plan.ts';
import { attribute } from '../../attribution/query.ts';
import {
  BRAND_PERIODS,
  CREDITS,
  EVENTS,
  ORDERS,
  type OrderRelations,
  UNATTRIBUTED,
} from '../../attribution/relations.ts';
import { makeMembers } from '../../attribution/touches.ts';
import { Growing } from '../../histories/growing.ts';
import { keyHalves } from '../../histories/key-index.ts';
import { valueColumns } from '../../models/order-value.ts';
import type { Columns, Parameter, Snapshot } from '../../warehouse/port.ts';
import { materialise, numbered, type Relation } from '../../warehouse/relation.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportContext } from '../context.ts';
import { creditsInSql } from '../credits-in-sql.ts';
import { chooseOrders, isAboutSegments } from '../filters.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { readWarnings } from '../warnings.ts';
import { type Lifetimes, refuseMoreEvents } from './lifetimes.ts';
import {
  firstSegments,
  type LifetimesAsked,
  type LifetimesRead,
  makeFirstOrders,
  UNGROUPED,
} from './lifetimes-asked.ts';
import { ASKED_PEOPLE, FIRST_ORDER_EVENTS, PATH_FACTS } from './relations.ts';

export async function lifetimesInSql(
  snapshot: Snapshot,
  context: ReportContext,
  asked: LifetimesAsked,
): Promise<LifetimesRead> {
  const { plan } = asked;
  if (!asked.with_paths) {
    const made = await makeOrdersAndEvents(snapshot, plan, context.directory);
    const query = { ...made, members: await makeMembers(snapshot, made.orders) };
    const { lifetimes, until_ms } = await readOrders(snapshot, asked, query, null);
    return { lifetimes, until_ms, credit: null, warnings: await orderWarnings(snapshot, asked, made) };
  }
  const query = await attribute(snapshot, plan, context.directory);
  const paths = await materialise(
    snapshot,
    PATH_FACTS,
    `select c.order_no as order_no, max(case when c.k = 1 then t.channel end) as channel, max(case when c.k = 1 then t.campaign_id end) as campaign_id,
       max(t.is_email) as has_email
     from ${creditedTouches(query)} where c.counted = 1 group by c.order_no`,
  );
  const { lifetimes, until_ms, people } = await readOrders(snapshot, asked, query, paths);
  // Numbers 1 and 2 belong to filters.
  const among = (relation: Relation, source: Relation): Promise<Relation> =>
    materialise(
      snapshot,
      numbered(relation, 3),
      `select c.* from ${source.name} c where c.order_no in (
         select order_no from ${query.orders.name} where person_key in (select person_key from ${people.name}))`,
    );
  const chosen = {
    ...query,
    orders: await among(ORDERS, query.orders),
    events: await among(EVENTS, query.events),
    credits: await among(CREDITS, query.credits),
    unattributed: await among(UNATTRIBUTED, query.unattributed),
  };
  const credit = creditsInSql(snapshot, plan, { all: query, chosen, shown: chosen }, UNGROUPED);
  return { lifetimes, until_ms, credit, warnings: await orderWarnings(snapshot, asked, query) };
}

/** The warnings about the values of all orders. */
function orderWarnings(
  snapshot: Snapshot,
  { plan }: LifetimesAsked,
  { orders, events, adjustments }: OrderRelations,
): ReturnType<typeof readWarnings> {
  const path_counts = { cut: 0, crowded_ones: 0 };
  return readWarnings(snapshot, plan, { orders, events, adjustments, path_counts });
}

type Ordered = OrderRelations & { members: Relation };

/** Reads the orders. Also makes `asked_people`, the people whom the report chooses. */
async function readOrders(
  snapshot: Snapshot,
  asked: LifetimesAsked,
  query: Ordered,
  paths: Relation | null,
): Promise<Pick<LifetimesRead, 'lifetimes' | 'until_ms'> & { people: Relation }> {
  const { plan, filters, periods } = asked;
  const firsts = await makeFirstOrders(snapshot, query.orders);
  const events = await materialise(
    snapshot,
    FIRST_ORDER_EVENTS,
    `select e.* from ${query.events.name} e where e.event = 'order' and e.order_no in (select order_no from ${firsts.name})`,
  );
  const first = { orders: firsts, events, members: query.members, repeats: query.repeats };
  const passing = (await chooseOrders(snapshot, plan, first, filters, DEFAULT_WEEK_START)).orders;
  await makeBrandPeriods(snapshot, {
    ...plan,
    brands: plan.brands.map((brand, place) => ({ ...brand, ...boundsOf(periods[place]!) })),
  });
  const people = await materialise(
    snapshot,
    ASKED_PEOPLE,
    `select o.person_key as person_key from ${passing.name} o join ${BRAND_PERIODS.name} b on b.brand_id = o.brand_id
     where o.at_ms >= b.start_ms and o.at_ms < b.end_ms`,
  );
  const segments = asked.with_segments
    ? await firstSegments(snapshot, { ...asked, filters: noSegments(asked) }, query)
    : null;
  const [last] = await snapshot.query<{ at_ms: number | null }>(
    `select float64(max(at_ms)) as at_ms from ${query.orders.name}`,
  );
  const lifetimes = await readRows(snapshot, asked, query, { passing, people, segments, paths });
  return { lifetimes, until_ms: last?.at_ms ?? null, people };
}

const boundsOf = ({ start_ms, end_ms }: { start_ms: number; end_ms: number }) => ({ start_ms, end_ms });

/** The filters that are not about segments: those were applied. */
function noSegments({ filters }: LifetimesAsked): LifetimesAsked['filters'] {
  return { ...filters, of_events: filters.of_events.filter((filter) => !isAboutSegments(filter)) };
}

interface Sources {
  passing: Relation;
  people: Relation;
  segments: Relation | null;
  paths: Relation | null;
}

/** The columns of numbers, in the order of the query. */
const NUMBERS = 8;

async function readRows(
  snapshot: Snapshot,
  { plan, only_chosen }: LifetimesAsked,
  query: Ordered,
  sources: Sources,
): Promise<Lifetimes> {
  const { passing, people, segments, paths } = sources;
  const brand_no = plan.brands.map((_, i) => `when o.brand_id = $brand${i} then ${i}`).join(' ');
  const parameters: Record<string, Parameter> = Object.fromEntries(
    plan.brands.map(({ brand_id }, i) => [`brand${i}`, brand_id]),
  );
  const of_paths =
    paths === null
      ? 'null as has_email, null as channel, null as campaign_id'
      : 'float64(f.has_email) as has_email, f.channel as channel, f.campaign_id as campaign_id';
  const rows = new Rows();
  await snapshot.columns(
    `select ${keyHalves('o.person_key', 'person')}, float64(case ${brand_no} end) as brand_no, float64(o.at_ms) as order_ms,
       float64(case when e.event = 'order' then 1 else 0 end) as is_order, float64(e.day_number) as day_number,
       float64(case when o.person_key in (select person_key from ${people.name}) then 1 else 0 end) as is_chosen, ${valueColumns('(e.after_micros - e.before_micros)')},
       ${segments === null ? 'null' : 's.segment'} as segment, ${of_paths}
     from ${query.orders.name} o join ${query.events.name} e on e.order_no = o.order_no
       ${segments === null ? '' : `left join ${segments.name} s on s.order_no = o.order_no`}
       ${paths === null ? '' : `left join ${paths.name} f on f.order_no = o.order_no`}
     where o.person_key in (select person_key from ${(only_chosen ? people : passing).name})
     order by o.person_key, o.at_ms, o.conversion_id, case when e.event = 'order' then 0 else 1 end, e.at_ms, e.event`,
    parameters,
    (part) => rows.add(part),
  );
  return rows.lifetimes(segments !== null, paths !== null);
}

/** The rows of the query: value events, those of one order and one person together, the order itself first. */
class Rows {
  private readonly numbers = new Growing(NUMBERS);
  private readonly large = new Map<number, bigint>();
  private readonly segment: Array<string | null> = [];
  private readonly channel: Array<string | null> = [];
  private readonly campaign_id: Array<string | null> = [];
  private readonly has_email: Array<number | null> = [];

  add(part: Columns): void {
    const [large, segment, has_email, channel, campaign_id] = part.cells.slice(NUMBERS) as Array<
      ArrayLike<string | null>
    >;
    for (let i = 0; i < part.rows; i++) {
      if (large![i] !== null) this.large.set(this.numbers.length + i, BigInt(large![i]!));
      this.segment.push(segment![i] ?? null);
      this.has_email.push(Number(has_email![i] ?? 0));
      this.channel.push(channel![i] ?? null);
      this.campaign_id.push(campaign_id![i] ?? null);
    }
    this.numbers.add(part);
    refuseMoreEvents(this.numbers.length);
  }

  async lifetimes(with_segments: boolean, with_paths: boolean): Promise<Lifetimes> {
    const { length, columns } = this.numbers;
    const [high, low, brand, order_ms, is_order, day, is_chosen, small] = columns as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const starts: number[] = [];
    const event_starts: number[] = [];
    const firsts: number[] = [];
    const turns = new WorkTurns();
    for (let row = 0; row < length; row++) {
      if (turns.ends(4_096)) await turns.next();
      if (is_order[row] !== 1) continue;
      const first = firsts.at(-1);
      if (first === undefined || high[first] !== high[row] || low[first] !== low[row]) {
        firsts.push(row);
        starts.push(event_starts.length);
      }
      event_starts.push(row);
    }
    const of_orders = (values: ArrayLike<number | null>): Float64Array =>
      Float64Array.from(event_starts, (row) => values[row]!);
    const of_people = (values: ArrayLike<number>) => firsts.map((row) => values[row]!);
    const texts = (values: ReadonlyArray<string | null>) => firsts.map((row) => values[row]!);
    return {
      people: firsts.length,
      by_key: Uint32Array.from(firsts.keys()),
      brand_no: Uint32Array.from(of_people(brand)),
      random_group: Uint8Array.from(of_people(low), (bits) => bits % PERSON_GROUPS),
      chosen: Uint8Array.from(of_people(is_chosen)),
      segment: with_segments ? texts(this.segment) : null,
      channel: with_paths ? texts(this.channel) : null,
      campaign_id: with_paths ? texts(this.campaign_id) : null,
      starts: Uint32Array.from([...starts, event_starts.length]),
      at_ms: of_orders(order_ms),
      day: of_orders(day),
      has_email: with_paths ? Uint8Array.from(of_orders(this.has_email)) : null,
      event_starts: Uint32Array.from([...event_starts, length]),
      event_day: day,
      micros: small,
      large: this.large,
    };
  }
}
