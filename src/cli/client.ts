/**
 * How commands reach the data: through the server that runs on the data folder, or by opening the folder in this process.
 * Both use the same routes, so a command needs one implementation only.
 */
import type { RecordName } from '../domain/index.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { PartBytes } from '../log/kept-part.ts';
import type { ReadingSettings } from './reading-settings.ts';

/** Parameters of a call. One that is given several times has a list. */
export type Query = Record<string, string | readonly string[] | undefined>;
// biome-ignore lint/suspicious/noExplicitAny: answers of routes are JSON; the code that reads one knows its fields
export type Json = any;

/** Takes records that another thread has read and cleaned by given settings. */
export interface PartTaker {
  readonly settings: ReadingSettings;
  /** @returns the conflicts among the records, by their index. */
  send(part: PartBytes): Promise<Array<{ index: number; reason: string }>>;
  /** Takes links of customers with their addresses, as they are sent. */
  link(links: readonly unknown[]): Promise<void>;
}

export interface Client {
  /** The address of the server, or the data folder. */
  readonly where: string;
  readonly local: boolean;
  get(path: string, query?: Query): Promise<Json>;
  post(path: string, body?: unknown): Promise<Json>;
  delete(path: string): Promise<Json>;
  /** The body of an answer as it is: a file. @throws as the other calls. */
  file(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Buffer>;
  /** Sends records. Waits while the spool is full. */
  send(record: RecordName, items: readonly unknown[]): Promise<Acknowledgement>;
  /** The number of {@link send} calls at the same time that makes an import fastest. */
  readonly lanes: number;
  /** Takes records that threads of this process have read; undefined where they cannot be read before they are sent. */
  readonly threads?: PartTaker;
  /** Waits until reports include everything that was sent, however long that takes. Without a collector it returns at once. */
  flush(onWait?: (lag_records: number | null) => void): Promise<void>;
  /** Waits until reports include everything that an earlier process accepted. Called before a report. */
  settle(): Promise<void>;
  /** The number of records since this client was made that equal an earlier record; null if it is not known. */
  repeats(): number | null;
  /** The number of records since then whose id is known with other content; null if it is not known. */
  conflicts(): number | null;
  close(): Promise<void>;
}
