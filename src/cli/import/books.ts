/** The books of an import: what became of the rows up to which all batches are acknowledged. */
import { currencyDecimals } from '../../domain/currencies.ts';
import { type RecordName, recordKind } from '../../domain/index.ts';
import { parseScaledDecimal } from '../../domain/money.ts';
import type { Acknowledgement } from '../../log/acknowledgement.ts';
import type { Item } from '../../mapping/converter.ts';
import { Notes } from '../../mapping/notes.ts';
import type { FileRow } from '../../mapping/row-source.ts';
import type { Checkpoint, CheckpointFile } from './checkpoint.ts';
import { eachRowOnce, type Refusal, type RejectedFile } from './rejected.ts';

const SAVE_EVERY_MS = 1_000;

interface BooksOptions {
  rejected: RejectedFile;
  checkpoint: CheckpointFile;
  clock: () => number;
}

/** Records that were sent together. */
export interface SentRecords {
  record: RecordName;
  /** The rows of a record, by its index in the acknowledgement. */
  rows: Readonly<Record<number, readonly FileRow[]>>;
}

/** What is noted of a batch besides its acknowledgements. */
export interface BatchTotals {
  rows: number;
  left_out: number;
  matched: readonly number[];
  notes: Notes;
}

/** An amount of a record in millionths. The currency is empty where the record names none. */
export interface SentAmount {
  field: string;
  currency: string;
  micros: number;
}

export class Books {
  readonly state: Checkpoint;
  /** Rows that an earlier run has finished. */
  readonly rows_before: number;
  private readonly reasons: Notes;
  private readonly notes: Notes;
  private saved_at = 0;

  constructor(private readonly options: BooksOptions) {
    this.state = structuredClone(options.checkpoint.start);
    this.rows_before = this.state.rows;
    this.reasons = new Notes(this.state.reasons);
    this.notes = new Notes(this.state.notes);
  }

  /** Notes an acknowledgement. @param refusals gets the records that were refused. */
  settle(sent: SentRecords, answer: Acknowledgement, refusals: Refusal[]): void {
    const { state } = this;
    const rowsOf = (index: number): readonly FileRow[] => sent.rows[index]!;
    for (const { index, field, reason } of answer.rejected) {
      const rows = rowsOf(index);
      refusals.push({ line: rows[0]!.line, rows, field, reason });
    }
    for (const { index, reason } of answer.conflicts ?? []) {
      state.conflicts++;
      this.notes.add('conflict', recordKind(sent.record).id_field, reason, rowsOf(index)[0]!.line);
    }
    for (const { index, field, reason } of answer.warnings ?? [])
      this.notes.add('changed', field, shape(reason), rowsOf(index)[0]!.line);
    const { warnings_left_out = 0 } = answer;
    if (warnings_left_out > 0)
      this.notes.add('changed', '', 'more values were changed', rowsOf(0)[0]!.line, warnings_left_out);
    state.accepted[sent.record] = (state.accepted[sent.record] ?? 0) + answer.accepted;
  }

  /** Writes the refused rows, each once, also when several records refused it. @returns the lines of all refused rows. */
  refuse(refusals: readonly Refusal[]): Set<number> {
    for (const { field, reason, line, rows } of refusals)
      this.reasons.add('refused', field, shape(reason), line, rows.length);
    const once = eachRowOnce(refusals);
    this.options.rejected.add(once);
    const lines = new Set(once.flatMap(({ rows }) => rows.map(({ line }) => line)));
    this.state.refused += lines.size;
    return lines;
  }

  /** Adds up the amounts of accepted records, so that a person can compare them with the shop. */
  addAmounts(record: RecordName, amounts: Iterable<SentAmount>): void {
    const fields = amountFields(record);
    if (fields.length === 0) return;
    const none = Object.fromEntries(fields.map(({ name }) => [name, {}]));
    const all: Record<string, Record<string, string>> = { ...none, ...this.state.sums[record] };
    this.state.sums[record] = all;
    for (const { field, currency, micros } of amounts) {
      const sums = all[field]!;
      sums[currency] = String(BigInt(sums[currency] ?? 0) + BigInt(micros));
    }
  }

  /** All rows of a batch are finished. */
  finish({ rows, left_out, matched, notes }: BatchTotals): void {
    const { state } = this;
    this.notes.merge(notes);
    state.rows += rows;
    state.left_out += left_out;
    state.matched = matched.map((n, i) => n + (state.matched[i] ?? 0));
    if (this.options.clock() - this.saved_at >= SAVE_EVERY_MS) this.save();
  }

  save(): void {
    this.saved_at = this.options.clock();
    this.state.rejected_bytes = this.options.rejected.bytes;
    this.state.updated_at = new Date(this.saved_at).toISOString();
    this.options.checkpoint.save(this.state);
  }

  /** Saves them for the last time. */
  close(): void {
    this.save();
    this.options.rejected.close();
  }
}

/** The amounts of an item. */
export function* amountsOf(record: RecordName, item: Item): Generator<SentAmount> {
  for (const { name, currency_field } of amountFields(record)) {
    const named = item[currency_field];
    const currency = typeof named === 'string' && currencyDecimals(named) !== undefined ? named : '';
    const micros = parseScaledDecimal(item[name], 6, 6, '');
    if (typeof micros === 'number') yield { field: name, currency, micros };
  }
}

const AMOUNT_FIELDS = new Map<RecordName, { name: string; currency_field: string }[]>();

/** The fields of a record with an amount, and those of their currencies. */
export function amountFields(record: RecordName): readonly { name: string; currency_field: string }[] {
  const known = AMOUNT_FIELDS.get(record);
  if (known !== undefined) return known;
  const amounts = recordKind(record).fields.filter(({ kind }) => kind === 'amount');
  const found = amounts.map(({ name, schema }) => ({ name, currency_field: schema['x-currency'] as string }));
  AMOUNT_FIELDS.set(record, found);
  return found;
}

/** A reason without the values in it, so that equal reasons are counted together. */
function shape(reason: string): string {
  return reason
    .replace(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z/, '…')
    .replace(/^\d+|(?<=on line |^is )\d+/g, '…');
}
