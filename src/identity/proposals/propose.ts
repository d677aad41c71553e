/** Finds people of one brand who are probably one person. Pure; it runs in a thread, since the work grows with the people. */
import { explainPair, matchRecords } from '../matching/match.ts';
import { evidence, type PairPart, probabilityOf } from '../matching/model.ts';
import { recordsOf } from '../matching/records.ts';
import { FEATURES, type Feature, featureOf, type PersonFeatures } from './features.ts';
import { type Quarantine, quarantineOf } from './guards.ts';

/** The most proposals of one run: the most likely ones. */
export const MAX_PROPOSALS = 1_000;
/** No guess is certain. */
const MOST_CERTAIN = 0.9999;

export interface Found {
  left_id: string;
  right_id: string;
  probability: number;
  /** Why it may not be accepted without a second look; null if it may. */
  quarantine: Quarantine | null;
  /** Bits before any comparison. */
  prior_weight: number;
  /** Bits that shared values lose because a household explains them, too. */
  household_weight: number;
  parts: PairPart[];
}

/** @returns pairs from the most to the least likely. */
export function findProposals(people: readonly PersonFeatures[], seed = 1): Found[] {
  const named = Object.keys(FEATURES) as Feature[];
  const columns = named.flatMap((name) => {
    const cells = people.map((person) => featureOf(person, name));
    return new Set(cells).size > 1 ? [{ name, role: FEATURES[name], cells }] : [];
  });
  const has_parts = columns.some(({ name }) => name === 'first_name' || name === 'last_name');
  // A full name beside its parts would count twice.
  const records = recordsOf(
    people.length,
    columns.filter(({ name }) => !(has_parts && name === 'name')),
  );
  if (people.length < 2 || records.columns.length === 0) return [];
  const { model, pairs, threshold } = matchRecords(records, { seed });
  const found: Found[] = [];
  for (const { a, b, weight } of pairs) {
    if (weight < threshold || found.length >= MAX_PROPOSALS) break;
    // A network or a device that two share makes a household, not a person.
    if (evidence(model, a, b).personal <= 0) continue;
    const { prior_weight, household_weight, parts } = explainPair(model, a, b);
    const [left, right] = [people[a]!, people[b]!];
    found.push({
      left_id: left.person_id,
      right_id: right.person_id,
      probability: Math.min(MOST_CERTAIN, Math.round(probabilityOf(weight) * 1e4) / 1e4),
      quarantine: quarantineOf(left, right),
      prior_weight,
      household_weight,
      parts: parts.filter((part) => part.level !== 'missing'),
    });
  }
  return found;
}
