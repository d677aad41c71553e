/**
 * The hourly series of a brand. An hour holds what arrived until {@link GRACE_MS} after its end, for past hours as for the newest one: so
 * senders that are late do not look like a drop, and hours never change afterwards.
 */
import { makeOrdersAndEvents } from '../attribution/orders.ts';
import { MS_PER_HOUR, MS_PER_MINUTE, offsetPeriods } from '../domain/time.ts';
import { slotAt } from '../learning/hourly/slots.ts';
import { HOURS_OF_WEEK, type HourlySeries, MOST_WEEKS } from '../learning/hourly/weeks.ts';
import type { ReportContext } from '../reports/context.ts';
import { resolveParameters } from '../reports/resolve.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { logNumber } from '../warehouse/position.ts';
import { readAll } from '../warehouse/read-row.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type Metric, MOST_CHANNELS } from './metrics.ts';

export const GRACE_MS = 10 * MS_PER_MINUTE;
/** Hours that are read: the history, and two weeks in which an incident may be open. */
const READ_HOURS = (MOST_WEEKS + 2) * HOURS_OF_WEEK + 48;

export interface WatchedSeries {
  metric: Metric;
  /** The channel of touches; null for other metrics. */
  subject: string | null;
  /** What one event is worth, in micros: amounts are watched in such units. 1 for counts. */
  unit: number;
  series: HourlySeries;
}

export interface BrandSeries {
  /** The number of the first hour since 1970. */
  first_hour: number;
  series: WatchedSeries[];
  /** Channels that are too many to be watched. */
  left_out: number;
  /** Why money is not watched; null if it is. */
  money_problem: string | null;
}

/** @param last_hour the newest hour that is over. @param isKnown false for hours that were not watched, or are known to be unusual. */
export async function readSeries(
  snapshot: Snapshot,
  context: ReportContext,
  brand_id: string,
  last_hour: number,
  isKnown: (hour: number) => boolean,
): Promise<BrandSeries> {
  const { time_zone } = context.settings(brand_id);
  const first_hour = last_hour + 1 - READ_HOURS;
  const slots = slotsOf(time_zone, first_hour);
  const tables = new Map<string, Float64Array>();
  const take = (key: string, hour: number, value: number): void => {
    let values = tables.get(key);
    if (values === undefined) {
      values = new Float64Array(READ_HOURS);
      tables.set(key, values);
    }
    const place = hour - first_hour;
    if (place >= 0 && place < READ_HOURS) values[place]! += value;
  };
  const bounds = { brand_id, from_ms: first_hour * MS_PER_HOUR, until_ms: (last_hour + 1) * MS_PER_HOUR };
  await readTouches(snapshot, bounds, take);
  await readEmailEvents(snapshot, bounds, take);
  const { unit, problem } = await readMoney(snapshot, context, bounds, take);
  const begin = beginning([...tables.values()]);
  const turns = new WorkTurns();
  const found: WatchedSeries[] = [];
  for (const [key, values] of tables) {
    if (turns.ends()) await turns.next();
    for (let place = 0; place < READ_HOURS; place++)
      if (place < begin || !isKnown(first_hour + place)) values[place] = Number.NaN;
    const [metric, subject] = JSON.parse(key) as [Metric, string | null];
    const own_unit = metric === 'net_revenue' ? unit : 1;
    if (own_unit !== 1)
      for (let place = 0; place < READ_HOURS; place++) values[place] = Math.max(0, values[place]! / own_unit);
    found.push({ metric, subject, unit: own_unit, series: { values, slots } });
  }
  const { kept, left_out } = mostChannels(found);
  return { first_hour, series: kept, left_out, money_problem: problem };
}

interface Bounds {
  brand_id: string;
  from_ms: number;
  until_ms: number;
}

type Take = (key: string, hour: number, value: number) => void;
const keyOf = (metric: Metric, subject: string | null = null): string => JSON.stringify([metric, subject]);

/** SQL for the records of a table that arrived in time, with their hour. */
function inTime(table: string, { from_ms, until_ms }: Bounds): string {
  return `${table} r where r.brand_id = $brand_id and r.occurred_at >= instant(${from_ms}) and r.occurred_at < instant(${until_ms})
    and ${arrivedInTime('epoch_ms(r.received_at)', 'epoch_ms(r.occurred_at)')}`;
}
const arrivedInTime = (received_ms: string, at_ms: string): string =>
  `${received_ms} < (floor_div(${at_ms}, ${MS_PER_HOUR}) + 1) * ${MS_PER_HOUR} + ${GRACE_MS}`;

async function readTouches(snapshot: Snapshot, bounds: Bounds, take: Take): Promise<void> {
  const rows = await snapshot.query(
    `select r.channel as channel, floor_div(epoch_ms(r.occurred_at), ${MS_PER_HOUR}) as hour, count(*) as n,
       count_where(r.touchpoint_type = 'email_open') as opens, count_where(r.touchpoint_type = 'email_click') as clicks
     from ${inTime('touchpoints', bounds)} group by r.channel, floor_div(epoch_ms(r.occurred_at), ${MS_PER_HOUR})`,
    { brand_id: bounds.brand_id },
  );
  const turns = new WorkTurns();
  for (const row of rows) {
    if (turns.ends()) await turns.next();
    const hour = Number(row['hour']);
    take(keyOf('touches', row['channel'] as string), hour, Number(row['n']));
    if (Number(row['opens']) > 0) take(keyOf('opens'), hour, Number(row['opens']));
    if (Number(row['clicks']) > 0) take(keyOf('clicks'), hour, Number(row['clicks']));
  }
}

