/** A finding of the report on today, and what the tests of several candidates share. docs/semantics.md 21. */
import type { Interval } from '../../learning/bootstrap.ts';
import { falseDiscoveryAdjusted } from '../../learning/false-discovery.ts';
import { NORMAL_95, twoSidedChance } from '../../learning/normal.ts';
import type { ReportJson } from '../context.ts';

export const CODES = [
  'records_silent',
  'complaints_high',
  'spend_above_revenue',
  'above_others',
  'moved',
  'opens_by_machines',
] as const;
export type Code = (typeof CODES)[number];

export interface Finding {
  code: Code;
  /** What the finding is about: a campaign, a channel or a kind of record; empty for all emails. */
  keys: Record<string, string>;
  message: string;
  figures: ReportJson;
  /** The money at stake; null if the finding is not about money. */
  at_stake_micros: bigint | null;
}

/** Of the findings of one kind, this part is false on average. */
const FALSE_PART = 0.1;

/** A candidate: how far a figure lies from what it is compared with, and how sure the figure is. */
interface Tested<T> {
  of: T;
  distance: number;
  standard_error: number;
}

/** The standard error that a 90 % interval shows. */
export const standardError = ({ low, high }: Interval): number => (high - low) / (2 * NORMAL_95);

/** The candidates whose distance from 0 is none of chance, after a correction for their number. */
export function sure<T>(candidates: ReadonlyArray<Tested<T>>): T[] {
  const known = candidates.filter(({ standard_error }) => standard_error > 0);
  const chances = falseDiscoveryAdjusted(
    known.map(({ distance, standard_error }) => twoSidedChance(distance / standard_error)),
  );
  return known.filter((_, i) => chances[i]! <= FALSE_PART).map(({ of }) => of);
}

/** Most money at stake first. Findings without an amount follow, in the order of {@link CODES}. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const place = ({ code, keys }: Finding): string => `${CODES.indexOf(code)} ${JSON.stringify(keys)}`;
  return [...findings].sort((a, b) => {
    if (a.at_stake_micros !== b.at_stake_micros) {
      if (a.at_stake_micros === null) return 1;
      if (b.at_stake_micros === null) return -1;
      return a.at_stake_micros > b.at_stake_micros ? -1 : 1;
    }
    return place(a) < place(b) ? -1 : 1;
  });
}
