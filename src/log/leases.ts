/**
 * Leases decide which process runs a follower. A lease has an end, so that another process can take over from one that died. Its
 * token grows with each owner, so that a slow process that lost the lease cannot write any more.
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

/** Takes the lease if no other process has it. @returns the lease, or the instant at which the other process's lease ends. */
export async function takeLease(
  transaction: StateTransaction,
  { name, owner, now_ms, lease_ms }: LeaseOptions,
): Promise<{ lease: Lease } | { until_ms: number }> {
  const known = await transaction.get<StoredLease>(LEASES, name);
  // An end that lies too far in the future was written by a process with a wrong clock.
  if (known && known.owner !== owner && known.until_ms > now_ms && known.until_ms <= now_ms + 2 * lease_ms)
    return { until_ms: known.until_ms };
  const token = (known?.token ?? 0) + 1;
  await transaction.put(LEASES, name, { owner, token, until_ms: now_ms + lease_ms });
  return { lease: { name, owner, token } };
}

/** Another process has taken the lease. The transaction of this process is not written. */
export class LeaseLost extends TributaryError {
  constructor(name: string) {
    super('conflict', `follower ${name}: another process has taken over its lease; nothing was changed`);
  }
}

/** Checks and extends the lease, within the transaction that it protects. @throws LeaseLost. */
export async function renewLease(transaction: StateTransaction, lease: Lease, until_ms: number): Promise<void> {
  const { name, owner, token } = lease;
  if (!(await holds(transaction, lease))) throw new LeaseLost(name);
  await transaction.put(LEASES, name, { owner, token, until_ms });
}

/** Gives the lease up, so that another process can take it at once. */
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
