/**
 * Events of sources that cannot be used: each is kept with the reason, so that it can be tried again after a fix. Providers switch a
 * webhook off that answers with errors, so their deliveries are answered as if all were well. Nothing that names a person is kept but
 * the ids that addresses became.
 */
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { Mentions } from '../domain/mentions.ts';
import { everyEntry } from '../state/entries.ts';
import type { ErasableCollection } from '../state/erasable.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';
import { replaceAddresses, standIn } from './addresses.ts';
import type { People } from './source.ts';

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
  /^(?:\$?(?:first|last|full|given|family|display|sur)_?name|[fl]name|merges|merge_?(?:fields|vars)|subject|phone(?:_?number)?|birth_?(?:day|date)|(?:billing|shipping|default|customer)_?(?:address|details)|addresses|address\d?|shipping|billing|street|city|region|zip|postal_?code|latitude|longitude|coords|ip(?:_?(?:address|opt|signup))?|(?:client|remote|source)_?(?:ip|addr(?:ess)?)|x[_-]forwarded[_-]for|client_?details|user_?agent|geo(?:_?(?:ip|location))?|location|payment_?method_?details)$/i;
/** Objects of one person, whose `name` is that of the person. */
const PERSON =
  /^(?:customer|recipient|contact|subscriber|member|user|profile|person|buyer|client|sender|to|from|cc|bcc|reply_?to)$/i;
/** A field that stands beside the name of a person. */
const BESIDE_NAME = /^(?:e?_?mail(?:_?address)?|phone(?:_?number)?|address\d?|city|zip)$/i;

/** The text of an event without personal data: addresses become the ids of their people, other personal fields are left out. */
export function letterText(item: unknown, people: People): string {
  return (cleanText(item, people, 0) ?? 'null').slice(0, MAX_ITEM_CHARACTERS);
}

/** JSON stands in a text of JSON, as the message in an envelope does, at most so often. */
const MAX_NESTED = 3;

function cleanText(item: unknown, people: People, nested: number): string | undefined {
  const standInOf = (address: string): string => standIn(address, people);
  return jsonText(item, (name, value) => {
    if (PERSONAL.test(name)) return undefined;
    if (typeof value !== 'string') return withoutName(name, value, standInOf);
    if (isIP(value) !== 0) return undefined;
    const inner = nested < MAX_NESTED && /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    return inner === undefined ? replaceAddresses(value, standInOf) : cleanText(inner, people, nested + 1);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object without the name of its person, and without addresses in its keys. */
function withoutName(name: string, value: unknown, standInOf: (address: string) => string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const names_person = keys.some((key) => /^name$/i.test(key)) && (PERSON.test(name) || keys.some(isBesideName));
  if (!names_person && !keys.some((key) => /[@%]/.test(key))) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !names_person || !/^name$/i.test(key))
      .map(([key, inner]) => [replaceAddresses(key, standInOf), inner]),
  );
}

const isBesideName = (key: string): boolean => BESIDE_NAME.test(key);

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

/** Letters that name erased people. @param mentions finds the ids of people of a source's brand. */
export function erasableLetters(mentions: (source_id: string) => Mentions): ErasableCollection {
  return {
    collection: COLLECTION,
    ownerOf: ({ value }) => {
      const { source_id, item, reason } = value as unknown as Letter;
      return mentions(source_id).inJson(item) ?? mentions(source_id).inText(reason);
    },
  };
}

/** Letters that were kept before an instant of their source (milliseconds; null for none). */
export function agedLetters(before: (source_id: string) => number | null): ErasableCollection {
  return {
    collection: COLLECTION,
    ownerOf: ({ value }) => {
      const { source_id, kept_at_ms } = value as unknown as Letter;
      const before_ms = before(source_id);
      return before_ms !== null && kept_at_ms < before_ms ? source_id : undefined;
    },
  };
}

/** How many letters {@link agedLetters} would take, by what their source belongs to. */
export async function countLetters(
  state: State,
  before: (source_id: string) => number | null,
  ownerOf: (source_id: string) => string,
): Promise<Map<string, number>> {
  const { collection, ownerOf: agedSource } = agedLetters(before);
  const counts = new Map<string, number>();
  for await (const entry of everyEntry<Json>(state, collection)) {
    const source_id = agedSource(entry);
    if (source_id === undefined) continue;
    const owner = ownerOf(source_id);
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
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
