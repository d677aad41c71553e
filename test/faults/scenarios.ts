/** Every fault, in the order of the table. */
import type { Scenario } from './harness.ts';
import { KILLS } from './kills.ts';

export const SCENARIOS: readonly Scenario[] = [...KILLS];
