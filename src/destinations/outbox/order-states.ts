/** What each order of a plan is worth and who earned it, as destinations are told. */
import { creditedTouches } from '../../attribution/credits.ts';
import type { Plan } from '../../attribution/plan.ts';
import { type Attribution, attribute } from '../../attribution/query.ts';
import { atRate } from '../../attribution/rates.ts';
import { RATES } from '../../attribution/relations.ts';
import { formatInstant, MS_PER_DAY } from '../../domain/time.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { MessageCredit, MessageTouch, OrderState } from '../message.ts';

/** More campaigns of one order are left out, those with the least credit. */
const MAX_CREDITS = 20;

export interface PlannedOrder {
  order_no: string;
  conversion_id: string;
  order_id: string | null;
  conversion_type: string;
  at_ms: number;
  person_id: string;
  /** Before refunds, in micros of the plan's currency. */
  value_micros: string;
  state: OrderState;
}

/** What a correction is split by. */
export interface Worth {
  net_micros: bigint;
  email_credit_micros: bigint;
}

/** Reads the orders of a plan by conversion id. The query that it made stays in the snapshot. */
export async function readOrderStates(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
): Promise<{ query: Attribution; orders: Map<string, PlannedOrder> }> {
  const query = await attribute(snapshot, plan, directory);
  const credits = await readCredits(snapshot, query);
  const ends = await readEnds(snapshot, query);
  const orders = new Map<string, PlannedOrder>();
  const turns = new WorkTurns();
  for (const row of await readOrders(snapshot, plan, query)) {
    if (turns.ends()) await turns.next();
    const own = credits.get(row.order_no) ?? [];
    const touches = ends.get(row.order_no);
    const sum = (of: readonly MessageCredit[]): string =>
      of.reduce((total, { credit_micros }) => total + BigInt(credit_micros), 0n).toString();
    orders.set(row.conversion_id, {
      ...row,
      state: {
        net_micros: row.net_micros,
        email_credit_micros: sum(own.filter(({ is_email }) => is_email)),
        credited_micros: sum(own),
        unattributed_reason: row.reason,
        journey_length_days: touches === undefined ? null : Math.floor((row.at_ms - touches.first_ms) / MS_PER_DAY),
        touchpoint_count: touches?.count ?? 0,
        first_touch: touches?.first ?? null,
        last_touch: touches?.last ?? null,
        credits: own.slice(0, MAX_CREDITS),
      },
    });
  }
  return { query, orders };
}

/** Only what corrections are split by, for a plan with some inputs of before. */
export async function readWorth(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
): Promise<Map<string, Worth>> {
  const query = await attribute(snapshot, plan, directory);
  const rows = await snapshot.query(
    `select o.conversion_id as conversion_id, text128(e.after_micros) as net_micros, text128(coalesce(c.micros, int128(0))) as email_credit_micros
     from ${query.orders.name} o join ${query.events.name} e on e.order_no = o.order_no
       left join (select c.order_no as order_no, sum128(c.c0) as micros from ${creditedTouches(query)} where t.is_email = 1 group by c.order_no) c
         on c.order_no = o.order_no`,
  );
  const read = readAll(rows, { conversion_id: 'text', net_micros: 'bigint', email_credit_micros: 'bigint' });
  return new Map(read.map(({ conversion_id, ...worth }) => [conversion_id, worth]));
}

async function readOrders(snapshot: Snapshot, plan: Plan, { orders, events, unattributed, times }: Attribution) {
  const converts = times.currencies.some((currency) => currency !== plan.currency);
  const own = 'int128(o.value_micros)';
  const value = converts ? `case when o.currency = $currency then ${own} else ${atRate(own)} end` : own;
  const join = converts
    ? `left join ${RATES.name} r on r.brand_id = o.brand_id and r.currency = o.currency and r.day_number = e.order_day_number`
    : '';
  const rows = await snapshot.query(
    `select text128(int128(o.order_no)) as order_no, o.conversion_id as conversion_id, o.order_id as order_id, o.conversion_type as conversion_type,
       o.at_ms as at_ms, o.person_id as person_id, text128(${value}) as value_micros, text128(e.after_micros) as net_micros, u.reason as reason
     from ${orders.name} o join ${events.name} e on e.order_no = o.order_no
       left join ${unattributed.name} u on u.order_no = o.order_no ${join}`,
    converts ? { currency: plan.currency } : {},
  );
  return readAll(rows, {
    order_no: 'text',
    conversion_id: 'text',
    order_id: 'text?',
    conversion_type: 'text',
    at_ms: 'number',
    person_id: 'text',
    value_micros: 'text',
    net_micros: 'text',
    reason: 'text?',
  });
}

/** By order, the credit of campaigns and emails, most first. */
async function readCredits(snapshot: Snapshot, query: Attribution): Promise<Map<string, MessageCredit[]>> {
  const rows = await snapshot.query(
    `select text128(int128(c.order_no)) as order_no, t.channel as channel, t.campaign_id as campaign_id, t.email_id as email_id, t.is_email as is_email,
       text128(sum128(c.c0)) as credit_micros
     from ${creditedTouches(query)} group by c.order_no, t.channel, t.campaign_id, t.email_id, t.is_email`,
  );
  const credits = new Map<string, MessageCredit[]>();
  for (const { order_no, is_email, ...credit } of readAll(rows, {
    order_no: 'text',
    channel: 'text',
    campaign_id: 'text?',
    email_id: 'text?',
    is_email: 'number',
    credit_micros: 'text',
  })) {
    const own = credits.get(order_no) ?? [];
    credits.set(order_no, own);
    own.push({ ...credit, is_email: is_email === 1 });
  }
  for (const own of credits.values()) own.sort(byCredit);
  return credits;
}

function byCredit(a: MessageCredit, b: MessageCredit): number {
  const more = BigInt(b.credit_micros) - BigInt(a.credit_micros);
  if (more !== 0n) return more > 0n ? 1 : -1;
  const name = ({ channel, campaign_id, email_id }: MessageCredit): string =>
    JSON.stringify([channel, campaign_id, email_id]);
  return name(a) < name(b) ? -1 : 1;
}

interface Ends {
  count: number;
  first_ms: number;
  first: MessageTouch;
  last: MessageTouch;
}

/** By order, the first and the last touch, and how many there are. */
async function readEnds(snapshot: Snapshot, query: Attribution): Promise<Map<string, Ends>> {
  const rows = await snapshot.query(
    `select distinct text128(int128(c.order_no)) as order_no, c.k as k, c.n as n, t.at_ms as at_ms, t.touchpoint_type as touchpoint_type, t.channel as channel,
       t.campaign_id as campaign_id, t.email_id as email_id
     from ${creditedTouches(query)} where c.k = 1 or c.k = c.n`,
  );
  const ends = new Map<string, Ends>();
  for (const { order_no, k, n, at_ms, ...touch } of readAll(rows, {
    order_no: 'text',
    k: 'number',
    n: 'number',
    at_ms: 'number',
    touchpoint_type: 'text',
    channel: 'text',
    campaign_id: 'text?',
    email_id: 'text?',
  })) {
    const shown = { occurred_at: formatInstant(at_ms), ...touch };
    const own = ends.get(order_no) ?? { count: n, first_ms: at_ms, first: shown, last: shown };
    ends.set(order_no, own);
    if (k === 1) Object.assign(own, { first: shown, first_ms: at_ms });
    if (k === n) own.last = shown;
  }
  return ends;
}
