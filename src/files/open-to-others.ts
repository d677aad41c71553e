/** Finds a data folder that other users of the machine may look into. */
import { statSync } from 'node:fs';

const OTHERS = 0o077;

/**
 * The warning about a folder that others may read, or undefined. Only the mode of the folder itself counts: nobody passes through a
 * closed one. Older versions made it open.
 */
export function openToOthers(folder: string): string | undefined {
  const mode = statSync(folder).mode & 0o777;
  if ((mode & OTHERS) === 0) return undefined;
  return `other users of this machine may look into ${folder} (mode ${mode.toString(8)}), which holds personal data; close it with: chmod -R go= ${folder}`;
}
