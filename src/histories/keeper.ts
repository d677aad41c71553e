/**
 * Keeps histories of a warehouse in memory: fills them in the background, adds fresh rows, and makes the arrays anew when many rows
 * are fresh. A report that finds no histories, or finds that they do not fit, is answered by the engine.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename } from 'node:path';
import type { ReadOptions, Snapshot, Warehouse } from '../warehouse/port.ts';
import { CARE_TIMEOUT_MS } from '../warehouse/port.ts';
import { currentPosition, isWithin, type Position } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import { Turns } from '../warehouse/turns.ts';
import { filledEmails } from './emails/email-rows.ts';
import { extendEmails, fillEmails } from './emails/fill-emails.ts';
import { prepareMessages } from './emails/shared-messages.ts';
import { extendHistories } from './extend.ts';
import { fillHistories } from './fill.ts';
import { bytesOf, filledRows, type Histories, viewOf } from './histories.ts';
import { MAX_STATEMENTS, STATEMENT_BYTES } from './orders/segment-rows.ts';
import { rebuildHistories } from './rebuild.ts';
import { loadHistories, storeHistories } from './stored.ts';

/** A report adds at most so many positions; more are added in the background. */
const MAX_NEAR = 20_000;
/** How long after a question rows are added in the background. Collection does not pay for reports that nobody reads. */
const ASKED_MS = 60_000;
/** So many fresh rows are made part of the order, and an eighth of those in order if that is more. */
const MIN_REBUILD = 100_000;
/** More positions than this, and than a quarter of the rows, are filled faster anew. */
const MIN_REFILL = 1_000_000;
/** Fewer touchpoints than this are filled in no time, so they are not stored. */
const MIN_STORED = 100_000;
/** More labels than this take too long to write as text. */
const MAX_STORED_LABELS = 100_000;
/** What did not fit is tried again after this time. */
const RETRY_MS = 600_000;
/** Bytes of a touchpoint while histories are filled. */
const BYTES_A_TOUCH = 48;

/** A quarter of the memory of the machine, or of its container. */
export function defaultHistoriesMemory(): number {
  const limit = process.constrainedMemory();
  return Math.floor((limit > 0 && limit < totalmem() ? limit : totalmem()) / 4);
}

/** The options of the keeper's reads. */
type Options = Pick<ReadOptions, 'for' | 'timeout_ms' | 'signal'>;

export interface HistoriesStatus {
  touchpoints: number;
  bytes: number;
  /** Positions of the log that are not in memory yet, as far as the last look found. */
  lag_records: number;
}

export interface KeeperOptions {
  /** The most bytes of the arrays; 0 keeps none. */
  memory_bytes: number;
  /** The file that makes a start faster; none when left out. */
  file?: string | null;
  clock?: () => number;
}

export class HistoriesKeeper {
  private held: Histories | null = null;
  private readonly turns = new Turns();
  private refused_until_ms = 0;
  private asked_ms = Number.NEGATIVE_INFINITY;
  private lag_records = 0;
  /** Grows with each erasure. What began before one is not kept. */
  private era = 0;

  private readonly memory_bytes: number;
  private readonly file: string | null;
  private readonly clock: () => number;
  /** The touchpoints in order that are in the file, by the position at which they were filled. */
  private stored: Position | null = null;

  constructor({ memory_bytes, file = null, clock = Date.now }: KeeperOptions) {
    this.memory_bytes = memory_bytes;
    this.file = file;
    this.clock = clock;
  }

  status(): HistoriesStatus {
    const { held, lag_records } = this;
    return { touchpoints: held?.length ?? 0, bytes: held === null ? 0 : bytesOf(held), lag_records };
  }

  /** Forgets the histories. They are filled again in the background. */
  drop(): void {
    this.held = null;
  }

  /** Forgets the histories, and removes their file: rows of the log were erased. @returns the names of removed files. */
  async erase(): Promise<string[]> {
    this.era += 1;
    this.drop();
    this.stored = null;
    if (this.file === null || !existsSync(this.file)) return [];
    await rm(this.file, { force: true });
    return [basename(this.file)];
  }

  /**
   * The histories as of a position of a snapshot or later, as they are now. Null if there are none, or if too many rows are
   * missing.
   */
  async at(snapshot: Snapshot, position: Position): Promise<Histories | null> {
    this.asked_ms = this.clock();
    const known = this.held;
    if (known === null) return null;
    if (isWithin(position, known.position)) return viewOf(known);
    const current = await currentPosition(snapshot);
    if (distance(known.position, current) > MAX_NEAR) return null;
    return this.turns.take(async () => {
      const { held } = this;
      if (held === null || !(await this.extend(held, snapshot, current))) return null;
      return viewOf(held);
    });
  }

