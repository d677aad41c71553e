/** Proves that the disk of a spool takes records. */
import fs from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** As much as some events need. */
const BYTES = 16_384;
const FILE_MODE = 0o600;

/**
 * Writes and syncs a small file beside the segments, as an append does, and removes it.
 * @throws the error of the file system, such as that of a full disk.
 */
export async function checkDisk(folder: string): Promise<void> {
  const path = join(folder, 'probe');
  try {
    // What a crash left, or a link with the name, is removed and not written.
    await rm(path, { force: true });
    const file = await open(path, 'wx', FILE_MODE);
    try {
      const written = fs.writeSync(file.fd, Buffer.alloc(BYTES));
      if (written !== BYTES) throw new Error(`wrote ${written} of ${BYTES} bytes`);
      await file.datasync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}
