/** State for tests: the file store, each in a folder of its own that goes when the test file is done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openState } from '../../src/state/open.ts';
import type { State } from '../../src/state/port.ts';

const opened: Array<{ state: State; folder: string }> = [];
afterAll(async () => {
  for (const { state, folder } of opened.splice(0)) {
    await state.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

export async function openTestState(): Promise<State> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-state-'));
  const state = await openState(folder, { engine: 'file' });
  opened.push({ state, folder });
  return state;
}
