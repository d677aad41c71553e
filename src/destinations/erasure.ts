/** Tells destinations that a person was erased, where their API can be told. What cannot be told is listed for people. */
import { setTimeout as sleep } from 'node:timers/promises';
import { OutNetwork } from '../network/network.ts';
import type { ErasedPerson } from '../privacy/erasure/book.ts';
import type { ToldDestination } from '../privacy/erasure/certificate.ts';
import type { DestinationSettings } from './settings.ts';

const TRIES = 3;
const PAUSE_MS = 1_000;

/** @returns by erasure, what became of it at each destination of the brand. */
export async function tellErased(
  destinations: ReadonlyMap<string, DestinationSettings>,
  people: readonly ErasedPerson[],
  clock: () => number,
): Promise<Map<string, ToldDestination[]>> {
  const told = new Map<string, ToldDestination[]>(people.map(({ erasure_id }) => [erasure_id, []]));
  for (const settings of destinations.values()) {
    const own = people.filter(({ brand_id }) => brand_id === settings.brand_id);
    if (own.length === 0) continue;
    const reason = await tell(settings, [...new Set(own.flatMap(({ ids }) => ids))], clock);
    for (const { erasure_id } of own)
      told.get(erasure_id)!.push({
        destination_id: settings.id,
        kind: settings.destination.kind,
        told: reason === null,
        reason,
      });
  }
  return told;
}

/** @returns why it could not be told; null if it was. */
async function tell(
  settings: DestinationSettings,
  ids: readonly string[],
  clock: () => number,
): Promise<string | null> {
  const { erase, title } = settings.destination;
  if (erase === undefined) return `tell ${title} yourself: its API for events cannot be told`;
  const missing = erase.needs.find((name) => settings.secrets[name] === undefined);
  if (missing !== undefined) return `tell ${title} yourself, or give the secret ${missing} of this destination`;
  const network = new OutNetwork(settings.private_network);
  try {
    for (let from = 0; from < ids.length; from += erase.most_ids) {
      const part = ids.slice(from, from + erase.most_ids);
      const failed = await tellPart(settings, network, part, clock);
      if (failed !== null) return `${failed}; tell ${title} yourself`;
    }
    return null;
  } finally {
    network.close();
  }
}

async function tellPart(
  { destination, ...settings }: DestinationSettings,
  network: OutNetwork,
  ids: readonly string[],
  clock: () => number,
): Promise<string | null> {
  const erase = destination.erase!;
  let failed: string | null = null;
  for (let tried = 0; tried < TRIES; tried++) {
    if (tried > 0) await sleep(PAUSE_MS * tried);
    try {
      failed = erase.read(await network.send(erase.request(ids, settings, clock())));
      if (failed === null) return null;
    } catch (error) {
      failed = (error as Error).message;
    }
  }
  return failed;
}
