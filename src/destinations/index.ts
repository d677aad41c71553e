/** Every kind of destination that can be configured, by its name. */
import type { Destination } from './destination.ts';

const DESTINATIONS: readonly Destination[] = [];

export const DESTINATION_KINDS: ReadonlyMap<string, Destination> = new Map(
  DESTINATIONS.map((destination) => [destination.kind, destination]),
);

/** The destination of a kind, or the sentence that says which kinds there are. */
export function destinationNamed(kind: string): Destination | string {
  const names = [...DESTINATION_KINDS.keys()].sort().join(', ');
  return (
    DESTINATION_KINDS.get(kind) ?? `${JSON.stringify(kind.slice(0, 60))} is no kind of destination; use one of ${names}`
  );
}
