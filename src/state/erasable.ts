/** Takes entries out of state that name erased people. The owner of a collection says which they are. */
import { everyEntry } from './entries.ts';
import type { Entry, Json, State, StateTransaction } from './port.ts';

/** A collection whose entries may name people. */
export interface ErasableCollection {
  collection: string;
  /** Whose data an entry holds; undefined if it names none of the people. */
  ownerOf: (entry: Entry<Json>) => string | undefined;
  /** What takes the place of such an entry; without it the entry goes. */
  without?: (entry: Entry<Json>) => Json;
  /** Called in the transaction in which the entry goes. */
  gone?: (transaction: StateTransaction, entry: Entry<Json>) => Promise<void>;
}

const TOGETHER = 200;

/** @returns how many entries went or were changed, by owner and collection. */
export async function eraseEntries(
  state: State,
  collections: readonly ErasableCollection[],
): Promise<Map<string, Record<string, number>>> {
  const counts = new Map<string, Record<string, number>>();
  for (const erasable of collections) {
    const { collection, ownerOf } = erasable;
    const found: Array<{ entry: Entry<Json>; owner: string }> = [];
    for await (const entry of everyEntry<Json>(state, collection)) {
      const owner = ownerOf(entry);
      if (owner !== undefined) found.push({ entry, owner });
    }
    for (let from = 0; from < found.length; from += TOGETHER)
      await state.transaction(async (transaction) => {
        for (const { entry } of found.slice(from, from + TOGETHER)) await change(transaction, erasable, entry);
      });
    for (const { owner } of found) {
      const own = counts.get(owner) ?? {};
      counts.set(owner, own);
      own[collection] = (own[collection] ?? 0) + 1;
    }
  }
  return counts;
}

async function change(
  transaction: StateTransaction,
  { collection, without, gone }: ErasableCollection,
  entry: Entry<Json>,
): Promise<void> {
  if (without !== undefined) return transaction.put(collection, entry.key, without(entry));
  if ((await transaction.delete(collection, entry.key)) && gone !== undefined) await gone(transaction, entry);
}
