/** Where each destination stands: its cursor, what waits for another try, and what was given up. */
import type { Json, State, StateTransaction } from '../../state/port.ts';
import type { OrderState } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import type { FeedMessage } from './feed.ts';

const STANDINGS = 'destinations';
export const RETRIES = 'destination_retries';
export const DEAD = 'destination_dead_letters';
export const UNTAKEN = 'destination_untaken';
const SENDING = 'destination_sending';
/** What is kept of a destination beside its feed and its standing, by its id and a number or name. */
export const STANDING_COLLECTIONS = [RETRIES, DEAD, UNTAKEN, SENDING];

/** Dead letters of one destination. When there are more, the oldest are dropped. */
export const MAX_DEAD = 10_000;

export interface Standing {
  /** What it was when this was written. For another brand or kind it begins anew. */
  brand_id: string;
  kind: string;
  /** The last message of the feed that was handled. */
  cursor: number;
  /** Orders before it are not sent. */
  start_ms: number;
  /** Requests that failed one after the other, and until when no other is tried. */
  failures: number;
  open_until_ms: number;
  /** Why nothing is sent until a person changes something; empty if all is well. */
  disabled: string;
  /** A fingerprint of the settings when it was disabled; other settings are tried. */
  disabled_settings: string;
  delivered: number;
  skipped: number;
  refused: number;
  /** Messages that were held back, and why the last one was. */
  withheld: number;
  last_withheld: string;
  retries: number;
  dead: number;
  last_delivered_ms: number | null;
  last_error: string;
}

const NOT_WITHHELD = { withheld: 0, last_withheld: '' };

/** A destination that has sent nothing. */
export const newStanding = ({ brand_id, destination }: DestinationSettings, start_ms: number): Standing => ({
  brand_id,
  kind: destination.kind,
  cursor: 0,
  start_ms,
  failures: 0,
  open_until_ms: 0,
  disabled: '',
  disabled_settings: '',
  delivered: 0,
  skipped: 0,
  refused: 0,
  ...NOT_WITHHELD,
  retries: 0,
  dead: 0,
  last_delivered_ms: null,
  last_error: '',
});

/** A message that waits for another try. */
export interface Retry extends FeedMessage {
  tries: number;
  due_ms: number;
  first_ms: number;
  reason: string;
}

export interface DeadLetter extends FeedMessage {
  reason: string;
  given_up_ms: number;
}

const key = (id: string, seq: number): string => `${id} ${String(seq).padStart(12, '0')}`;

export async function readStanding(state: Pick<State, 'get'>, id: string): Promise<Standing | undefined> {
  const written = (await state.get<Json>(STANDINGS, id)) as unknown as Standing | undefined;
  // Earlier programs held nothing back, and did not write that down.
  return written && { ...NOT_WITHHELD, ...written };
}

export function writeStanding(state: StateTransaction, id: string, standing: Standing): Promise<void> {
  return state.put(STANDINGS, id, standing as unknown as Json);
}

/** Retries of a destination, in the order of their messages. */
export async function readRetries(state: Pick<State, 'list'>, id: string, limit: number): Promise<Retry[]> {
  const entries = await state.list<Json>(RETRIES, { prefix: `${id} `, limit });
  return entries.map(({ value }) => value as unknown as Retry);
}

export function putRetry(state: StateTransaction, id: string, retry: Retry): Promise<void> {
  return state.put(RETRIES, key(id, retry.seq), retry as unknown as Json);
}

export function dropRetry(state: StateTransaction, id: string, seq: number): Promise<boolean> {
  return state.delete(RETRIES, key(id, seq));
}

export async function readDead(state: Pick<State, 'list'>, id: string, limit: number): Promise<DeadLetter[]> {
  const entries = await state.list<Json>(DEAD, { prefix: `${id} `, limit });
  return entries.map(({ value }) => value as unknown as DeadLetter);
}

/** Keeps a dead letter. @returns how many there are more than before. */
export async function putDead(state: StateTransaction, id: string, letter: DeadLetter, dead: number): Promise<number> {
  await state.put(DEAD, key(id, letter.seq), letter as unknown as Json);
  if (dead < MAX_DEAD) return 1;
  const [oldest] = await state.list(DEAD, { prefix: `${id} `, limit: 1 });
  if (oldest !== undefined) await state.delete(DEAD, oldest.key);
  return 0;
}

/**
 * Remembers that a destination did not take a message, and so does not know its subject, or not as it is now.
 * @param state how the order stands in the newest change that was not sent for that; null if there is none.
 * @param withheld true if it was held back because of consent.
 */
export function putUntaken(
  transaction: StateTransaction,
  id: string,
  subject: string,
  state: OrderState | null,
  withheld = false,
): Promise<void> {
  return transaction.put(UNTAKEN, `${id} ${subject}`, { state, ...(withheld && { withheld }) } as unknown as Json);
}

export function dropUntaken(state: StateTransaction, id: string, subject: string): Promise<boolean> {
  return state.delete(UNTAKEN, `${id} ${subject}`);
}

export async function readUntaken(
  state: Pick<State, 'get'>,
  id: string,
  subject: string,
): Promise<Untaken | undefined> {
  return (await state.get<Json>(UNTAKEN, `${id} ${subject}`)) as unknown as Untaken | undefined;
}

interface Untaken {
  state: OrderState | null;
  withheld?: true;
}

/** Remembers that a message which must not go out twice is about to go out. */
export function putSending(state: StateTransaction, id: string, seq: number): Promise<void> {
  return state.put(SENDING, key(id, seq), true);
}

export function dropSending(state: StateTransaction, id: string, seq: number): Promise<boolean> {
  return state.delete(SENDING, key(id, seq));
}

/** True if a message went out, or was about to, and nobody knows what became of it. */
export async function isSending(state: Pick<State, 'get'>, id: string, seq: number): Promise<boolean> {
  return (await state.get(SENDING, key(id, seq))) !== undefined;
}

export function dropDead(state: StateTransaction, id: string, seq: number): Promise<boolean> {
  return state.delete(DEAD, key(id, seq));
}
