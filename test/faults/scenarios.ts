/** Every fault, in the order of the table. */

import { FULL_DISKS } from './full-disk.ts';
import type { Scenario } from './harness.ts';
import { KILLS } from './kills.ts';

export const SCENARIOS: readonly Scenario[] = [...KILLS, ...FULL_DISKS];