const OF_EMAIL: Readonly<Record<string, Metric>> = { sent: 'sends', delivered: 'deliveries' };

async function readEmailEvents(snapshot: Snapshot, bounds: Bounds, take: Take): Promise<void> {
  const rows = await snapshot.query(
    `select r.event_type as event_type, floor_div(epoch_ms(r.occurred_at), ${MS_PER_HOUR}) as hour, count(*) as n
     from ${inTime('email_events', bounds)} and r.event_type in ('sent', 'delivered')
     group by r.event_type, floor_div(epoch_ms(r.occurred_at), ${MS_PER_HOUR})`,
    { brand_id: bounds.brand_id },
  );
  for (const { event_type, hour, n } of readAll(rows, { event_type: 'text', hour: 'number', n: 'number' }))
    take(keyOf(OF_EMAIL[event_type]!), hour, n);
}

/** Orders, refunds and net revenue are those of reports, with refunds on their own day. @returns the average order, in micros. */
async function readMoney(
  snapshot: Snapshot,
  context: ReportContext,
  { brand_id, from_ms, until_ms }: Bounds,
  take: Take,
): Promise<{ unit: number; problem: string | null }> {
  const { currency } = context.settings(brand_id);
  const instant = (ms: number): string => new Date(ms).toISOString();
  const parameters = {
    brand_id,
    currency,
    start: instant(from_ms),
    end: instant(until_ms),
    adjustments: 'own_day' as const,
  };
  const { plan } = await resolveParameters(snapshot, context, parameters, { key_brand_id: brand_id });
  let events: string;
  try {
    events = (await makeOrdersAndEvents(snapshot, plan, context.directory)).events.name;
  } catch (error) {
    if ((error as { code?: string }).code !== 'missing_fx_rate') throw error;
    return { unit: 1, problem: (error as Error).message };
  }
  const rows = await snapshot.query(
    `select floor_div(e.at_ms, ${MS_PER_HOUR}) as hour, count_where(e.event = 'order') as orders, count_where(e.event <> 'order') as refunds,
       float64(sum128(e.after_micros - e.before_micros)) as net_micros
     from ${events} e
       left join conversions c on e.event = 'order' and ${logNumber('c', plan.positions.conversions)} = e.order_no
       left join adjustments a on e.event <> 'order' and a.brand_id = e.brand_id and a.adjustment_id = e.event
     where ${arrivedInTime('epoch_ms(coalesce(c.received_at, a.received_at))', 'e.at_ms')}
     group by floor_div(e.at_ms, ${MS_PER_HOUR})`,
  );
  let [orders, sum] = [0, 0];
  for (const row of readAll(rows, { hour: 'number', orders: 'number', refunds: 'number', net_micros: 'number' })) {
    take(keyOf('orders'), row.hour, row.orders);
    if (row.refunds > 0) take(keyOf('refunds'), row.hour, row.refunds);
    take(keyOf('net_revenue'), row.hour, row.net_micros);
    orders += row.orders;
    sum += row.net_micros;
  }
  return { unit: orders > 0 && sum > 0 ? sum / orders : 1, problem: null };
}

/** The first hour with anything: what was before is not known. */
function beginning(all: readonly Float64Array[]): number {
  const firsts = all.map((values) => values.findIndex((value) => value !== 0)).filter((first) => first >= 0);
  return firsts.length === 0 ? READ_HOURS : Math.min(...firsts);
}

function mostChannels(found: readonly WatchedSeries[]): { kept: WatchedSeries[]; left_out: number } {
  const sum = ({ series }: WatchedSeries): number =>
    series.values.reduce((all, value) => (Number.isNaN(value) ? all : all + value), 0);
  const channels = found.filter(({ metric }) => metric === 'touches').sort((a, b) => sum(b) - sum(a));
  const others = found.filter(({ metric }) => metric !== 'touches');
  return {
    kept: [...channels.slice(0, MOST_CHANNELS), ...others],
    left_out: Math.max(0, channels.length - MOST_CHANNELS),
  };
}

/** The hours of the week by the clock of the brand, also when it changes to summer time. */
function slotsOf(time_zone: string, first_hour: number): Uint8Array {
  const slots = new Uint8Array(READ_HOURS);
  for (const { from_ms, until_ms, offset_ms } of offsetPeriods(
    time_zone,
    first_hour * MS_PER_HOUR,
    (first_hour + READ_HOURS) * MS_PER_HOUR,
  ))
    for (let at_ms = Math.ceil(from_ms / MS_PER_HOUR) * MS_PER_HOUR; at_ms < until_ms; at_ms += MS_PER_HOUR)
      slots[at_ms / MS_PER_HOUR - first_hour] = slotAt(at_ms, offset_ms);
  return slots;
}

/** How many records of some hours arrived after their time, for evidence: they are late and not lost. */
export async function lateRecords(
  snapshot: Snapshot,
  brand_id: string,
  metric: Metric,
  from_hour: number,
): Promise<number> {
  const table =
    metric === 'sends' || metric === 'deliveries'
      ? 'email_events'
      : metric === 'refunds'
        ? 'adjustments'
        : metric === 'orders' || metric === 'net_revenue'
          ? 'conversions'
          : 'touchpoints';
  const [row] = await snapshot.query(
    `select count(*) as n from ${table} r where r.brand_id = $brand_id and r.occurred_at >= instant(${from_hour * MS_PER_HOUR})
       and not (${arrivedInTime('epoch_ms(r.received_at)', 'epoch_ms(r.occurred_at)')})`,
    { brand_id },
  );
  return Number(row?.['n'] ?? 0);
}
