/**
 * Claims: conversions that a page sent. Anyone who opens the page can send any id, so a claim never takes the place of the
 * conversion that a server sends under that id. It is stored under an id of its own, and the id that the page gave is kept
 * beside it. docs/semantics.md 1 and 2.
 */
import type { FlatRecord, Value } from './record-kind.ts';

/** The column with the id that the page gave. */
export const CLAIMED_ID = 'claimed_id';
/** The stored id of a claim begins with this word and this control character, which no id of a sender can hold. */
export const CLAIM_WORD = 'page';
export const CLAIM_MARK = 0x1f;

function claimId(sent_id: Value): string {
  return `${CLAIM_WORD}${String.fromCharCode(CLAIM_MARK)}${sent_id}`;
}

/** The conversion as it is stored when a page sent it. */
export function asClaim(conversion: FlatRecord): FlatRecord {
  const sent_id = conversion['conversion_id']!;
  return { ...conversion, conversion_id: claimId(sent_id), [CLAIMED_ID]: sent_id };
}

/** The id under which its sender knows a record that may be a claim. */
export function sentId(item: FlatRecord, id_field: string): Value {
  return item[CLAIMED_ID] ?? item[id_field]!;
}

/** The stored id of the other side: that of the claim for a server's conversion, that of the server's for a claim. */
export function rivalId(conversion: FlatRecord): Value {
  return conversion[CLAIMED_ID] ?? claimId(conversion['conversion_id']!);
}
