/** Fills a book of orders from the warehouse, and extends it with the rows that came since. */
import { namedId } from '../../attribution/page-conversions.ts';
import { CONVERSION_TYPES } from '../../domain/conversion.ts';
import { CLAIMED_ID } from '../../domain/page-conversion.ts';
import { STATED_ID } from '../../domain/statement.ts';
import { parseDate } from '../../domain/time.ts';
import { sentIdSql } from '../../log/statements.ts';
import type { Columns, Snapshot } from '../../warehouse/port.ts';
import type { Position } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { SMALL } from '../exact.ts';
import { keyHalves } from '../key-index.ts';
import { extendSegments } from './fill-segments.ts';
import { BOOK_TABLES, type BookTable, OrderBook } from './order-book.ts';
import { type AdjustmentRows, type ConversionRows, NO_TYPE } from './rows.ts';
import { MAX_STATEMENTS } from './segment-rows.ts';

/** Log positions of one page. */
const PAGE = 200_000;

type Cells = Columns['cells'];

/** How the rows of a table are read and kept. */
interface Source {
  columns: string;
  /** Adds row `i` of the cells. The first column is log_seq. */
  add(book: OrderBook, collector: number, cells: Cells, i: number): void;
}

/** SQL for micros of the log: a double where it is exact, else null and a text. */
const micros = (value: string): string => {
  const small = `${value} > ${-SMALL} and ${value} < ${SMALL}`;
  return `case when ${small} then float64(${value}) end as small, case when ${small} then null else text128(${value}) end as large`;
};

const type_no = CONVERSION_TYPES.map((type, i) => `when '${type}' then ${i}`).join(' ');

const SOURCES: Record<BookTable, Source> = {
  conversions: {
    columns: `float64(epoch_ms(t.occurred_at)) as at_ms, t.brand_id as brand_id, t.currency as currency, ${micros('t.conversion_value_micros')},
      float64(case t.conversion_type ${type_no} else ${NO_TYPE} end) as type_no, ${keyHalves('t.subject_key', 'subject')},
      ${namedId('t')} as named_id, t.order_id as order_id, float64(case when t.${CLAIMED_ID} is null then 0 else 1 end) as is_from_page`,
    add: addConversion,
  },
  adjustments: {
    columns: `float64(epoch_ms(t.occurred_at)) as at_ms, t.brand_id as brand_id, t.currency as currency, ${micros('t.amount_micros')},
      t.adjustment_id as adjustment_id, t.conversion_id as conversion_id, t.order_id as order_id`,
    add: addAdjustment,
  },
  fx_rates: {
    columns: `float64(epoch_ms(t.received_at)) as received_ms, t.brand_id as brand_id, ${sentIdSql('fx_rates', 't')} as id,
      t.date as date, t.currency as currency, t.base as base, text128(t.rate_nanos) as rate_nanos`,
    add: addRate,
  },
  spend: {
    columns: `float64(epoch_ms(t.received_at)) as received_ms, t.brand_id as brand_id, ${sentIdSql('spend', 't')} as id,
      float64(case when t.${STATED_ID} is null then 0 else 1 end) as is_stated, t.date as date, t.channel as channel, t.campaign_id as campaign_id,
      t.ad_set_id as ad_set_id, t.source as source, t.currency as currency, text128(t.amount_micros) as micros`,
    add: addSpend,
  },
};

/** Reads the orders of the log up to a position, and the statements about segments, if they are not more than `most_statements`. */
export async function fillOrders(
  snapshot: Snapshot,
  upto: Position,
  most_statements = MAX_STATEMENTS,
): Promise<OrderBook> {
  const book = new OrderBook(most_statements);
  await extendOrders(book, snapshot, upto);
  await extendSegments(book, snapshot, upto);
  return book;
}

/**
 * Adds the rows between the position of the book and a later one. Rows that are there never move, so reports may read the book at
 * the same time. After a failure the next call goes on where this one ended. One call at a time.
 */
export async function extendOrders(book: OrderBook, snapshot: Snapshot, upto: Position): Promise<void> {
  for (const table of BOOK_TABLES)
    for (const [collector_id, last] of upto) await takeRows(book, snapshot, table, collector_id, last);
  book.position = new Map(upto);
}

