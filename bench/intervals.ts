/**
 * Coverage of the intervals of reports: how often a nominal 90 % interval holds the truth of a simulation. 85 to 95 % is what the
 * project promises.
 */

import { EMAIL_INTERVALS } from './intervals/emails.ts';
import { LIFETIME_INTERVALS } from './intervals/lifetime.ts';
import { SYNERGY_INTERVALS } from './intervals/synergies.ts';

export interface CoverageOptions {
  /** How many worlds are simulated. */
  runs: number;
  seed: number;
}

export interface IntervalCheck {
  name: string;
  /** @returns how many intervals were made, and how many of them held the truth. */
  run(options: CoverageOptions): Promise<{ runs: number; covered: number }>;
}

const CHECKS: readonly IntervalCheck[] = [...EMAIL_INTERVALS, ...LIFETIME_INTERVALS, ...SYNERGY_INTERVALS];

const WORLDS = 400;

/** Prints the coverage of every interval. */
export async function benchIntervals(scale: number): Promise<void> {
  const options = { runs: Math.max(10, Math.round(WORLDS * scale)), seed: 1 };
  console.log(`coverage of nominal 90 % intervals, ${options.runs} simulated worlds`);
  for (const { name, run } of CHECKS) {
    const { runs, covered } = await run(options);
    console.log(`  ${name.padEnd(70)} ${((100 * covered) / runs).toFixed(1)} %  of ${runs}`);
  }
}
