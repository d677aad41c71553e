/** Compares the orders that were read with what destinations were told of them, and puts the differences into their feeds. */
import { hash } from 'node:crypto';
import type { Plan } from '../../attribution/plan.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Fenced } from '../../log/follower.ts';
import { settingsHash } from '../../reports/config-hash.ts';
import type { ReportContext } from '../../reports/context.ts';
import type { State } from '../../state/port.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { type Details, NOTHING, type ProfileMessage } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import { partsOf, readStages, type Stage } from './corrections.ts';
import { isOfErased } from './erased.ts';
import {
  append,
  dropTold,
  type FeedHead,
  type FeedMessage,
  readHead,
  readTold,
  type ToldOrder,
  writeHead,
  writeTold,
} from './feed.ts';
import { conversionMessage, messageId, profileMessages } from './messages.ts';
import type { PlannedOrder } from './order-states.ts';
import { dropUntaken, readStanding } from './standing.ts';

/** Messages that are written in one transaction. */
const WRITTEN_TOGETHER = 200;
/** Orders that are so long before all that plans read are forgotten, so many at a time. */
const OLD_MS = 7 * MS_PER_DAY;
const FORGOTTEN_TOGETHER = 2_000;
const MAX_CUSTOMERS_DUE = 1_000;

/** What was read for the destinations of one brand, model and horizon. */
export interface Found {
  plan: Plan;
  orders: Map<string, PlannedOrder>;
  readDetails: (orders: readonly PlannedOrder[]) => Promise<Map<string, Details>>;
}

export interface Telling {
  reports: ReportContext;
  state: State;
  fenced: Fenced;
  snapshot: Snapshot;
  as_of: string;
  began_ms: number;
  /** Conversions that may be worth more than a destination waits for. */
  urgent: ReadonlySet<string>;
}

interface Changed {
  order: PlannedOrder;
  digest: string;
}

interface Difference {
  settings: DestinationSettings;
  told: ReadonlyMap<string, ToldOrder>;
  /** Orders that were told and are too old to change. */
  old: string[];
  changed: Changed[];
  /** True if orders wait for their touches. */
  waiting: boolean;
}

/** @param is_whole true if all orders of the last days were read. */
export async function tell(
  telling: Telling,
  destinations: readonly DestinationSettings[],
  found: Found,
  is_whole: boolean,
): Promise<void> {
  const differences: Difference[] = [];
  for (const settings of destinations) differences.push(await differenceOf(telling, settings, found, is_whole));
  const all = new Map(differences.flatMap(({ changed }) => changed.map(({ order }) => [order.conversion_id, order])));
  const details = all.size === 0 ? new Map<string, Details>() : await found.readDetails([...all.values()]);
  const customers = await customersOf(telling, differences, details, is_whole);
  // The campaigns of customers are those of all their orders, which some orders alone do not show.
  const profiles = is_whole ? await profilesOf(telling, found, customers) : [];
  const stages = new Map<string, Stage[]>();
  const settings_hash = settingsHash(found.plan);
  for (const difference of differences) {
    const { settings, told, changed } = difference;
    const head = await readHead(telling.state, settings.id);
    const settings_changed = head.settings_hash !== settings_hash;
    const key = `${settings_changed} ${head.as_of}`;
    const corrects = changed.some(({ order }) => told.has(order.conversion_id)) && head.as_of !== '';
    const { snapshot, reports } = telling;
    if (corrects && !stages.has(key))
      stages.set(key, await readStages(snapshot, found.plan, reports.directory, head.as_of, settings_changed));
    const messages = changed.map((one) => messageOf(found.plan, one, told, details, stages.get(key)));
    // Customers go first: an end in between leaves orders to be told, and with them their customers once more.
    const all_messages = [...(settings.profiles ? profiles : []), ...messages];
    const customers_due = settings.profiles && !is_whole ? customers : [];
    await write(telling, difference, all_messages, { is_whole, settings_hash, customers_due: [...customers_due] });
  }
}

/** A message with what is remembered of its order. */
type Told = Omit<FeedMessage, 'seq'> & { told: ToldOrder | null };

const UNKNOWN_CAUSE: Stage[] = [{ cause: 'touches', worth: null }];

function messageOf(
  plan: Plan,
  { order, digest }: Changed,
  told: ReadonlyMap<string, ToldOrder>,
  details: ReadonlyMap<string, Details>,
  stages = UNKNOWN_CAUSE,
): Told {
  const { conversion_id, at_ms, state } = order;
  const before = told.get(conversion_id);
  const revision = (before?.revision ?? 0) + 1;
  const correction =
    before === undefined ? null : { before: before.state, parts: partsOf(stages, conversion_id, before.state, state) };
  const message = conversionMessage(plan, order, details.get(conversion_id), { revision, correction });
  return { subject: conversion_id, at_ms, message, told: { revision, at_ms, digest, state } };
}

/** The customers whose orders changed, and in a plan of all orders those of plans before that had only some. */
async function customersOf(
  { state }: Telling,
  differences: readonly Difference[],
  details: ReadonlyMap<string, Details>,
  is_whole: boolean,
): Promise<Set<string>> {
  const customers = new Set<string>();
  for (const { settings, changed } of differences) {
    if (!settings.profiles) continue;
    for (const { order } of changed) {
      const customer_id = details.get(order.conversion_id)?.customer_id;
      if (customer_id) customers.add(customer_id);
    }
    if (is_whole) for (const one of (await readHead(state, settings.id)).customers_due) customers.add(one);
  }
  return customers;
}

