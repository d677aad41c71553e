/** The segments of orders, which the engine makes. */
import type { Snapshot } from '../../warehouse/port.ts';
import { collectorCode } from '../../warehouse/position.ts';
import type { Relation } from '../../warehouse/relation.ts';
import type { AskedOrders } from '../asked-orders.ts';
import { KeyIndex, keyHalves } from '../key-index.ts';
import type { OrderBook } from './order-book.ts';

/** A row number of the log has the collector's code above so many bits: warehouse/position.ts. */
const CODE_UNIT = 2 ** (47 - 32);

/** What reports ask about the segments of orders. */
export type OrderSegments = Pick<AskedOrders, 'segment' | 'segments_pass'>;

/** Reads the relation of segments for some rows of a book; null for orders without segments. */
export async function readSegments(
  snapshot: Snapshot,
  segments: Relation,
  { collectors, conversions }: OrderBook,
  rows: Uint32Array,
): Promise<OrderSegments> {
  const index = new KeyIndex();
  const texts: Array<string | null> = [];
  const passes: number[] = [];
  const are_passed = 'passes' in segments.columns;
  const sql = `select ${keyHalves('s.order_no', 'order')}, s.segment as segment${are_passed ? ', float64(s.passes) as passes' : ''} from ${segments.name} s`;
  await snapshot.columns(sql, {}, ({ rows: count, cells: [high, low, segment, pass] }) => {
    for (let i = 0; i < count; i++) {
      const own = index.add(high![i] as number, low![i] as number);
      texts[own] = segment![i] as string | null;
      if (are_passed) passes[own] = (pass![i] as number | null) ?? Number.NaN;
    }
  });
  const codes = collectors.texts.map((name) => collectorCode(name) * CODE_UNIT);
  const numbers = Int32Array.from(rows, (row) => {
    const log_seq = conversions.log_seq[row]!;
    const high = Math.floor(log_seq / 2 ** 32) + codes[conversions.collector[row]!]!;
    return index.find(high, log_seq % 2 ** 32);
  });
  return {
    segment: Array.from(numbers, (number) => texts[number] ?? null),
    segments_pass: are_passed ? Float64Array.from(numbers, (number) => passes[number] ?? Number.NaN) : null,
  };
}
