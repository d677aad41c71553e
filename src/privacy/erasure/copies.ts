/** Copies of the log that the program made: a certificate lists those that are there, since nothing is changed in them. */
import { existsSync } from 'node:fs';
import { formatInstant } from '../../domain/time.ts';
import { everyEntry } from '../../state/entries.ts';
import type { Json, State } from '../../state/port.ts';

const COPIES = 'copies';
/** When there are more, the oldest are forgotten. */
const MAX_COPIES = 200;

interface Copy {
  place: string;
  made_ms: number;
}

/** Notes a backup. One that is made again in the same place takes the place of the one before. */
export async function noteCopy(state: State, place: string, made_ms: number): Promise<void> {
  await state.transaction(async (transaction) => {
    await transaction.put(COPIES, place, { place, made_ms });
    const all = await transaction.list<Json>(COPIES, { limit: 2 * MAX_COPIES });
    const oldest = all
      .map(({ key, value }) => ({ key, ...(value as unknown as Copy) }))
      .sort((a, b) => a.made_ms - b.made_ms);
    for (const { key } of oldest.slice(0, Math.max(0, oldest.length - MAX_COPIES)))
      await transaction.delete(COPIES, key);
  });
}

/** A sentence for each backup on this machine that is still there. */
export async function copiesLeft(state: State): Promise<string[]> {
  const left: string[] = [];
  for await (const { value } of everyEntry<Json>(state, COPIES)) {
    const { place, made_ms } = value as unknown as Copy;
    if (existsSync(place)) left.push(`the backup of ${formatInstant(made_ms)} in ${place}`);
  }
  return left;
}
