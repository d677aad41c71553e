/** What a thread makes of a part of a file. Everything is told by rows, so that batches can be counted as if one thread read all of them. */
import type { Problem } from '../../../domain/errors.ts';
import type { PartBytes } from '../../../log/kept-part.ts';
import type { Note } from '../../../mapping/notes.ts';
import type { FileRow } from '../../../mapping/row-source.ts';
import type { SentAmount } from '../books.ts';
import type { Findings } from '../plan-mapping.ts';
import type { SentLink } from './fresh-links.ts';

/** Something that a person should know about a row, by the place of the row in its part. */
export type Told = { row: number } & (
  | { kind: 'refused'; problem: Problem; file_row: FileRow }
  /** Refused when its record was read. `item` is the place of the record in its part. */
  | { kind: 'rejected'; item: number; problem: Problem; file_row: FileRow }
  | { kind: 'warning'; item: number; warning: Problem }
  | { kind: 'note'; note: Note }
);

/** What became of each row, where it is not one record that `where` let through. */
export interface RowCounts {
  items: Uint32Array;
  matched: Uint32Array;
  /** 1 for rows that `where` left out. */
  left_out: Uint8Array;
}

/** An amount of an accepted record, by the place of its row. */
export type RowAmount = SentAmount & { row: number };

export interface ReadPart {
  rows: number;
  /** The line of each row, or that of the first one where each row is one line behind the row before. */
  lines: number | Uint32Array;
  /** Undefined if each row is one record. */
  counts: RowCounts | undefined;
  told: Told[];
  amounts: RowAmount[];
  findings: Findings;
  /** The records that were accepted, and the row of each. Undefined when there are none, or nothing is kept. */
  part: PartBytes | undefined;
  row_of: Uint32Array | undefined;
  /** Links of customers with their addresses, which the parts before did not have. */
  links: SentLink[];
}

export function lineOf({ lines }: ReadPart, row: number): number {
  return typeof lines === 'number' ? lines + row : lines[row]!;
}
