/** What people wrote beside the figures may name a customer: annotations lose the name, views and links that hold it go. */
import type { Mentions } from '../domain/mentions.ts';
import type { ErasableCollection } from '../state/erasable.ts';
import type { Json } from '../state/port.ts';
import { ANNOTATIONS } from './annotations.ts';
import { LINKS } from './links.ts';
import { VIEWS } from './views.ts';

const TEXT = 'a note about a person who was erased';

/** @param mentions finds the ids of people of a brand; null stands for all brands. */
export function erasableNotes(mentions: (brand_id: string | null) => Mentions): ErasableCollection[] {
  const inFields = (value: Json, names: readonly string[]): string | undefined => {
    const entry = value as { brand_id?: string | null } & Record<string, unknown>;
    const known = mentions(entry.brand_id ?? null);
    for (const name of names) {
      const owner = known.inAddress(String(entry[name] ?? ''));
      if (owner !== undefined) return owner;
    }
    return undefined;
  };
  return [
    {
      collection: ANNOTATIONS,
      ownerOf: ({ value }) => inFields(value, ['text']),
      without: ({ value }) => ({ ...(value as Record<string, Json>), text: TEXT }),
    },
    { collection: VIEWS, ownerOf: ({ value }) => inFields(value, ['name', 'address']) },
    { collection: LINKS, ownerOf: ({ value }) => inFields(value, ['name', 'address']) },
  ];
}