  /** Fills the histories, or adds what is missing. It is called again and again in the background. */
  async follow(warehouse: Warehouse, signal?: AbortSignal): Promise<void> {
    if (this.memory_bytes === 0 || this.clock() < this.refused_until_ms) return;
    const options = { for: 'keeping', timeout_ms: CARE_TIMEOUT_MS, signal } as const;
    if (this.held === null) await warehouse.read((snapshot) => this.fill(snapshot), options);
    else await warehouse.read((snapshot) => this.catchUp(snapshot), options);
    const { held, era } = this;
    if (held === null) return;
    if (held.reads_emails) await this.readEmails(held, warehouse, options);
    // Without email events and segments the other reports still have theirs.
    if (bytesOf(held) > this.memory_bytes) held.emails = null;
    if (bytesOf(held) > this.memory_bytes) held.orders.segments = null;
    if (bytesOf(held) > this.memory_bytes) return this.refuse();
    const { emails } = held;
    const fresh = held.length - filledRows(held) + (emails === null ? 0 : emails.length - filledEmails(emails));
    if (fresh > Math.max(MIN_REBUILD, filledRows(held) / 8)) await this.rebuild(held, warehouse, options);
    if (era !== this.era) return;
    await this.store(warehouse, options);
    if (era !== this.era) await this.erase();
  }

  /** Writes the file if the touchpoints in order are not the ones that it holds. Few need no file. */
  private async store(warehouse: Warehouse, options: Options): Promise<void> {
    const { held, file } = this;
    if (held === null || file === null || this.stored === held.filled.position) return;
    if (filledRows(held) >= MIN_STORED && held.labels.length <= MAX_STORED_LABELS)
      await warehouse.read((snapshot) => storeHistories(file, held, snapshot), options);
    this.stored = held.filled.position;
  }

  private async fill(snapshot: Snapshot): Promise<void> {
    const [row] = await snapshot.query('select count(*) as n from touchpoints');
    const left_bytes = this.memory_bytes - read(row, { n: 'number' }).n * BYTES_A_TOUCH;
    if (left_bytes < 0) return this.refuse();
    const { era } = this;
    const most_statements = Math.min(MAX_STATEMENTS, Math.floor(left_bytes / STATEMENT_BYTES));
    const filled =
      (await this.load(snapshot, most_statements)) ?? (await fillHistories(snapshot, undefined, most_statements));
    if (era !== this.era) return;
    if (filled === null) this.refuse();
    else this.held = filled;
  }

  /** The histories of the file with all that came later; null if there is no file of use. */
  private async load(snapshot: Snapshot, most_statements: number): Promise<Histories | null> {
    if (this.file === null || this.stored !== null) return null;
    const current = await currentPosition(snapshot);
    const loaded = await loadHistories(this.file, snapshot, current);
    if (loaded === null || isFar(loaded, current)) return null;
    loaded.orders.most_statements = most_statements;
    if (!(await extendHistories(loaded, snapshot, current))) return null;
    this.stored = loaded.filled.position;
    return loaded;
  }

  private async catchUp(snapshot: Snapshot): Promise<void> {
    const current = await currentPosition(snapshot);
    await this.turns.take(async () => {
      const { held } = this;
      if (held === null) return;
      this.lag_records = distance(held.position, current);
      if (this.clock() - this.asked_ms >= ASKED_MS) return;
      if (isFar(held, current)) this.held = null;
      else await this.extend(held, snapshot, current);
    });
  }

  /** Adds the rows up to a position. Histories that cannot take them are forgotten. */
  private async extend(held: Histories, snapshot: Snapshot, upto: Position): Promise<boolean> {
    if (isWithin(upto, held.position)) return true;
    // Each of the two has rows that the other lacks.
    if (!isWithin(held.position, upto)) return false;
    const { length } = held;
    try {
      if (!(await extendHistories(held, snapshot, upto))) {
        this.drop();
        return false;
      }
    } catch (error) {
      // Rows that were added only in part must not be added again.
      if (held.length !== length) this.drop();
      throw error;
    }
    this.lag_records = 0;
    return true;
  }

  /** Reads the email events, and then those that came meanwhile. Reports do not wait for it. */
  private async readEmails(held: Histories, warehouse: Warehouse, options: Options): Promise<void> {
    const position = new Map(held.position);
    const emails = await warehouse.read((snapshot) => fillEmails(snapshot, position, held.subjects), options);
    await warehouse.read(async (snapshot) => {
      const current = await currentPosition(snapshot);
      await this.turns.take(async () => {
        if (!isWithin(held.position, current)) return;
        held.emails = emails === null ? null : await extendEmails(emails, snapshot, held.position, held.subjects);
        held.reads_emails = false;
      });
    }, options);
    await prepareMessages(held);
  }

  private async rebuild(held: Histories, warehouse: Warehouse, options: Options): Promise<void> {
    // No rows are being added when it begins. Later ones are added to the old histories, and again to the new ones.
    const { rebuilding } = await this.turns.take(async () => ({ rebuilding: rebuildHistories(held) }));
    const made = await rebuilding;
    await warehouse.read(async (snapshot) => {
      const current = await currentPosition(snapshot);
      await this.turns.take(async () => {
        if (this.held === held && (await this.extend(made, snapshot, current))) this.held = made;
      });
    }, options);
  }

  private refuse(): void {
    this.held = null;
    this.refused_until_ms = this.clock() + RETRY_MS;
  }
}

/** True if filling takes less time than adding what is missing. */
function isFar({ position, length }: Histories, current: Position): boolean {
  return distance(position, current) > Math.max(MIN_REFILL, length / 4);
}

/** How many positions lie between two. */
function distance(from: Position, to: Position): number {
  return [...to].reduce(
    (sum, [collector_id, log_seq]) => sum + Math.max(0, log_seq - (from.get(collector_id) ?? 0)),
    0,
  );
}
