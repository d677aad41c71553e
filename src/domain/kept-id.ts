/** Ids of consents that say nothing and are no sender's: they keep what joins the ids of a person. */
import { hash } from 'node:crypto';
import { PAGE_MARK as MARK } from './page-conversion.ts';

/** Such an id begins with this word and a control character, which no id of a sender can hold. */
export const KEPT_WORD = 'kept';

/** The id of one that is about some texts and numbers. */
export function keptId(about: readonly unknown[]): string {
  return `${KEPT_WORD}${String.fromCharCode(MARK)}${hash('sha256', JSON.stringify(about), 'hex').slice(0, 32)}`;
}
