/**
 * The conversions, adjustments, rates and spend of the log in memory, as they arrived: no row says what counts, because that differs by
 * position. {@link ./standing.ts} says which rows count at a position, by docs/semantics.md 1 to 3.
 */
import type { Position } from '../../warehouse/position.ts';
import { KeyIndex } from '../key-index.ts';
import { IdIndex } from './id-index.ts';
import { AdjustmentRows, ConversionRows } from './rows.ts';
import type { SpendLine, StatedRate } from './statements.ts';
import { Texts } from './texts.ts';

/** Numbers of a few texts, from 0. */
export class Names {
  private readonly numbers = new Map<string, number>();
  readonly texts: string[] = [];

  add(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  /** The number of a text, or -1. */
  find(text: string): number {
    return this.numbers.get(text) ?? -1;
  }
}

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

  /** Bytes in memory, without the few rates and lines of spend. */
  get bytes(): number {
    const { keys, conversion_ids, order_ids, adjustment_ids, conversions, adjustments } = this;
    return [keys, conversion_ids, order_ids, adjustment_ids, conversions, adjustments].reduce(
      (sum, { bytes }) => sum + bytes,
      0,
    );
  }
}
