/** Every fault, in the order of the table. */
import { AWAY } from './away.ts';
import { CLOCKS } from './clock.ts';
import { DAMAGES } from './damage.ts';
import { DYING_LOG_READERS } from './dying-log-reader.ts';
import { FULL_DISKS } from './full-disk.ts';
import { GUESTS } from './guest.ts';
import { HALF_BACKUPS } from './half-backup.ts';
import { HALF_OPEN } from './half-open.ts';
import type { Scenario } from './harness.ts';
import { KILLS } from './kills.ts';
import { OVERLOADS } from './overload.ts';
import { PAGE_ABUSE } from './page-abuse.ts';
import { READERS } from './readers.ts';
import { SECOND_SERVERS } from './second-server.ts';
import { SLOW_READERS } from './slow-readers.ts';
import { SLOW_REPORTS } from './slow-reports.ts';

/** Clients and operators that do what they should not. */
const ABUSES: readonly Scenario[] = [
  ...SLOW_REPORTS,
  ...GUESTS,
  ...SLOW_READERS,
  ...HALF_OPEN,
  ...PAGE_ABUSE,
  ...DYING_LOG_READERS,
  ...SECOND_SERVERS,
  ...HALF_BACKUPS,
];

export const SCENARIOS: readonly Scenario[] = [
  ...KILLS,
  ...FULL_DISKS,
  ...DAMAGES,
  ...AWAY,
  ...CLOCKS,
  ...READERS,
  ...OVERLOADS,
  ...ABUSES,
];
