/** The segments of orders as the engine makes them, for books without statements. */
import type { Snapshot } from '../../warehouse/port.ts';
import { collectorCode } from '../../warehouse/position.ts';
import type { Relation } from '../../warehouse/relation.ts';
import type { OrderSegments } from '../asked-orders.ts';
import { KeyIndex, keyHalves } from '../key-index.ts';
import type { OrderBook } from './order-book.ts';
import { type SetsAsked, ToldSets } from './segment-sets.ts';

/** A row number of the log has the collector's code above so many bits: warehouse/position.ts. */
const CODE_UNIT = 2 ** (47 - 32);

/** Reads the relation of segments for some rows of a book. Orders without segments are not in the relation. */
export async function readSegments(
  snapshot: Snapshot,
  segments: Relation,
  { collectors, conversions }: OrderBook,
  rows: Uint32Array,
  { textOf, passes }: SetsAsked,
): Promise<OrderSegments> {
  const index = new KeyIndex();
  const told = new ToldSets();
  const sets: number[] = [];
  const sql = `select ${keyHalves('s.order_no', 'order')}, s.segment as segment${passes === null ? '' : ', float64(s.passes) as passes'} from ${segments.name} s`;
  await snapshot.columns(sql, {}, ({ rows: count, cells: [high, low, segment, pass] }) => {
    for (let i = 0; i < count; i++) {
      const text = textOf === null ? null : (segment![i] as string | null);
      sets[index.add(high![i] as number, low![i] as number)] = told.add(text, passes === null ? null : pass![i] === 1);
    }
  });
  const codes = collectors.texts.map((name) => collectorCode(name) * CODE_UNIT);
  const set = Uint32Array.from(rows, (row) => {
    const log_seq = conversions.log_seq[row]!;
    const high = Math.floor(log_seq / 2 ** 32) + codes[conversions.collector[row]!]!;
    return sets[index.find(high, log_seq % 2 ** 32)] ?? 0;
  });
  return { set, texts: told.texts, passes: told.passes };
}