async function profilesOf(
  { snapshot, reports }: Telling,
  { plan, orders }: Found,
  customers: ReadonlySet<string>,
): Promise<Told[]> {
  if (customers.size === 0) return [];
  const messages = await profileMessages(snapshot, plan, reports.directory, customers, orders.values());
  return messages.map((message: ProfileMessage) => ({
    subject: `profile ${message.customer_id}`,
    at_ms: Date.parse(message.as_of),
    message,
    told: null,
  }));
}

interface Writing {
  is_whole: boolean;
  settings_hash: string;
  /** Customers that the next plan of all orders tells. */
  customers_due: readonly string[];
}

async function write(
  { fenced, reports, as_of, began_ms }: Telling,
  { settings: { id }, waiting, old, told: told_before }: Difference,
  messages: readonly Told[],
  { is_whole, settings_hash, customers_due }: Writing,
): Promise<void> {
  for (let from = 0; from < messages.length; from += WRITTEN_TOGETHER)
    await fenced.transaction(async (transaction) => {
      const head = await readHead(transaction, id);
      for (const { told, ...message } of messages.slice(from, from + WRITTEN_TOGETHER)) {
        if (await isOfErased(transaction, message)) continue;
        await append(transaction, id, head, [numbered(message, head.next_seq)]);
        if (told !== null) await writeTold(transaction, id, message.subject, told);
      }
      await writeHead(transaction, id, { ...head, customers_due: joined(head, customers_due) });
    });
  await fenced.transaction(async (transaction) => {
    const now_ms = reports.clock();
    const times = { planned_ms: now_ms, took_ms: now_ms - began_ms };
    const whole = { as_of, settings_hash, waiting, customers_due: [], ...times };
    const head = await readHead(transaction, id);
    for (const conversion_id of old) {
      await dropTold(transaction, id, conversion_id);
      await dropUntaken(transaction, id, conversion_id);
      head.forgotten_ms = Math.max(head.forgotten_ms, told_before.get(conversion_id)!.at_ms + 1);
    }
    await writeHead(transaction, id, { ...head, urgent_as_of: as_of, ...(is_whole ? whole : {}) });
  });
}

/** The message of a customer with the number that it has in the feed: the higher one is the newer one. */
function numbered(message: Omit<FeedMessage, 'seq'>, seq: number): Omit<FeedMessage, 'seq'> {
  const own = message.message;
  if (own.kind === 'conversion') return message;
  // Sums that come back are news again, so they need an id of their own.
  const message_id = messageId('p', [own, seq]);
  return { ...message, message: { ...own, message_id, revision: seq } };
}

const joined = ({ customers_due }: FeedHead, more: readonly string[]): string[] =>
  [...new Set([...customers_due, ...more])].slice(0, MAX_CUSTOMERS_DUE);

/** What is told of an order that is not there any more. */
const GONE = 'gone';

const goneOrder = (conversion_id: string, at_ms: number): PlannedOrder => ({
  order_no: '',
  conversion_id,
  order_id: null,
  conversion_type: 'purchase',
  at_ms,
  person_id: '',
  value_micros: '0',
  state: NOTHING,
});

/** The orders that differ from what a destination was told. One that is gone is worth nothing now. */
async function differenceOf(
  { state, reports, urgent }: Telling,
  settings: DestinationSettings,
  { plan, orders }: Found,
  is_whole: boolean,
): Promise<Difference> {
  const told = await readTold(state, settings.id);
  const { start_ms } = (await readStanding(state, settings.id))!;
  const since_ms = Math.max(start_ms, (await readHead(state, settings.id)).forgotten_ms);
  const ripe_ms = reports.clock() - settings.delay_ms;
  const limit = settings.immediate_above_micros;
  const isUrgent = ({ conversion_id, value_micros }: PlannedOrder): boolean =>
    limit !== null && urgent.has(conversion_id) && BigInt(value_micros) > limit;
  const changed: Changed[] = [];
  let waiting = false;
  const turns = new WorkTurns();
  for (const order of orders.values()) {
    if (turns.ends(32)) await turns.next();
    const known = told.get(order.conversion_id);
    if (known === undefined) {
      // What was told once is told for good; what was never meant has no revision there.
      if (order.at_ms < since_ms || !isMeant(order, settings)) continue;
      if (order.at_ms > ripe_ms && !isUrgent(order)) {
        waiting = true;
        continue;
      }
    }
    const digest = digestOf(order);
    if (known?.digest !== digest) changed.push({ order, digest });
  }
  const old: string[] = [];
  if (is_whole) {
    const { start_ms, end_ms } = plan.brands[0]!;
    for (const [conversion_id, { at_ms, digest }] of told)
      if (at_ms < start_ms - OLD_MS && old.length < FORGOTTEN_TOGETHER) old.push(conversion_id);
      else if (!orders.has(conversion_id) && at_ms >= start_ms && at_ms < end_ms && digest !== GONE)
        changed.push({ order: goneOrder(conversion_id, at_ms), digest: GONE });
  }
  changed.sort((a, b) => a.order.at_ms - b.order.at_ms || (a.order.conversion_id < b.order.conversion_id ? -1 : 1));
  return { settings, told, old, changed, waiting };
}

/** True if an order is meant for a destination. */
const isMeant = ({ state: { email_credit_micros } }: PlannedOrder, { send }: DestinationSettings): boolean =>
  send === 'all' || email_credit_micros !== '0';

/** Of everything that is told of an order. */
function digestOf({ order_no: _order_no, ...told }: PlannedOrder): string {
  return hash('sha256', canonicalJson(told) ?? '', 'hex').slice(0, 24);
}
