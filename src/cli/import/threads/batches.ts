/**
 * Counts the rows that threads have read into the batches that one thread would have sent. So the books, and what is told, are the
 * same with any number of threads.
 */
import type { RecordName } from '../../../domain/index.ts';
import { type Acknowledgement, addWarnings } from '../../../log/acknowledgement.ts';
import { Notes } from '../../../mapping/notes.ts';
import type { FileRow } from '../../../mapping/row-source.ts';
import type { Books, SentAmount } from '../books.ts';
import { isFull } from '../importer.ts';
import type { Refusal } from '../rejected.ts';
import { lineOf, type ReadPart, type RowAmount, type Told } from './read-part.ts';

interface Batch {
  rows: number;
  items: number;
  left_out: number;
  matched: number;
  refusals: Refusal[];
  notes: Notes;
  answer: Acknowledgement;
  /** The rows of items that something is told about, and of the first one, by their place in the batch. */
  item_rows: Record<number, readonly FileRow[]>;
  amounts: SentAmount[];
}

/** A conflict of an accepted record, by the place of its row. */
export interface RowConflict {
  row: number;
  reason: string;
}

/** A part, with the places up to which it is counted. */
interface Place {
  read: ReadPart;
  conflicts: readonly RowConflict[];
  row: number;
  item: number;
  told: number;
  amount: number;
  conflict: number;
}

export class Batches {
  private batch = emptyBatch();

  constructor(
    private readonly record: RecordName,
    private readonly books: Books,
    private readonly batch_items: number,
  ) {}

  /** Counts a part whose records are acknowledged. */
  add(read: ReadPart, conflicts: readonly RowConflict[]): void {
    const place: Place = { read, conflicts, row: 0, item: 0, told: 0, amount: 0, conflict: 0 };
    while (place.row < read.rows) {
      if (isFull(this.batch, this.batch_items)) this.finish();
      this.addRows(place, this.endOf(place));
    }
  }

  /** Closes the batch that is open. */
  finish(): void {
    const { batch, books, record } = this;
    if (batch.rows === 0) return;
    this.batch = emptyBatch();
    const { refusals, answer } = batch;
    answer.accepted = batch.items - answer.rejected.length;
    if (batch.items > 0) {
      books.settle({ record, rows: batch.item_rows }, answer, refusals);
      books.addAmounts(record, batch.amounts);
    }
    books.refuse(refusals);
    books.finish({ ...batch, matched: [batch.matched] });
  }

  /** The first row that is not of this batch, or the end of the part. */
  private endOf({ read, row }: Place): number {
    if (read.counts !== undefined) return row + 1;
    let end = row + 1;
    const { items, rows } = this.batch;
    while (end < read.rows && !isFull({ items: items + end - row, rows: rows + end - row }, this.batch_items)) end += 1;
    return end;
  }

  private addRows(place: Place, end: number): void {
    const { batch } = this;
    const { read, conflicts, row, item } = place;
    const { counts } = read;
    const before = batch.items;
    if (before === 0) batch.item_rows[0] = [lineAlone(read, row)];
    if (counts === undefined) {
      batch.items += end - row;
      batch.matched += end - row;
    } else {
      batch.items += counts.items[row]!;
      batch.matched += counts.matched[row]!;
      batch.left_out += counts.left_out[row]!;
    }
    batch.rows += end - row;
    for (let told = read.told[place.told]; told && told.row < end; told = read.told[++place.told])
      this.tell(told, before - item, read);
    for (let amount = read.amounts[place.amount]; amount && amount.row < end; amount = read.amounts[++place.amount])
      batch.amounts.push(amount satisfies RowAmount);
    for (let one = conflicts[place.conflict]; one && one.row < end; one = conflicts[++place.conflict]) {
      // A row is one record here, so the places of rows tell those of items.
      const index = before + itemOf(read, one.row) - item;
      batch.item_rows[index] ??= [lineAlone(read, one.row)];
      batch.answer.conflicts ??= [];
      batch.answer.conflicts.push({ index, id: '', reason: one.reason });
    }
    place.row = end;
    place.item += batch.items - before;
  }

  private tell(told: Told, first_item: number, read: ReadPart): void {
    const { answer, refusals, notes, item_rows } = this.batch;
    if (told.kind === 'note') notes.merge(new Notes([told.note]));
    else if (told.kind === 'refused') {
      const { file_row, problem } = told;
      refusals.push({ line: file_row.line, rows: [file_row], ...problem });
    } else {
      const index = first_item + told.item;
      if (told.kind === 'rejected') {
        item_rows[index] = [told.file_row];
        answer.rejected.push({ index, ...told.problem });
      } else {
        item_rows[index] ??= [lineAlone(read, told.row)];
        addWarnings(answer, index, [told.warning]);
      }
    }
  }
}

/** The place of the record of a row among those of its part. */
function itemOf({ counts }: ReadPart, row: number): number {
  if (counts === undefined) return row;
  let item = 0;
  for (let i = 0; i < row; i++) item += counts.items[i]!;
  return item;
}

/** A row of which only the line is told. */
function lineAlone(read: ReadPart, row: number): FileRow {
  return { line: lineOf(read, row), cells: [] };
}

function emptyBatch(): Batch {
  return {
    ...{ rows: 0, items: 0, left_out: 0, matched: 0, refusals: [], notes: new Notes(), item_rows: {}, amounts: [] },
    answer: { accepted: 0, ids: [], rejected: [] },
  };
}
