/**
 * The feed of a destination: messages that wait for it, in order, in state. What waits takes disk and no memory, and a destination that is
 * down holds back no other. Beside it stands the newest state of each order that was told.
 */
import { everyEntry } from '../../state/entries.ts';
import type { Json, State, StateTransaction } from '../../state/port.ts';
import type { Message, OrderState } from '../message.ts';

export const HEADS = 'destination_feeds';
export const MESSAGES = 'destination_messages';
export const ORDERS = 'destination_orders';

/** What is kept of a feed beside its head, by its id and a number or name. */
export const FEED_COLLECTIONS = [MESSAGES, ORDERS];

const SEQ_DIGITS = 12;

/** Where a feed stands. */
export interface FeedHead {
  /** The number of the next message. */
  next_seq: number;
  /** What the feed was made from last; empty at first. */
  as_of: string;
  settings_hash: string;
  planned_ms: number;
  /** True if orders wait for their touches. */
  waiting: boolean;
  /** Up to where orders of a high value were looked for. */
  urgent_as_of: string;
  /** How long the last plan took. */
  took_ms: number;
  /** Customers whose sums the next plan of all orders tells. */
  customers_due: string[];
  /** Orders before it were told and are forgotten, so they are not told as new ones. */
  forgotten_ms: number;
}

/** What was told of an order last. */
export interface ToldOrder {
  revision: number;
  at_ms: number;
  /** Of everything that is told. */
  digest: string;
  state: OrderState;
}

/** A message of a feed. */
export interface FeedMessage {
  seq: number;
  /** Messages of one subject stay in their order. */
  subject: string;
  at_ms: number;
  message: Message;
}

const NO_HEAD: FeedHead = {
  next_seq: 1,
  as_of: '',
  settings_hash: '',
  planned_ms: 0,
  waiting: false,
  urgent_as_of: '',
  took_ms: 0,
  customers_due: [],
  forgotten_ms: Number.MIN_SAFE_INTEGER,
};

const seqKey = (feed: string, seq: number): string => `${feed} ${String(seq).padStart(SEQ_DIGITS, '0')}`;

export async function readHead(state: Pick<State, 'get'>, feed: string): Promise<FeedHead> {
  return { ...NO_HEAD, ...((await state.get<Json>(HEADS, feed)) as unknown as FeedHead | undefined) };
}

export function dropHead(state: StateTransaction, feed: string): Promise<boolean> {
  return state.delete(HEADS, feed);
}

export function writeHead(state: StateTransaction, feed: string, head: FeedHead): Promise<void> {
  return state.put(HEADS, feed, head as unknown as Json);
}

/** The orders that were told, by conversion id. */
export async function readTold(state: State, feed: string): Promise<Map<string, ToldOrder>> {
  const told = new Map<string, ToldOrder>();
  for await (const { key, value } of everyEntry<Json>(state, ORDERS, `${feed} `))
    told.set(key.slice(feed.length + 1), value as unknown as ToldOrder);
  return told;
}

export function writeTold(state: StateTransaction, feed: string, id: string, told: ToldOrder): Promise<void> {
  return state.put(ORDERS, `${feed} ${id}`, told as unknown as Json);
}

export function dropTold(state: StateTransaction, feed: string, id: string): Promise<boolean> {
  return state.delete(ORDERS, `${feed} ${id}`);
}

/** Adds messages. It moves the head, which the caller writes. */
export async function append(
  state: StateTransaction,
  feed: string,
  head: FeedHead,
  messages: ReadonlyArray<Omit<FeedMessage, 'seq'>>,
): Promise<void> {
  for (const message of messages) await state.put(MESSAGES, seqKey(feed, head.next_seq++), message as unknown as Json);
}

/** Messages after a number, in order. */
export async function readFeed(
  state: Pick<State, 'list'>,
  feed: string,
  after: number,
  limit: number,
): Promise<FeedMessage[]> {
  const entries = await state.list<Json>(MESSAGES, { prefix: `${feed} `, after: seqKey(feed, after), limit });
  return entries.map(({ key, value }) => ({
    ...(value as unknown as FeedMessage),
    seq: Number(key.slice(feed.length + 1)),
  }));
}

/** Removes up to `limit` messages up to a number, because every destination has them behind it. @returns how many. */
export async function trimFeed(state: StateTransaction, feed: string, upto: number, limit: number): Promise<number> {
  const entries = await state.list<Json>(MESSAGES, { prefix: `${feed} `, limit });
  let removed = 0;
  for (const { key } of entries) {
    if (Number(key.slice(feed.length + 1)) > upto) break;
    await state.delete(MESSAGES, key);
    removed += 1;
  }
  return removed;
}
