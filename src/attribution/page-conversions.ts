/**
 * Page conversions in the query: which of them count, and under which id. One counts while no server has sent a conversion
 * under its id, and it never stands for an order that a server knows. docs/semantics.md 1 and 2.
 */
import { CLAIMED_ID, PAGE_MARK, PAGE_WORD } from '../domain/page-conversion.ts';
import { atOrBefore, type Position } from '../warehouse/position.ts';
import { textWord } from '../warehouse/sql-text.ts';

/** SQL for the id under which senders know a conversion. Of the conversions that count no two share it. */
export function namedId(alias: string): string {
  return `coalesce(${alias}.${CLAIMED_ID}, ${alias}.conversion_id)`;
}

/** SQL for the order of the conversions of one order: the standing conversion comes first. */
export function standingFirst(alias: string): string {
  return `case when ${alias}.${CLAIMED_ID} is null then 0 else 1 end, ${alias}.occurred_at, ${namedId(alias)}`;
}

/** SQL for the page conversions that do not count at a position, by brand and stored id: a server sent a conversion under their id. */
export function overruledPageConversions(position: Position): string {
  return `select s.brand_id as brand_id, concat(${textWord(PAGE_WORD)}, chr(${PAGE_MARK}), s.conversion_id) as conversion_id from conversions s
     where (s.brand_id, s.conversion_id) in (select k.brand_id, k.${CLAIMED_ID} from conversions k where k.${CLAIMED_ID} is not null and ${atOrBefore('k', position)})
       and ${atOrBefore('s', position)}`;
}
