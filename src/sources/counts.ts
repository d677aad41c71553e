/** What each source brought: deliveries and events by outcome, since it was configured. Processes add theirs to the state. */
import type { State } from '../state/port.ts';

const COLLECTION = 'source_counts';

/** Deliveries by answer, and events by what became of them. */
export interface SourceCounts {
  deliveries: number;
  refused_deliveries: number;
  accepted: number;
  ignored: number;
  /** Kept as letters. */
  unusable: number;
  last_delivery_ms: number | null;
  last_refusal: string | null;
}

export const NO_COUNTS: SourceCounts = {
  deliveries: 0,
  refused_deliveries: 0,
  accepted: 0,
  ignored: 0,
  unusable: 0,
  last_delivery_ms: null,
  last_refusal: null,
};

export function addedCounts(a: SourceCounts, b: Partial<SourceCounts>): SourceCounts {
  return {
    deliveries: a.deliveries + (b.deliveries ?? 0),
    refused_deliveries: a.refused_deliveries + (b.refused_deliveries ?? 0),
    accepted: a.accepted + (b.accepted ?? 0),
    ignored: a.ignored + (b.ignored ?? 0),
    unusable: a.unusable + (b.unusable ?? 0),
    last_delivery_ms: b.last_delivery_ms ?? a.last_delivery_ms,
    last_refusal: b.last_refusal ?? a.last_refusal,
  };
}

export class Counts {
  /** What is not in the state yet, by source. */
  private fresh = new Map<string, SourceCounts>();

  constructor(private readonly state: State) {}

  add(source_id: string, counts: Partial<SourceCounts>): void {
    this.fresh.set(source_id, addedCounts(this.fresh.get(source_id) ?? NO_COUNTS, counts));
  }

  /** Adds what is fresh to the state. What could not be written is added the next time. */
  async store(): Promise<void> {
    if (this.fresh.size === 0) return;
    const adding = this.fresh;
    this.fresh = new Map();
    try {
      await this.state.transaction(async (transaction) => {
        for (const [source_id, counts] of adding) {
          const held = (await transaction.get(COLLECTION, source_id)) as SourceCounts | undefined;
          await transaction.put(COLLECTION, source_id, { ...addedCounts(held ?? NO_COUNTS, counts) });
        }
      });
    } catch (error) {
      for (const [source_id, counts] of this.fresh)
        adding.set(source_id, addedCounts(adding.get(source_id) ?? NO_COUNTS, counts));
      this.fresh = adding;
      throw error;
    }
  }

  async of(source_id: string): Promise<SourceCounts> {
    const held = (await this.state.get(COLLECTION, source_id)) as SourceCounts | undefined;
    return addedCounts(held ?? NO_COUNTS, this.fresh.get(source_id) ?? {});
  }
}
