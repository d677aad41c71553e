/**
 * The open load of a loader: one transaction with the rows of many batches, for a process that nobody waits for. Its end is a
 * position of the log, as that of a batch, so a crash, a stop or a failure costs nothing but reading those records again.
 */
import { faultOf } from '../warehouse/cells.ts';
import type { Batch, Load, Warehouse } from '../warehouse/port.ts';
import { type Row, TABLES, type TableName } from '../warehouse/schema.ts';
import type { BatchCounts } from './batch.ts';

interface Open {
  load: Load;
  /** The position of its last record. */
  log_seq: number;
  counts: BatchCounts[];
}

interface OpenLoadOptions {
  warehouse: Warehouse;
  /** The row that commits a position. */
  commitRow: (log_seq: number) => Row;
  /** Called after a commit. */
  onCommit: (log_seq: number, counts: readonly BatchCounts[]) => void;
}

export class OpenLoad {
  private open: Open | undefined;

  constructor(private readonly options: OpenLoadOptions) {}

  /** The position of the last record of the open load; undefined when none is open. */
  get position(): number | undefined {
    return this.open?.log_seq;
  }

  /**
   * Adds a batch, the last record of which has the position `log_seq`. A load that gets full in the middle of the batch is
   * committed there. @throws RowFault; then nothing of the batch is added.
   */
  async add(batch: Batch, log_seq: number, counts: BatchCounts | undefined): Promise<void> {
    this.open ??= { load: await this.options.warehouse.beginLoad!(), log_seq: 0, counts: [] };
    const full_at = fullAt(this.open.load, batch);
    if (full_at === undefined) await this.addPart(this.open, batch, log_seq);
    else {
      refuseFaults(batch);
      const [before, after] = partsOf(batch, full_at);
      await this.addPart(this.open, before, full_at);
      await this.commit();
      return this.add(after, log_seq, counts);
    }
    if (counts) this.open.counts.push(counts);
  }

  /** Commits the open load, if there is one. */
  async commit(): Promise<void> {
    if (this.open === undefined) return;
    const { load, log_seq, counts } = this.open;
    await load.add({ commits: [this.options.commitRow(log_seq)] });
    await load.commit();
    this.open = undefined;
    this.options.onCommit(log_seq, counts);
  }

  /** Drops the open load. Its records are read again from the spool. */
  async abandon(): Promise<void> {
    const { open } = this;
    this.open = undefined;
    await open?.load.abandon();
  }

  private async addPart(open: Open, batch: Batch, log_seq: number): Promise<void> {
    await open.load.add(batch);
    open.log_seq = log_seq;
  }
}

const rowsOf = (batch: Batch): Array<[TableName, Row[]]> => Object.entries(batch) as Array<[TableName, Row[]]>;

/** The position of the row with which a load is full; undefined if it can take the whole batch. */
function fullAt(load: Load, batch: Batch): number | undefined {
  const places = rowsOf(batch).flatMap(([table, rows]) => {
    const room = load.room(table);
    return rows.length > room ? [rows[Math.max(0, room - 1)]!['log_seq'] as number] : [];
  });
  return places.length === 0 ? undefined : Math.min(...places);
}

/** The rows of a batch up to a position, and those after it. */
function partsOf(batch: Batch, log_seq: number): [Batch, Batch] {
  const [before, after]: [Batch, Batch] = [{}, {}];
  for (const [table, rows] of rowsOf(batch)) {
    before[table] = rows.filter((row) => (row['log_seq'] as number) <= log_seq);
    after[table] = rows.filter((row) => (row['log_seq'] as number) > log_seq);
  }
  return [before, after];
}

/** @throws RowFault. The first part of a batch is committed before the engine sees the second one. */
function refuseFaults(batch: Batch): void {
  for (const [table, rows] of rowsOf(batch))
    for (const row of rows) {
      const fault = faultOf(table, TABLES[table].columns, row);
      if (fault) throw fault;
    }
}
