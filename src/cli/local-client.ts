/** The client for commands on a data folder that no server has open: it calls the same routes within this process. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import type { RecordName } from '../domain/index.ts';
import { isOfExperiment } from '../experiments/judge-records.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import { draftsOf } from '../log/envelope.ts';
import { KeptPart } from '../log/kept-part.ts';
import { KeyRing } from '../server/keys.ts';
import type { CollectingTributary } from '../tributary.ts';
import type { Client, Json, PartTaker, Query } from './client.ts';
import { readAnswer } from './http-client.ts';
import type { Io } from './io.ts';
import { readingSettings } from './reading-settings.ts';
import { halves, joinAnswers, patiently, withQuery } from './requests.ts';

/**
 * An import waits while the loader has not read more records, so that the spool stays small. Where the warehouse takes a load in
 * parts, few records are on the way at a time: the loader reads them from memory, and the collector of garbage copies little.
 */
const MAX_UNREAD_RECORDS = { in_parts: 500, in_batches: 200_000 };
const LAG_CHECK_MS = 5;
/** The origin of its records. */
const SOURCE = 'cli';
/** How long a flush is waited for before the progress is shown again. */
const FLUSH_MS = 100;
/** If no record is loaded for this long, the command fails. */
const STALLED_MS = 120_000;

export class LocalClient implements Client {
  readonly local = true;
  readonly lanes: number;
  readonly where: string;
  /** The routes, from the first request on. An import only sends, and to make them takes as long as thousands of rows. */
  private app: Promise<FastifyInstance> | undefined;
  private readonly token: string;
  private readonly takes_parts: boolean;
  private readonly before: { duplicates: number; conflicts: number };

  private constructor(
    private readonly tributary: CollectingTributary,
    private readonly io: Io,
    private readonly keys: KeyRing,
  ) {
    this.where = tributary.folder;
    this.takes_parts = tributary.warehouse.beginLoad !== undefined;
    this.lanes = this.takes_parts ? 1 : 3;
    this.token = keys.createForRun();
    const { duplicates, conflicts } = tributary.collector.health().loader;
    this.before = { duplicates, conflicts };
  }

  /** Makes the client. If the keys cannot be read, it closes `tributary`. @throws state_unavailable. */
  static async open(tributary: CollectingTributary, io: Io): Promise<LocalClient> {
    try {
      // A key in the environment prevents the making of first keys: only `serve` makes and prints them.
      const env = { TRIBUTARY_ADMIN_KEY: randomBytes(24).toString('base64url') };
      return new LocalClient(tributary, io, await KeyRing.open(tributary.state, tributary.folder, env));
    } catch (error) {
      await tributary.close();
      throw error;
    }
  }

  get(path: string, query: Query = {}): Promise<Json> {
    return this.request('GET', withQuery(path, query));
  }

  post(path: string, body?: unknown): Promise<Json> {
    return this.request('POST', path, body);
  }

  delete(path: string): Promise<Json> {
    return this.request('DELETE', path);
  }

  async file(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Buffer> {
    const answer = await this.inject(method, path, body);
    if (answer.statusCode >= 400) readAnswer(answer.statusCode, answer.body, retryAfterOf(answer));
    return answer.rawPayload;
  }

  /** Calls the collector directly, without HTTP and JSON. */
  async send(record: RecordName, items: readonly unknown[]): Promise<Acknowledgement> {
    const { collector, config, experiments } = this.tributary;
    if (items.length > config.limits.max_items) {
      const [left, right] = halves(items);
      return joinAnswers(await this.send(record, left), await this.send(record, right), left.length);
    }
    await this.waitForLoader(MAX_UNREAD_RECORDS[this.takes_parts ? 'in_parts' : 'in_batches']);
    const drafts = draftsOf(record, items);
    const caller = { key_brand_id: null };
    return patiently(
      () =>
        isOfExperiment(record)
          ? experiments.accept(SOURCE, drafts, caller)
          : collector.accept({ source: SOURCE, drafts }, caller),
      this.io.stop,
    );
  }

  /** Records that threads have read take the way of {@link send}, from the spool on. */
  get threads(): PartTaker {
    const { collector, config } = this.tributary;
    return {
      settings: readingSettings(
        config,
        this.takes_parts ? 'columns' : 'bytes',
        this.tributary.email_key,
        this.tributary.retention.edges(),
      ),
      send: async (part) => {
        await this.waitForLoader(MAX_UNREAD_RECORDS[this.takes_parts ? 'in_parts' : 'in_batches']);
        return patiently(() => collector.acceptPart(new KeptPart(part), SOURCE), this.io.stop);
      },
      link: async (links) => {
        await this.send('identity_links', links);
      },
    };
  }

  flush(onWait: (lag_records: number | null) => void = () => {}): Promise<void> {
    return this.waitForLoader(0, onWait);
  }

  settle(): Promise<void> {
    return this.waitForLoader(0);
  }

  repeats(): number {
    return this.tributary.collector.health().loader.duplicates - this.before.duplicates;
  }

  conflicts(): number {
    return this.tributary.collector.health().loader.conflicts - this.before.conflicts;
  }

  async close(): Promise<void> {
    const app = await this.app?.catch(() => undefined);
    await app?.close();
    // Records in the spool are safe, so after Ctrl-C the command does not wait until they are loaded.
    await this.tributary.close(!this.io.stop.aborted);
  }

  /**
   * Waits while the loader has not read more than `max_unread` records. With 0 it waits until all of them are committed.
   * @throws warehouse_unavailable when no record is loaded for {@link STALLED_MS}.
   */
  private async waitForLoader(max_unread: number, onWait: (lag_records: number) => void = () => {}): Promise<void> {
    let seen_left = Number.POSITIVE_INFINITY;
    let moved_at = Date.now();
    for (;;) {
      const { collector } = this.tributary;
      const { lag_records, unread_records, loader } = collector.health();
      if (max_unread === 0 ? lag_records === 0 : unread_records <= max_unread) return;
      onWait(lag_records);
      // The loader moves when it reads records, and when it commits them.
      const left = lag_records + unread_records;
      if (left < seen_left) [seen_left, moved_at] = [left, Date.now()];
      else if (Date.now() - moved_at > STALLED_MS) {
        const why = loader.last_error === '' ? 'the loader makes no progress' : loader.last_error;
        throw new TributaryError(
          'warehouse_unavailable',
          `no record was loaded for ${STALLED_MS / 1000} s: ${why}; accepted records are not lost, so repeat the command when the cause is fixed`,
        );
      }
      // A flush lets the loader commit what it has. It fails only when it takes longer.
      if (max_unread === 0) await collector.flush(FLUSH_MS).catch(() => undefined);
      else await sleep(LAG_CHECK_MS);
    }
  }

  private async request(method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown): Promise<Json> {
    const answer = await this.inject(method, url, body);
    return readAnswer(answer.statusCode, answer.body, retryAfterOf(answer));
  }

  private async inject(method: 'GET' | 'POST' | 'DELETE', url: string, body: unknown): Promise<LightMyRequestResponse> {
    this.app ??= this.makeApp();
    const app = await this.app;
    return app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${this.token}` },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  }

  private async makeApp(): Promise<FastifyInstance> {
    const { buildApp } = await import('../server/app.ts');
    return buildApp(this.tributary, this.keys, { log_level: 'silent', has_dashboard: false });
  }
}

function retryAfterOf({ headers }: LightMyRequestResponse): string | null {
  const retry_after = headers['retry-after'];
  return retry_after === undefined ? null : String(retry_after);
}
