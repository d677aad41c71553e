/** Opens the store that the configuration names. */
import { join } from 'node:path';
import { FileState } from './file.ts';
import type { StateLocation } from './location.ts';
import type { State } from './port.ts';

/** @throws state_unavailable when the store cannot be opened, and says why. */
export async function openState(folder: string, location: StateLocation): Promise<State> {
  if (location.engine === 'file') return FileState.open(join(folder, 'state.db'));
  // Loaded where it is wanted: most folders need no driver.
  const { PostgresState } = await import('./postgres.ts');
  return PostgresState.open(location);
}
