/**
 * Deliveries whose signature does not cover their content. The same signature is taken again only with the same body, as a provider
 * sends it when it tries again.
 */
import { createHash } from 'node:crypto';
import { everyEntry } from '../state/entries.ts';
import type { State } from '../state/port.ts';

const COLLECTION = 'source_deliveries';
/** Longer than providers try again. Older names are forgotten. */
const KEPT_MS = 3 * 86_400_000;
/** Names are looked through for old ones after so many new ones. */
const SWEEP_EVERY = 10_000;

interface Seen {
  body: string;
  at_ms: number;
}

export class Replays {
  private since_sweep = 0;

  constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /** Notes a delivery. @returns false if its name was used before with another body. */
  async allows(name: string, body: Buffer): Promise<boolean> {
    const digest = createHash('sha256').update(body).digest('hex');
    const at_ms = this.clock();
    const seen = await this.state.transaction(async (transaction) => {
      const known = (await transaction.get(COLLECTION, name)) as Seen | undefined;
      if (known === undefined) await transaction.put(COLLECTION, name, { body: digest, at_ms });
      return known;
    });
    this.since_sweep += 1;
    if (this.since_sweep >= SWEEP_EVERY) await this.forget(at_ms - KEPT_MS);
    return seen === undefined || seen.body === digest;
  }

  private async forget(before_ms: number): Promise<void> {
    this.since_sweep = 0;
    const old: string[] = [];
    for await (const { key, value } of everyEntry(this.state, COLLECTION))
      if ((value as unknown as Seen).at_ms < before_ms) old.push(key);
    await this.state.transaction(async (transaction) => {
      for (const key of old) await transaction.delete(COLLECTION, key);
    });
  }
}
