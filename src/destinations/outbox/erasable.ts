/** Takes erased people out of what waits for destinations, what was given up, and what is known to be told. */
import type { Mentions } from '../../domain/mentions.ts';
import type { ErasableCollection } from '../../state/erasable.ts';
import type { Entry, Json, StateTransaction } from '../../state/port.ts';
import { HEADS, MESSAGES, ORDERS } from './feed.ts';
import { DEAD, RETRIES, readStanding, UNTAKEN, writeStanding } from './standing.ts';

/** What the ids of people are looked for by: those of a brand, and ids of orders and conversions that are removed. */
export interface ErasedOfBrand {
  people: Mentions;
  orders: ReadonlyMap<string, string>;
}

/** @param ofFeed the people of the brand of a destination; undefined for a destination that is not configured any more. */
export function erasableOutbox(ofFeed: (destination_id: string) => ErasedOfBrand): ErasableCollection[] {
  const destinationOf = (key: string): string => key.slice(0, key.indexOf(' '));
  const subjectOf = (key: string): string => key.slice(key.indexOf(' ') + 1);
  const inMessage = ({ key, value }: Entry<Json>): string | undefined => {
    const { people, orders } = ofFeed(destinationOf(key));
    const { message } = value as unknown as { message: Record<string, unknown> };
    return (
      orders.get(String(message['conversion_id'])) ??
      people.inText(String(message['customer_id'])) ??
      people.inText(String(message['anonymous_id'] ?? ''))
    );
  };
  const inSubject = ({ key }: Entry<Json>): string | undefined => {
    const { people, orders } = ofFeed(destinationOf(key));
    const subject = subjectOf(key);
    return orders.get(subject) ?? people.inText(subject);
  };
  const dueOf = ({ value }: Entry<Json>): readonly string[] =>
    (value as { customers_due?: readonly string[] }).customers_due ?? [];
  const ownerOfId = (entry: Entry<Json>, id: string): string | undefined => ofFeed(entry.key).people.inText(id);
  return [
    {
      collection: HEADS,
      ownerOf: (entry) =>
        dueOf(entry)
          .map((id) => ownerOfId(entry, id))
          .find((owner) => owner !== undefined),
      without: (entry) => ({
        ...(entry.value as Record<string, Json>),
        customers_due: dueOf(entry).filter((id) => ownerOfId(entry, id) === undefined),
      }),
    },
    { collection: MESSAGES, ownerOf: inMessage },
    { collection: RETRIES, ownerOf: inMessage, gone: countDown('retries', destinationOf) },
    { collection: DEAD, ownerOf: inMessage, gone: countDown('dead', destinationOf) },
    { collection: ORDERS, ownerOf: inSubject },
    { collection: UNTAKEN, ownerOf: inSubject },
  ];
}

/** The standing of a destination counts what waits for another try and what was given up. */
function countDown(count: 'retries' | 'dead', destinationOf: (key: string) => string) {
  return async (transaction: StateTransaction, { key }: Entry<Json>): Promise<void> => {
    const id = destinationOf(key);
    const standing = await readStanding(transaction, id);
    if (standing === undefined) return;
    await writeStanding(transaction, id, { ...standing, [count]: Math.max(0, standing[count] - 1) });
  };
}
