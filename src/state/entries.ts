/** Reads a whole collection, page by page. */
import type { Entry, Json, State } from './port.ts';

const PAGE_ENTRIES = 1_000;

/**
 * Every entry of a collection, in the order of the keys. An entry that changes meanwhile comes as it was or as it is.
 * @param prefix what the keys begin with.
 */
export async function* everyEntry<T extends Json>(
  state: State,
  collection: string,
  prefix = '',
): AsyncGenerator<Entry<T>> {
  for (let after = ''; ; ) {
    const page = await state.list<T>(collection, { prefix, after, limit: PAGE_ENTRIES });
    yield* page;
    if (page.length < PAGE_ENTRIES) return;
    after = page[page.length - 1]!.key;
  }
}
