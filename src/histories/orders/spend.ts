/** The lines of spend that count at a position: reports/spend.ts, in memory. docs/semantics.md 1 and 10. */
import { MADE_SPEND_ID } from '../../domain/spend.ts';
import type { OrderBook } from './order-book.ts';
import type { Standing } from './standing.ts';
import { lastOf, latestOf, type SpendLine } from './statements.ts';

const known = new WeakMap<OrderBook, { last: string; lines: readonly SpendLine[] }>();

/** The lines of spend at a position, of any day. They are kept until another line counts. */
export function spendAt(book: OrderBook, standing: Standing): readonly SpendLine[] {
  const stated = book.spend.filter((line) => standing.seesStatement(line));
  const last = lastOf(stated);
  const kept = known.get(book);
  if (kept?.last === last) return kept.lines;
  const latest = latestOf(book.collectors.texts, stated);
  const anew = new Set(latest.filter(replacesOlder).map(placeOf));
  const lines = latest.filter((line) => line.is_stated || !isMade(line.id) || !anew.has(placeOf(line)));
  known.set(book, { last, lines });
  return lines;
}

const placeOf = ({ brand_id, date, channel, campaign_id }: SpendLine): string =>
  JSON.stringify([brand_id, date, channel, campaign_id ?? '']);

/** True if a line states the day, channel and campaign of lines without an id that versions before schema 4 stored. */
const replacesOlder = ({ is_stated, id, ad_set_id, source }: SpendLine): boolean =>
  is_stated && isMade(id) && ad_set_id === null && source === null;

/** True for an id that was made from the content of a line. */
function isMade(id: string): boolean {
  return id.startsWith(MADE_SPEND_ID.prefix) && [...id].length === MADE_SPEND_ID.length;
}
