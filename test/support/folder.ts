/** Folders for tests: each is new, and goes when its test file is done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAfterFile } from './left-open.ts';

/** Makes an empty folder. Its name begins with `prefix`. @returns its path. */
export function temporaryFolder(prefix = 'tributary-test-'): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // A process that a test has ended may still write for a moment.
  closeAfterFile(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}
