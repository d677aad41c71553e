/** Opens the store that the configuration names. */
import { join } from 'node:path';
import { FileState } from './file.ts';
import type { StateLocation } from './location.ts';
import type { State } from './port.ts';

/** @throws state_unavailable with the reason when the store cannot be opened. */
export async function openState(folder: string, location: StateLocation): Promise<State> {
  if (location.engine === 'file') return FileState.open(join(location.folder ?? folder, 'state.db'));
  // The driver is loaded only here, because most folders do not need it.
  const { PostgresState } = await import('./postgres.ts');
  return PostgresState.open(location);
}
