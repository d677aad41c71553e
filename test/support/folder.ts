/** Folders for tests: each is new, and goes when its test file is done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

// Hooks run in reverse order: the test file, which imports this one, closes first what it has opened in them.
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Makes an empty folder. Its name begins with `prefix`. @returns its path. */
export function temporaryFolder(prefix = 'tributary-test-'): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  made.push(folder);
  return folder;
}
