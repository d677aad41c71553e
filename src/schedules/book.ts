/**
 * What state knows of schedules: since when each is there, and what became of each period. A period is written down before anything of it is
 * sent, and each mail and message before it goes out, so a process that dies in between leaves no doubt about what was not sent.
 */
import type { Json, State, StateTransaction } from '../state/port.ts';

const STANDINGS = 'schedules';
const SENDS = 'schedule_sends';
/** Periods of one schedule that are remembered. */
const KEPT = 400;

type Reader = Pick<State, 'get'>;

export interface Standing {
  /** When the program first ran with this schedule. Periods that were due before are not sent. */
  first_seen_ms: number;
  /** True if a person asked for the newest period now. */
  asked: boolean;
  /** Runs that failed one after the other, and when the next one is tried. */
  failures: number;
  retry_ms: number;
  last_error: string;
  /** The first day of the last period that was begun; null before the first. */
  last_start: string | null;
  /** When a period was last sent to all that could get it. */
  last_success_ms: number | null;
}

/**
 * Where a delivery stands. `waiting` for its first or next try. `handing_over`: it goes out in this moment. `delivered`. `unknown`: it went
 * out, and nobody knows if it arrived, because the process or the connection ended; it is not sent again. `refused`: the other side will
 * never take it. `given_up`: no try succeeded in time. `unsubscribed`.
 */
export type DeliveryStatus =
  | 'waiting'
  | 'handing_over'
  | 'delivered'
  | 'unknown'
  | 'refused'
  | 'given_up'
  | 'unsubscribed';

export interface Delivery {
  status: DeliveryStatus;
  at_ms: number;
  /** Empty where nothing went wrong. It holds no address. */
  reason: string;
  /** Where it was handed over: {@link import('./handed-marks.ts').HandedMarks.place}. */
  noted_in?: string | null;
}

/** What became of one period. */
export interface Send {
  start: string;
  end: string;
  begun_ms: number;
  /** The log position of all figures; empty before the first was read. */
  as_of: string;
  /** The frozen run; null without one. */
  run_id: string | null;
  /** Why there is no run; empty if there is one, or none was asked for. */
  run_problem: string;
  /** True when nothing is left to try. */
  is_done: boolean;
  /** By target: `mail KEY`, `slack`, `webhook` or `view NAME`. */
  deliveries: Record<string, Delivery>;
}

export const isOver = ({ status }: Delivery): boolean => status !== 'waiting' && status !== 'handing_over';

export async function readStanding(state: Reader, id: string): Promise<Standing | undefined> {
  return (await state.get<Json>(STANDINGS, id)) as unknown as Standing | undefined;
}

export function writeStanding(state: StateTransaction, id: string, standing: Standing): Promise<void> {
  return state.put(STANDINGS, id, standing as unknown as Json);
}

export async function readSend(state: Reader, id: string, start: string): Promise<Send | undefined> {
  return (await state.get<Json>(SENDS, keyOf(id, start))) as unknown as Send | undefined;
}

export async function writeSend(state: StateTransaction, id: string, send: Send): Promise<void> {
  await state.put(SENDS, keyOf(id, send.start), send as unknown as Json);
}

/** Changes one delivery of a period. */
export async function writeDelivery(
  state: StateTransaction,
  id: string,
  start: string,
  target: string,
  delivery: Delivery,
): Promise<void> {
  const send = (await readSend(state, id, start))!;
  await writeSend(state, id, { ...send, deliveries: { ...send.deliveries, [target]: delivery } });
}

/** Forgets the oldest periods. */
export async function trimSends(state: StateTransaction, id: string): Promise<void> {
  const known = await state.list(SENDS, { prefix: `${id} `, limit: KEPT + 100 });
  for (const { key } of known.slice(0, Math.max(0, known.length - KEPT))) await state.delete(SENDS, key);
}

const keyOf = (id: string, start: string): string => `${id} ${start}`;
