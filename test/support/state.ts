/** State for tests: the file store, each in a folder of its own that goes when the test file is done. */
import { afterAll } from 'vitest';
import { openState } from '../../src/state/open.ts';
import type { State } from '../../src/state/port.ts';
import { temporaryFolder } from './folder.ts';

const opened: State[] = [];
afterAll(async () => {
  for (const state of opened.splice(0)) await state.close();
});

export async function openTestState(): Promise<State> {
  const state = await openState(temporaryFolder(), { engine: 'file' });
  opened.push(state);
  return state;
}
