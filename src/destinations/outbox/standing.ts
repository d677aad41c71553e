/** Where each destination stands: its cursor, what waits for another try, and what was given up. */
import type { Json, State, StateTransaction } from '../../state/port.ts';
import type { FeedMessage } from './feed.ts';

const STANDINGS = 'destinations';
const RETRIES = 'destination_retries';
const DEAD = 'destination_dead_letters';
const UNTAKEN = 'destination_untaken';
const SENDING = 'destination_sending';

/** Dead letters of one destination. When there are more, the oldest are dropped. */
export const MAX_DEAD = 10_000;

export interface Standing {
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
  /** Messages that consent held back; not there in what earlier programs wrote. */
  withheld?: number;
  refused: number;
  retries: number;
  dead: number;
  last_delivered_ms: number | null;
  last_error: string;
}

/** A destination that has sent nothing. */
export const newStanding = (start_ms: number): Standing => ({
  cursor: 0,
  start_ms,
  failures: 0,
  open_until_ms: 0,
  disabled: '',
  disabled_settings: '',
  delivered: 0,
  skipped: 0,
  refused: 0,
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
  return (await state.get<Json>(STANDINGS, id)) as unknown as Standing | undefined;
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

/** Remembers that a destination did not take the order itself, so that it is told no change of it either. */
export function putUntaken(state: StateTransaction, id: string, subject: string): Promise<void> {
  return state.put(UNTAKEN, `${id} ${subject}`, true);
}

export function dropUntaken(state: StateTransaction, id: string, subject: string): Promise<boolean> {
  return state.delete(UNTAKEN, `${id} ${subject}`);
}

export async function isUntaken(state: Pick<State, 'get'>, id: string, subject: string): Promise<boolean> {
  return (await state.get(UNTAKEN, `${id} ${subject}`)) !== undefined;
}

/** Remembers that a message which must not go out twice is about to go out. */
export function putSending(state: StateTransaction, id: string, seq: number): Promise<void> {
  return state.put(SENDING, key(id, seq), true);
}

export function dropSending(state: StateTransaction, id: string, seq: number): Promise<boolean> {
  return state.delete(SENDING, key(id, seq));
}

/** The messages that went out, or were about to, and of which nobody knows what became. */
export async function readSending(state: Pick<State, 'list'>, id: string, limit: number): Promise<Set<number>> {
  const entries = await state.list(SENDING, { prefix: `${id} `, limit });
  return new Set(entries.map(({ key: own }) => Number(own.slice(id.length + 1))));
}

export function dropDead(state: StateTransaction, id: string, seq: number): Promise<boolean> {
  return state.delete(DEAD, key(id, seq));
}
