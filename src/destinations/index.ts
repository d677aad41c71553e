/** Every kind of destination that can be configured, by its name. */
import { adobeDataInsertion } from './adobe-data-insertion/adobe-data-insertion.ts';
import { adobeEdge } from './adobe-edge/adobe-edge.ts';
import { custom } from './custom/custom.ts';
import type { Destination } from './destination.ts';
import { ga4 } from './ga4/ga4.ts';
import { googleDataManager } from './google-data-manager/google-data-manager.ts';
import { meta } from './meta/meta.ts';
import { salesforceDataCloud } from './salesforce-data-cloud/salesforce-data-cloud.ts';
import { jitsu, rudderstack, segment } from './segment/segment.ts';
import { webhook } from './webhook/webhook.ts';

const DESTINATIONS: readonly Destination[] = [
  adobeDataInsertion,
  adobeEdge,
  custom,
  ga4,
  googleDataManager,
  jitsu,
  meta,
  rudderstack,
  salesforceDataCloud,
  segment,
  webhook,
];

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
