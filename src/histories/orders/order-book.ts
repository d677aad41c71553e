/**
 * The conversions, adjustments, rates, spend and segments of the log in memory, as they arrived: no row says what counts, because that
 * differs by position. {@link ./standing.ts} says which rows count at a position, by docs/semantics.md 1 to 3.
 */
import type { Position } from '../../warehouse/position.ts';
import { KeyIndex } from '../key-index.ts';
import { IdIndex } from './id-index.ts';
import { Names } from './names.ts';
import { AdjustmentRows, ConversionRows } from './rows.ts';
import { MAX_STATEMENTS, SegmentRows } from './segment-rows.ts';
import type { SpendLine, StatedRate } from './statements.ts';
import { Texts } from './texts.ts';

/** The tables that a book is filled from. */
export const BOOK_TABLES = ['conversions', 'adjustments', 'fx_rates', 'spend'] as const;
export type BookTable = (typeof BOOK_TABLES)[number];

export class OrderBook {
  /** All rows of the log up to here are in the book. */
  position: Position = new Map();
  /** By table and collector, the position up to which rows are taken. It is ahead of `position` while the book is extended. */
  readonly taken: Record<BookTable, Map<string, number>> = {
    conversions: new Map(),
    adjustments: new Map(),
    fx_rates: new Map(),
    spend: new Map(),
  };
  readonly collectors = new Names();
  readonly brands = new Names();
  readonly currencies = new Names();
  /** The keys of subjects and persons. */
  readonly keys = new KeyIndex();
  readonly conversion_ids = new IdIndex();
  readonly order_ids = new IdIndex();
  readonly adjustment_ids = new Texts();
  readonly conversions = new ConversionRows();
  readonly adjustments = new AdjustmentRows();
  readonly rates: StatedRate[] = [];
  readonly spend: SpendLine[] = [];
  /** The statements about segments; null if they are too many. Then the engine tells the segments of orders. */
  segments: SegmentRows | null = new SegmentRows();

  /** @param most_statements more statements about segments are not kept. */
  constructor(public most_statements = MAX_STATEMENTS) {}

  /** Bytes in memory, without the few rates and lines of spend. */
  get bytes(): number {
    const { keys, conversion_ids, order_ids, adjustment_ids, conversions, adjustments, segments } = this;
    return [keys, conversion_ids, order_ids, adjustment_ids, conversions, adjustments].reduce(
      (sum, { bytes }) => sum + bytes,
      segments?.bytes ?? 0,
    );
  }
}
