/**
 * Removes what is older than the configuration keeps. Each step can be repeated: after a crash the next run finds what is left. Until the
 * files are written anew, a note in state says so.
 */
import { randomBytes } from 'node:crypto';
import { formatInstant } from '../../domain/time.ts';
import type { State } from '../../state/port.ts';
import { CARE_TIMEOUT_MS, type Snapshot, type Warehouse } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { Turns } from '../../warehouse/turns.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { AuditEvent } from '../audit/entry.ts';
import { type RemovedRows, RetentionBook, type RetentionRun } from './book.ts';
import { type AgedRows, agedRows, makeRelations, stepsOf } from './count.ts';
import { type Edges, edgeBehind, edgesAt, latestEdges, NO_EDGES } from './edges.ts';
import { keptLinks } from './kept-links.ts';
import { type RetentionPolicy, removesAnything } from './policy.ts';
import { RETAINED_ROWS, type RetainedRows, removalOf } from './removal.ts';

/** An order that goes, by the ids under which others know it. */
export interface GoneOrder {
  brand_id: string;
  ids: string[];
}

/** What the rest of the program does for a removal. */
export interface RetentionParts {
  state: State;
  warehouse: Warehouse;
  audit: AuditLog;
  clock: () => number;
  policy: RetentionPolicy;
  runs: 'tombstone' | 'recompute';
  /** From now on, records before the edges are not loaded. */
  suppress: (edges: Edges) => Promise<void>;
  /** Loads what was accepted, and removes it from the spool. */
  clearSpool: (isGone: IsGone) => Promise<void>;
  /** Takes orders out of what waits for destinations and what they were told. */
  forgetOrders: (orders: readonly GoneOrder[]) => Promise<void>;
  /** True if somebody is told about orders. */
  tells: boolean;
  /** Removes events of sources that could not be used. */
  removeLetters: (edges: Edges) => Promise<void>;
  /** How many of them there are, by brand. */
  countLetters: (edges: Edges) => Promise<Map<string, number>>;
  remakeRuns: () => Promise<void>;
  /** Forgets what is kept in memory and in files beside the log. */
  forget: () => Promise<unknown>;
  /** Rows of one step; a default when left out. */
  step_rows?: number;
}

type IsGone = (record: Parameters<typeof edgeBehind>[1], item: Parameters<typeof edgeBehind>[2]) => boolean;

/** What would go, and before which instants. */
export interface DryRun {
  edges: Edges;
  rows: Array<Omit<AgedRows, 'name'> & { name: string }>;
}

const KEEPING = { for: 'keeping', timeout_ms: CARE_TIMEOUT_MS } as const;
/** Rows of kept links that are written together. */
const WRITTEN_TOGETHER = 20_000;

export class Retention {
  readonly book: RetentionBook;
  private readonly turns = new Turns();
  private removed_before: Edges = NO_EDGES;
  private running = 0;
  private last_error: string | null = null;

  constructor(private readonly parts: RetentionParts) {
    this.book = new RetentionBook(parts.state);
  }

  get policy(): RetentionPolicy {
    return this.parts.policy;
  }

  /** The edges before which records are not taken: those of the policy now, and those before which records went. */
  edges(): Edges {
    return latestEdges(this.removed_before, this.policyEdges());
  }

  /** The edges of the policy now. */
  policyEdges(): Edges {
    return edgesAt(this.parts.policy, this.parts.clock());
  }

  /** The edges before which records went, as this process knows them. */
  get gone(): Edges {
    return this.removed_before;
  }

  /** Reads the edges of other processes again. */
  async refresh(): Promise<void> {
    this.removed_before = await this.book.edges();
  }

  /** What a run would remove now. */
  async dryRun(): Promise<DryRun> {
    const { warehouse, countLetters } = this.parts;
    const edges = this.policyEdges();
    const rows = await warehouse.read((snapshot) => agedRows(snapshot, edges), KEEPING);
    const letters = Array.from(await countLetters(edges), ([brand_id, n]) => letterRows(edges, brand_id, n));
    return { edges, rows: [...rows, ...letters] };
  }

  /** Removes what is old. @returns what went; null if nothing was to do. */
  async work(signal?: AbortSignal): Promise<RetentionRun | null> {
    this.running += 1;
    try {
      const run = await this.turns.take(() => this.workOnce(signal));
      this.last_error = null;
      return run;
    } catch (error) {
      this.last_error = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      this.running -= 1;
    }
  }

  /** Begins a run that nobody waits for. Its failure stands in {@link status}. */
  begin(): void {
    void this.work().catch(() => undefined);
  }

  /** If a run goes on in this process, and why the last one failed. */
  get status(): { running: boolean; last_error: string | null } {
    return { running: this.running > 0, last_error: this.last_error };
  }

  /** Waits for a run that goes on. */
  async end(): Promise<void> {
    await this.turns.take(async () => undefined);
  }

