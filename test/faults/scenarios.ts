/** Every fault, in the order of the table. */
import { AWAY } from './away.ts';
import { CLOCKS } from './clock.ts';
import { DAMAGES } from './damage.ts';
import { FULL_DISKS } from './full-disk.ts';
import type { Scenario } from './harness.ts';
import { KILLS } from './kills.ts';
import { OVERLOADS } from './overload.ts';
import { READERS } from './readers.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...KILLS,
  ...FULL_DISKS,
  ...DAMAGES,
  ...AWAY,
  ...CLOCKS,
  ...READERS,
  ...OVERLOADS,
];
