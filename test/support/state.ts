/** State for tests: the file store, each in a folder of its own that goes when the test file is done. */
import { openState } from '../../src/state/open.ts';
import type { State } from '../../src/state/port.ts';
import { temporaryFolder } from './folder.ts';
import { closeAfterFile } from './left-open.ts';

export async function openTestState(): Promise<State> {
  const state = await openState(temporaryFolder(), { engine: 'file' });
  closeAfterFile(() => state.close());
  return state;
}
