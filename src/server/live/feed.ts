/**
 * Tells listeners what was loaded. While somebody listens, the warehouse is asked once a second what lies after the last position;
 * when nobody does, nothing is asked. Requests that bring events, and the loader, have no part in it.
 */
import type { Warehouse } from '../../warehouse/port.ts';
import { currentPosition, isWithin, type Position, resolvePosition, withoutSettled } from '../../warehouse/position.ts';
import { type LiveBatch, readBatch } from './events.ts';

const TICK_MS = 1_000;
/** Events of each kind of record that are read at a time; the others are counted. */
const MOST_READ = 100;
/** Who comes back after more records begins anew. */
const MOST_MISSED = 100_000;
const TIMEOUT_MS = 5_000;

export type Listener = (batch: LiveBatch) => void;

export class LiveFeed {
  private readonly listeners = new Set<Listener>();
  private position: Position | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** One reading at a time. A tick is left out while another one runs. */
  private reading: Promise<unknown> = Promise.resolve();
  private is_reading = false;

  constructor(
    private readonly warehouse: Pick<Warehouse, 'read'>,
    private readonly tick_ms = TICK_MS,
  ) {}

  get size(): number {
    return this.listeners.size;
  }

  /**
   * Adds a listener. It hears of everything after the position that this resolves with.
   * @param token where the listener was before. Then it is told what it missed, unless that is too much.
   * @param brand_id of what it missed; null for all brands.
   */
  async add(
    listener: Listener,
    token: string | undefined,
    brand_id: string | null,
  ): Promise<{ position: Position; missed: LiveBatch | null }> {
    const begun = this.reading.then(async () => {
      this.position ??= await this.warehouse.read(currentRecords, options());
      const position = this.position;
      const missed = token === undefined ? null : await this.since(token, position, brand_id);
      this.listeners.add(listener);
      this.timer ??= setInterval(() => void this.tick(), this.tick_ms).unref();
      return { position, missed };
    });
    this.reading = begun.catch(() => undefined);
    return begun;
  }

  remove(listener: Listener): void {
    this.listeners.delete(listener);
    if (this.listeners.size === 0) this.stop();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.position = undefined;
  }

  /** What lies between a token and the position; null if the token is none, is later, or lies too far back. */
  private since(token: string, position: Position, brand_id: string | null): Promise<LiveBatch | null> {
    return this.warehouse.read(async (snapshot) => {
      const before = await resolvePosition(snapshot, token).catch(() => null);
      if (before === null || !isWithin(before, position)) return null;
      const missed = [...position].reduce((sum, [id, log_seq]) => sum + log_seq - (before.get(id) ?? 0), 0);
      return missed > MOST_MISSED ? null : readBatch(snapshot, before, position, brand_id, MOST_READ);
    }, options());
  }

  private tick(): Promise<void> {
    if (this.is_reading) return Promise.resolve();
    this.is_reading = true;
    const done = this.reading
      .then(() => this.read())
      // The next tick reads the same again. Failures of the warehouse are told by /health.
      .catch(() => undefined)
      .finally(() => {
        this.is_reading = false;
      });
    this.reading = done;
    return done;
  }

  private async read(): Promise<void> {
    const after = this.position;
    if (after === undefined || this.listeners.size === 0) return;
    const batch = await this.warehouse.read(async (snapshot) => {
      const upto = await currentRecords(snapshot);
      return isWithin(upto, after) ? null : readBatch(snapshot, after, upto, null, MOST_READ);
    }, options());
    if (batch === null || this.position !== after) return;
    this.position = batch.position;
    for (const listener of [...this.listeners]) listener(batch);
  }
}

const options = () => ({ timeout_ms: TIMEOUT_MS, owner: 'live' });

const currentRecords = async (snapshot: Parameters<typeof currentPosition>[0]): Promise<Position> =>
  withoutSettled(await currentPosition(snapshot));
