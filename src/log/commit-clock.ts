/** The instants of commits. `as_of` may name an instant, so a commit is never earlier than the one before it. */
import { CARE_TIMEOUT_MS, type Warehouse } from '../warehouse/port.ts';

export class CommitClock {
  constructor(
    /** The instant of the last commit of the collector. */
    private last_ms: number,
  ) {}

  /** The instant for a commit now. After the clock of the machine went back it stands still until the clock has caught up. */
  at(now_ms: number): number {
    this.last_ms = Math.max(this.last_ms, now_ms);
    return this.last_ms;
  }
}

/** The position and instant of the last commit of a collector; 0 without one. */
export async function lastCommit(
  warehouse: Warehouse,
  collector_id: string,
): Promise<{ log_seq: number; committed_ms: number }> {
  const [row] = await warehouse.read(
    (snapshot) =>
      snapshot.query(
        'select coalesce(max(log_seq), 0) as log_seq, coalesce(epoch_ms(max(committed_at)), 0) as committed_ms from commits where collector_id = $collector_id',
        { collector_id },
      ),
    { for: 'loading', timeout_ms: CARE_TIMEOUT_MS },
  );
  return { log_seq: Number(row!['log_seq']), committed_ms: Number(row!['committed_ms']) };
}
