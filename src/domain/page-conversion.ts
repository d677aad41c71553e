/**
 * Page conversions: those that a page sent. Anyone who opens the page can send any id, so they never take the place of the
 * conversion that a server sends under that id. Each is stored under an id of its own, and the id that the page gave is kept
 * beside it. docs/semantics.md 1 and 2.
 */
import type { FlatRecord, Value } from './record-kind.ts';

/** The column with the id that the page gave. */
export const CLAIMED_ID = 'claimed_id';
/** The stored id of a page conversion begins with this word and this control character, which no id of a sender can hold. */
export const PAGE_WORD = 'page';
export const PAGE_MARK = 0x1f;

function pageConversionId(sent_id: Value): string {
  return `${PAGE_WORD}${String.fromCharCode(PAGE_MARK)}${sent_id}`;
}

/** The conversion as it is stored when a page sent it. */
export function asPageConversion(conversion: FlatRecord): FlatRecord {
  const sent_id = conversion['conversion_id']!;
  return { ...conversion, conversion_id: pageConversionId(sent_id), [CLAIMED_ID]: sent_id };
}

/** The id under which its sender knows a record that may be a page conversion. */
export function sentId(item: FlatRecord, id_field: string): Value {
  return item[CLAIMED_ID] ?? item[id_field]!;
}

/** The stored id of the other side: that of the page's for a server's conversion, that of the server's for a page's. */
export function rivalId(conversion: FlatRecord): Value {
  return conversion[CLAIMED_ID] ?? pageConversionId(conversion['conversion_id']!);
}
