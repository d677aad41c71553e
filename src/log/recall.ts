/** What a collector reads from the warehouse when it starts: its position, and the ids that are known. */
import { join } from 'node:path';
import { RECORD_NAMES } from '../domain/index.ts';
import type { Warehouse } from '../warehouse/port.ts';
import { catchUpSeenIds } from './catch-up.ts';
import { checkCollectorName } from './collector-name.ts';
import { CommitClock, lastCommit } from './commit-clock.ts';
import { countOpenDeadLetters } from './dead-letters.ts';
import type { Recalled } from './loader-options.ts';
import { SeenIds } from './seen-ids.ts';

/** The file of the filter of known ids, in the data folder. */
export const KNOWN_IDS = 'known-ids.bloom';

interface Recalling {
  folder: string;
  warehouse: Warehouse;
  collector_id: string;
}

/** Reads the collector's position and the ids of every collector from the warehouse. */
export async function recall({ folder, warehouse, collector_id }: Recalling): Promise<Recalled> {
  await warehouse.migrate();
  await checkCollectorName(warehouse, collector_id);
  const { log_seq: committed_log_seq, committed_ms } = await lastCommit(warehouse, collector_id);
  const saved = await SeenIds.load(join(folder, KNOWN_IDS));
  const kept = saved !== undefined && saved.log_seq <= committed_log_seq;
  const seen = kept ? saved.ids : new SeenIds();
  const saved_log_seq = kept ? saved.log_seq : 0;
  await catchUpSeenIds(seen, warehouse, RECORD_NAMES, saved_log_seq);
  const commit_clock = new CommitClock(committed_ms);
  const open_dead_letters = await countOpenDeadLetters(warehouse);
  return { committed_log_seq, commit_clock, seen, saved_log_seq, open_dead_letters };
}
