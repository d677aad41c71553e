/** Empties the spool of what was accepted up to now, because people are erased who may be in it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Loader } from './loader.ts';
import { eraseQuarantined, type GoneLines } from './quarantine.ts';
import type { Spool, SpoolSegment } from './spool.ts';

/** How long loading may take before a segment is removed, and how often a segment is looked at that is being written. */
const LOAD_TIMEOUT_MS = 600_000;
const LOOK_EVERY_MS = 20;

const isFilled = ({ durable_bytes }: SpoolSegment): boolean => durable_bytes > 0;

/** @returns the names of the files of the data folder that were removed or written anew. @throws timeout. */
export async function clearSpool(folder: string, spool: Spool, loader: Loader, gone: GoneLines): Promise<string[]> {
  const before = new Set(spool.durableSegments.filter(isFilled).map(({ name }) => name));
  const isLeft = (): boolean => spool.durableSegments.some((one) => before.has(one.name) && isFilled(one));
  await loader.flush(LOAD_TIMEOUT_MS);
  // A segment that is being written is sealed first, and is dropped when its last records are loaded.
  while (isLeft()) {
    await spool.seal();
    // Damaged lines are kept for a person to look at.
    await loader.setDamagedAside();
    await spool.drop(loader.stats.committed_log_seq, true);
    if (!isLeft()) break;
    await sleep(LOOK_EVERY_MS);
    await loader.flush(LOAD_TIMEOUT_MS);
  }
  const aside = await eraseQuarantined(join(folder, 'spool', 'quarantine'), gone);
  return [...[...before].map((name) => `spool/${name}`), ...aside.map((name) => `spool/quarantine/${name}`)];
}
