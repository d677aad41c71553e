/**
 * Events of sources that cannot be used: each is kept with the reason, so that it can be tried again after a fix. Providers switch a
 * webhook off that answers with errors, so their deliveries are answered as if all were well. Nothing that names a person is kept but
 * the ids that addresses became.
 */
import { randomUUID } from 'node:crypto';
import { everyEntry } from '../state/entries.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';

const COLLECTION = 'source_letters';
/** Letters of one source. When there are more, the oldest are dropped. */
export const MAX_LETTERS = 2_000;
/** A longer event is kept only in its beginning, and cannot be tried again. */
const MAX_ITEM_CHARACTERS = 60_000;

export interface Letter {
  source_id: string;
  reason: string;
  /** The event as JSON, without personal data. */
  item: string;
  kept_at_ms: number;
}

/** Fields of people in the events of shops and providers. No translation reads them. */
const PERSONAL =
  /^(?:first_?name|last_?name|full_?name|display_?name|phone(?:_?number)?|(?:billing|shipping|default|customer)_?(?:address|details)|addresses|address\d?|shipping|billing|street|city|zip|postal_?code|ip(?:_?address)?|client_?ip|client_?details|user_?agent|geoip?|location|payment_?method_?details)$/i;
/** The bounds are those of addresses, and keep the time linear in the length of the text. */
const ADDRESS = /[^@\s"'<>()[\],;:=&?/]{1,64}@[^@\s"'<>()[\],;:=&?/]{1,255}\.[^@\s"'<>()[\],;:=&?/.]{1,63}/g;
/** An address in a URL or a form, where the sign is written as `%40`. */
const ENCODED_ADDRESS = /[^@\s"'<>()[\],;:=&?/]{1,64}%40[^@\s"'<>()[\],;:=&?/]{1,255}/gi;

/** The text of an event without personal data: addresses become the ids of their people, other personal fields are left out. */
export function letterText(item: unknown, personOf: (address: string) => string | null): string {
  const hideAddresses = (text: string): string =>
    text.replace(ADDRESS, (address) => personOf(address) ?? '(address)').replace(ENCODED_ADDRESS, '(address)');
  const clean = (name: string, value: unknown): unknown =>
    PERSONAL.test(name) ? undefined : typeof value === 'string' ? hideAddresses(value) : value;
  return (jsonText(item, clean) ?? 'null').slice(0, MAX_ITEM_CHARACTERS);
}

/** JSON of a value; undefined for one that is nested too deep to be written. JSON.parse reads deeper than JSON.stringify writes. */
function jsonText(item: unknown, kept: (name: string, value: unknown) => unknown): string | undefined {
  try {
    return JSON.stringify(item, kept);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Letters of this process so far: the order of those that are kept in one millisecond. */
let kept = 0;

const prefixOf = (source_id: string): string => `${source_id}/`;

/** Keeps letters. @throws state_unavailable. */
export async function keepLetters(state: State, letters: readonly Letter[]): Promise<void> {
  if (letters.length === 0) return;
  await state.transaction(async (transaction) => {
    for (const letter of letters) {
      const time = letter.kept_at_ms.toString(36).padStart(10, '0');
      const order = (kept++).toString(36).padStart(8, '0');
      await transaction.put(COLLECTION, `${prefixOf(letter.source_id)}${time}-${order}-${randomUUID()}`, { ...letter });
    }
    for (const source_id of new Set(letters.map((letter) => letter.source_id)))
      await dropOldest(transaction, source_id);
  });
}

async function dropOldest(transaction: StateTransaction, source_id: string): Promise<void> {
  const entries = await transaction.list(COLLECTION, { prefix: prefixOf(source_id), limit: 2 * MAX_LETTERS });
  for (const { key } of entries.slice(0, Math.max(0, entries.length - MAX_LETTERS)))
    await transaction.delete(COLLECTION, key);
}

/** The letters of a source, oldest first. */
export async function lettersOf(state: State, source_id: string): Promise<Array<{ key: string; letter: Letter }>> {
  const letters: Array<{ key: string; letter: Letter }> = [];
  for await (const { key, value } of everyEntry<Json>(state, COLLECTION, prefixOf(source_id)))
    letters.push({ key, letter: value as unknown as Letter });
  return letters;
}

export async function dropLetter(state: State, key: string): Promise<void> {
  await state.transaction((transaction) => transaction.delete(COLLECTION, key));
}