  private async workOnce(signal: AbortSignal | undefined): Promise<RetentionRun | null> {
    const { policy, clock, suppress, clearSpool, state } = this.parts;
    await this.refresh();
    if (!removesAnything(policy)) return null;
    const began_ms = clock();
    const { edges, rows } = await this.dryRun();
    const latest = latestEdges(this.removed_before, edges);
    const moved = JSON.stringify(asText(latest)) !== JSON.stringify(asText(this.removed_before));
    if (moved) {
      await suppress(latest);
      await this.book.noteEdges(latest);
      this.removed_before = latest;
    }
    const is_open = (await state.get<boolean>(OPEN, OPEN)) === true;
    if (rows.length === 0 && !is_open) return null;
    const entries = await this.audited(rows);
    await state.transaction((transaction) => transaction.put(OPEN, OPEN, true));
    await clearSpool((record, item) => edgeBehind(latest, record, item) !== null);
    await this.remove(edges, signal);
    await this.removeBytes(edges);
    const removed = rows.map(({ name, ...rest }): RemovedRows => ({ record: name, ...rest }));
    const run: RetentionRun = { began_ms, completed_ms: clock(), removed };
    await this.book.noteRun(run);
    await state.transaction((transaction) => transaction.delete(OPEN, OPEN));
    for (const { of, event } of entries) await this.parts.audit.add({ ...event, kind: 'outcome', of, result: 'done' });
    return run;
  }

  /** Writes down what will be removed. */
  private async audited(rows: DryRun['rows']): Promise<Array<{ of: number; event: AuditEvent }>> {
    const entries: Array<{ of: number; event: AuditEvent }> = [];
    for (const { name, brand_id, rows: n, before_ms } of rows) {
      const target = { record: name, before: formatInstant(before_ms), rows: String(n) };
      const event: AuditEvent = {
        ...{ kind: 'action', call: 'retention', actor: null, brand_id, target },
        ...{ persons: [], parameters: [], request_id: '' },
      };
      entries.push({ of: await this.parts.audit.add(event), event });
    }
    return entries;
  }

  private async remove(edges: Edges, signal: AbortSignal | undefined): Promise<void> {
    const { warehouse, step_rows } = this.parts;
    const salt = randomBytes(16).toString('hex');
    for (const name of RETAINED_ROWS) {
      const steps = await warehouse.read((snapshot) => stepsOf(snapshot, name, edges, step_rows), KEEPING);
      for (const step of steps) {
        signal?.throwIfAborted();
        await this.removeStep(name, step, salt);
      }
    }
  }

  private async removeStep(name: RetainedRows, edges: Edges, salt: string): Promise<void> {
    const { warehouse, clock, forgetOrders, tells } = this.parts;
    const removal = removalOf(name, edges, salt);
    const { links, orders } = await warehouse.read(async (snapshot) => {
      await makeRelations(snapshot, removal);
      return {
        links: name === 'identity_links' ? [] : await keptLinks(snapshot, removal.rows, clock()),
        orders: name === 'orders' && tells ? await goneOrders(snapshot) : [],
      };
    }, KEEPING);
    for (let from = 0; from < links.length; from += WRITTEN_TOGETHER)
      await warehouse.append({ consents: links.slice(from, from + WRITTEN_TOGETHER) });
    if (orders.length > 0) await forgetOrders(orders);
    const { relations, rows, following } = removal;
    await warehouse.erase({ relations, changes: [...following, ...rows] });
  }

  /** Has the bytes of what went leave files and memory. */
  private async removeBytes(edges: Edges): Promise<void> {
    const { warehouse, state, runs, remakeRuns, removeLetters, forget } = this.parts;
    await forget();
    if (runs === 'recompute') await remakeRuns();
    await warehouse.purge();
    await removeLetters(edges);
    // What began before the rows went may have kept something of them since.
    await forget();
    await state.purge();
  }
}

/** Set while rows went whose bytes may still be in files. */
const OPEN = 'retention_open';

const asText = ({ defaults, brands }: Edges): unknown => ({ defaults, brands: [...brands].sort() });

const letterRows = (edges: Edges, brand_id: string, rows: number): DryRun['rows'][number] => ({
  name: 'source_letters',
  brand_id,
  rows,
  before_ms: (edges.brands.get(brand_id) ?? edges.defaults).source_letters ?? 0,
});

async function goneOrders(snapshot: Snapshot): Promise<GoneOrder[]> {
  const rows = await snapshot.query('select distinct gone_brand, gone_id, gone_order from gone_conversions');
  return readAll(rows, { gone_brand: 'text', gone_id: 'text', gone_order: 'text?' }).map(
    ({ gone_brand, gone_id, gone_order }) => ({
      brand_id: gone_brand,
      ids: gone_order === null ? [gone_id] : [gone_id, gone_order],
    }),
  );
}
