/** One search for proposals: reads what the log says of the people of a brand, compares them, and keeps what was found. */
import type { Warehouse } from '../../warehouse/port.ts';
import { resolvePosition } from '../../warehouse/position.ts';
import type { PersonDirectory } from '../directory.ts';
import type { BrandRule } from '../kept-persons.ts';
import { MAX_PEOPLE, readFeatures } from './features.ts';
import type { Proposals } from './store.ts';
import { findInThread } from './thread.ts';

export interface SearchResult {
  /** People that were compared: those who were seen last, up to a limit. */
  people: number;
  /** True if there are more people than were compared. */
  truncated: boolean;
  open: number;
  quarantined: number;
}

export async function searchProposals(
  warehouse: Warehouse,
  directory: PersonDirectory,
  proposals: Proposals,
  rule: BrandRule,
): Promise<SearchResult> {
  const people = await warehouse.read(async (snapshot) => {
    const position = await resolvePosition(snapshot, undefined);
    await directory.makeRelation(snapshot, position, [rule]);
    return readFeatures(snapshot, position, rule.brand_id);
  });
  const found = await findInThread(people);
  const counts = await proposals.replace(rule.brand_id, found);
  return { people: people.length, truncated: people.length >= MAX_PEOPLE, ...counts };
}
