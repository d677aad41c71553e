/**
 * Touchpoints of clicks and opens on their way to the spool. Their readers do not wait for them: an event is taken into memory, and those of
 * a moment share one write. An event that cannot be kept is lost and counted, and the link leads to its page all the same. What is
 * in memory is written before the server closes; a killed process loses it (docs/decisions/0030-email-links.md).
 */
import type { TouchpointInput } from '../domain/touchpoint.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { Collector } from '../log/collector.ts';
import type { Draft } from '../log/envelope.ts';
import type { LinkCounts } from './link-metrics.ts';

/** The first event of a batch waits this long for others. A batch costs as much as a hundred events, most of it for the disk. */
const GATHER_MS = 10;
/** Events of one write, which begins at once when there are so many. */
const MAX_TOGETHER = 1_000;
/** Events in memory while the disk does not answer. */
const MAX_WAITING = 20_000;
/** The origin of the events, as the spool keeps it. */
const SOURCE = 'email_links';

export class EventQueue {
  private batches: Draft[][] = [];
  /** Events that were taken, and those of them that are on disk or lost. */
  private taken = 0;
  private done = 0;
  /** Gathers events and writes them; undefined while no event waits. */
  private round: Promise<void> | undefined;
  /** Ends the gathering of the round. */
  private begin: (() => void) | undefined;
  private is_failing = false;
  private readonly max_together: number;

  constructor(
    private readonly collector: Pick<Collector, 'accept'>,
    private readonly counts: LinkCounts,
    private readonly collected: (answer: Acknowledgement) => void,
    /** Records in one envelope. */
    max_items: number,
    /** Told of the first of several failures. */
    private readonly onError: (error: unknown) => void,
  ) {
    this.max_together = Math.min(MAX_TOGETHER, max_items);
  }

  /** Takes an event. It never waits and never fails: an event for which there is no room is counted as lost. */
  add(input: TouchpointInput): void {
    if (this.taken - this.done >= MAX_WAITING) {
      this.counts.lost += 1;
      return;
    }
    let batch = this.batches.at(-1);
    if (batch === undefined || batch.length === this.max_together) {
      batch = [];
      this.batches.push(batch);
    }
    batch.push({ record: 'touchpoints', input });
    this.taken += 1;
    this.round ??= this.gatherAndWrite();
    if (batch.length === this.max_together) this.begin?.();
  }

  /** Waits until every event that was taken before is on disk or lost. */
  async flush(): Promise<void> {
    const target = this.taken;
    while (this.done < target) {
      this.begin?.();
      await this.round;
    }
  }

  private async gatherAndWrite(): Promise<void> {
    if (this.batches.length < 2) await this.gather();
    const batches = this.batches;
    this.batches = [];
    for (const batch of batches) {
      await this.write(batch);
      this.done += batch.length;
    }
    this.round = this.done < this.taken ? this.gatherAndWrite() : undefined;
  }

  private async gather(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.begin = resolve;
      timer = setTimeout(resolve, GATHER_MS);
    });
    clearTimeout(timer);
    this.begin = undefined;
  }

  private async write(drafts: readonly Draft[]): Promise<void> {
    try {
      const envelope = { source: SOURCE, drafts, requests: drafts.length };
      const answer = await this.collector.accept(envelope, { key_brand_id: null });
      this.collected(answer);
      this.counts.lost += answer.rejected.length;
      this.is_failing = false;
    } catch (error) {
      this.counts.lost += drafts.length;
      if (!this.is_failing) this.onError(error);
      this.is_failing = true;
    }
  }
}
