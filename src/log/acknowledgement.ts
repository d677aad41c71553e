/** The answer to a sender: what was accepted, what was refused and why. */
import type { Problem } from '../domain/errors.ts';

/** Warnings in one acknowledgement. */
const MAX_WARNINGS = 100;

/** The answer to an envelope; `rejected` names each refused draft by its index. */
export interface Acknowledgement {
  accepted: number;
  /** Ids of the accepted records, in order. */
  ids: string[];
  /**
   * Accepted records whose id was accepted lately with other content; left out when there are none. They do not count. A page
   * is not told, since it would learn which ids exist.
   */
  conflicts?: Array<{ index: number; id: string; reason: string }>;
  rejected: Array<{ index: number } & Problem>;
  /** Valid drafts whose person denied measurement, so that only a count of them is kept; left out when there are none. */
  counted?: number;
  /** Values of accepted drafts that were not taken as they were sent; left out when there are none. At most {@link MAX_WARNINGS}. */
  warnings?: Array<{ index: number } & Problem>;
  /** How many warnings more there were; left out when there were none. */
  warnings_left_out?: number;
}

/** Adds the warnings of one accepted draft, as far as there is room. */
export function addWarnings(answer: Acknowledgement, index: number, warnings: readonly Problem[]): void {
  for (const warning of warnings) {
    answer.warnings ??= [];
    if (answer.warnings.length < MAX_WARNINGS) answer.warnings.push({ index, ...warning });
    else answer.warnings_left_out = (answer.warnings_left_out ?? 0) + 1;
  }
}
