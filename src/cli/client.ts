/**
 * How commands reach the data: through the server that is running on it, else by opening the folder in this process.
 * Both speak the same routes, so a command is written once and answers the same.
 */
import type { RecordName } from '../domain/index.ts';
import type { Acknowledgement } from '../log/collector.ts';

export type Query = Record<string, string | undefined>;
// biome-ignore lint/suspicious/noExplicitAny: what a route answers is JSON; its reader knows the shape
export type Json = any;

export interface Client {
  /** The server's address, or the folder. */
  readonly where: string;
  readonly local: boolean;
  get(path: string, query?: Query): Promise<Json>;
  post(path: string, body?: unknown): Promise<Json>;
  delete(path: string): Promise<Json>;
  /** Sends records, waiting out a full spool. */
  send(record: RecordName, items: readonly unknown[]): Promise<Acknowledgement>;
  /** Requests of {@link send} that are worth having under way at once. */
  readonly lanes: number;
  /** Resolves once all that was sent is queryable, however long that takes; at once where no events are taken in. */
  flush(onWait?: (lag_records: number | null) => void): Promise<void>;
  /** Waits until what an earlier process accepted can be read; called before questions. */
  settle(): Promise<void>;
  /** Records equal to an earlier one since this client was made; null when it cannot tell. */
  repeats(): number | null;
  close(): Promise<void>;
}
