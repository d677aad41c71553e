/** Secrets that the program makes for itself. They are made once, and processes that share state share them. */
import { randomBytes } from 'node:crypto';
import type { State } from './port.ts';

const COLLECTION = 'secrets';
const BYTES = 32;

/** The secret of a name: 32 random bytes. It is made at the first call. @throws state_unavailable. */
export async function secretOf(state: State, name: string): Promise<Buffer> {
  const known = await state.get<string>(COLLECTION, name);
  if (known !== undefined) return Buffer.from(known, 'hex');
  const made = randomBytes(BYTES).toString('hex');
  const kept = await state.transaction(async (transaction) => {
    const held = await transaction.get<string>(COLLECTION, name);
    if (held === undefined) await transaction.put(COLLECTION, name, made);
    return held ?? made;
  });
  return Buffer.from(kept, 'hex');
}
