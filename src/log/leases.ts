/**
 * Leases: which process does a follower's work. A lease has an end, so that another process takes over from one that died, and
 * a token that grows with each owner, so that a process that was only slow cannot write any more afterwards.
 */
import { TributaryError } from '../domain/errors.ts';
import type { State, StateTransaction } from '../state/port.ts';

const LEASES = 'leases';

/** Entries of the collection `leases`, by the follower's name. */
type StoredLease = { owner: string; token: number; until_ms: number };

export interface Lease {
  name: string;
  owner: string;
  token: number;
}

export interface LeaseOptions {
  name: string;
  owner: string;
  now_ms: number;
  lease_ms: number;
}

/** Takes the lease where nobody has it. @returns it, or when the one of another process ends. */
export async function takeLease(
  transaction: StateTransaction,
  { name, owner, now_ms, lease_ms }: LeaseOptions,
): Promise<{ lease: Lease } | { until_ms: number }> {
  const known = await transaction.get<StoredLease>(LEASES, name);
  // An end that lies too far ahead was written by a clock that was wrong.
  if (known && known.owner !== owner && known.until_ms > now_ms && known.until_ms <= now_ms + 2 * lease_ms)
    return { until_ms: known.until_ms };
  const token = (known?.token ?? 0) + 1;
  await transaction.put(LEASES, name, { owner, token, until_ms: now_ms + lease_ms });
  return { lease: { name, owner, token } };
}

/** Another process does the work now; what this one was about to write is not written. */
export class LeaseLost extends TributaryError {
  constructor(name: string) {
    super('conflict', `follower ${name}: another process has taken it over; nothing was changed`);
  }
}

/** Checks that the lease still stands and makes it last longer, within the transaction that it protects. @throws LeaseLost. */
export async function renewLease(transaction: StateTransaction, lease: Lease, until_ms: number): Promise<void> {
  const { name, owner, token } = lease;
  if (!(await holds(transaction, lease))) throw new LeaseLost(name);
  await transaction.put(LEASES, name, { owner, token, until_ms });
}

/** Lets another process take it at once. */
export async function releaseLease(state: State, lease: Lease): Promise<void> {
  await state.transaction(async (transaction) => {
    const { name, owner, token } = lease;
    if (await holds(transaction, lease)) await transaction.put(LEASES, name, { owner, token, until_ms: 0 });
  });
}

async function holds(transaction: StateTransaction, { name, owner, token }: Lease): Promise<boolean> {
  const known = await transaction.get<StoredLease>(LEASES, name);
  return known?.owner === owner && known.token === token;
}