async function takeRows(
  book: OrderBook,
  snapshot: Snapshot,
  table: BookTable,
  collector_id: string,
  last: number,
): Promise<void> {
  const { columns, add } = SOURCES[table];
  const collector = book.collectors.add(collector_id);
  const taken = book.taken[table];
  const sql = `select float64(t.log_seq) as log_seq, ${columns} from ${table} t
    where t.collector_id = $collector_id and t.log_seq > $after_seq and t.log_seq <= $until_seq`;
  const turns = new WorkTurns();
  for (let after_seq = taken.get(collector_id) ?? 0; after_seq < last; after_seq = taken.get(collector_id)!) {
    const until_seq = Math.min(last, after_seq + PAGE);
    // A page is added when it is whole, so that a failure leaves no part of it.
    const parts: Columns[] = [];
    await snapshot.columns(sql, { collector_id, after_seq, until_seq }, (part) => void parts.push(part));
    for (const { rows, cells } of parts)
      for (let i = 0; i < rows; i++) {
        add(book, collector, cells, i);
        if (turns.ends(256)) await turns.next();
      }
    taken.set(collector_id, until_seq);
  }
}

/** Micros as a double, or NaN and an entry of `large`. */
function microsOf(large: Map<number, bigint>, row: number, small: unknown, text: unknown): number {
  if (small !== null) return small as number;
  large.set(row, BigInt(text as string));
  return Number.NaN;
}

/** Begins a row with what conversions and adjustments both have: their first six columns. @returns its number. */
function beginRow(
  book: OrderBook,
  to: ConversionRows | AdjustmentRows,
  collector: number,
  [seq, at, brand, currency, small, large]: Cells,
  i: number,
): number {
  const row = to.rows;
  to.reserve(row + 1);
  to.collector[row] = collector;
  to.log_seq[row] = seq![i] as number;
  to.at_ms[row] = at![i] as number;
  to.brand[row] = book.brands.add(brand![i] as string);
  to.currency[row] = book.currencies.add(currency![i] as string);
  to.micros[row] = microsOf(to.large, row, small![i], large![i]);
  return row;
}

function addConversion(book: OrderBook, collector: number, cells: Cells, i: number): void {
  const [, , , , , , type, high, low, named, order, from_page] = cells;
  const { conversions: to } = book;
  const row = beginRow(book, to, collector, cells, i);
  const brand_no = to.brand[row]!;
  to.type[row] = type![i] as number;
  to.subject[row] = book.keys.add(high![i] as number, low![i] as number);
  to.named[row] = book.conversion_ids.add(brand_no, named![i] as string);
  to.order[row] = order![i] === null ? -1 : book.order_ids.add(brand_no, order![i] as string);
  to.from_page[row] = from_page![i] as number;
  to.by_named.add(to.named[row]!, row);
  if (to.order[row]! >= 0) to.by_order.add(to.order[row]!, row);
  to.rows = row + 1;
}

function addAdjustment(book: OrderBook, collector: number, cells: Cells, i: number): void {
  const [, , , , , , id, conversion, order] = cells;
  const { adjustments: to } = book;
  const row = beginRow(book, to, collector, cells, i);
  const brand_no = to.brand[row]!;
  book.adjustment_ids.add(id![i] as string);
  to.conversion[row] = conversion![i] === null ? -1 : book.conversion_ids.add(brand_no, conversion![i] as string);
  // If it gives both, the conversion counts.
  const by_order = conversion![i] === null && order![i] !== null;
  to.order[row] = by_order ? book.order_ids.add(brand_no, order![i] as string) : -1;
  if (to.conversion[row]! >= 0) to.by_conversion.add(to.conversion[row]!, row);
  if (by_order) to.by_order.add(to.order[row]!, row);
  to.rows = row + 1;
}

function addRate(book: OrderBook, collector: number, cells: Cells, i: number): void {
  const [seq, received, brand, id, date, currency, base, nanos] = cells;
  book.rates.push({
    collector,
    log_seq: seq![i] as number,
    received_ms: received![i] as number,
    brand_id: brand![i] as string,
    id: id![i] as string,
    day: parseDate(date![i] as string) as number,
    currency: currency![i] as string,
    base: base![i] as string,
    rate_nanos: BigInt(nanos![i] as string),
  });
}

function addSpend(book: OrderBook, collector: number, cells: Cells, i: number): void {
  const [seq, received, brand, id, stated, date, channel, campaign, ad_set, source, currency, micros] = cells;
  book.spend.push({
    collector,
    log_seq: seq![i] as number,
    received_ms: received![i] as number,
    brand_id: brand![i] as string,
    id: id![i] as string,
    is_stated: stated![i] === 1,
    date: date![i] as string,
    channel: channel![i] as string,
    campaign_id: campaign![i] as string | null,
    ad_set_id: ad_set![i] as string | null,
    source: source![i] as string | null,
    currency: currency![i] as string,
    micros: BigInt(micros![i] as string),
  });
}
