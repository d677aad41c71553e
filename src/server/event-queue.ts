/**
 * Touchpoints of clicks and opens on their way to the spool. Those of a moment share one write. A reader does not wait for a disk that is
 * slow or full: an event that cannot be kept is lost and counted, and the link leads to its page all the same.
 */
import type { TouchpointInput } from '../domain/touchpoint.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { Collector } from '../log/collector.ts';
import type { Draft } from '../log/envelope.ts';
import type { LinkCounts } from './link-metrics.ts';

/** An answer waits for the disk this long at most. */
const WAIT_MS = 50;
/** Events of one write. */
const MAX_TOGETHER = 500;
/** Events in memory while the disk does not answer. */
const MAX_WAITING = 20_000;
/** The origin of the events, as the spool keeps it. */
const SOURCE = 'email_links';

class Batch {
  readonly drafts: Draft[] = [];
  readonly answered: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  answer: () => void = () => undefined;

  constructor() {
    this.answered = new Promise((resolve) => {
      this.answer = resolve;
    });
    this.timer = setTimeout(() => this.answer(), WAIT_MS);
  }

  end(): void {
    clearTimeout(this.timer);
    this.answer();
  }
}

export class EventQueue {
  private readonly queued: Batch[] = [];
  /** Events that are neither on disk nor lost. */
  private waiting = 0;
  private running: Promise<void> | undefined;
  private is_failing = false;

  constructor(
    private readonly collector: Collector,
    private readonly counts: LinkCounts,
    private readonly collected: (answer: Acknowledgement) => void,
    private readonly max_items: number,
    /** Told of the first of several failures. */
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Takes an event. The promise resolves when the event is on disk or lost, and after {@link WAIT_MS} at the latest. */
  add(input: TouchpointInput): Promise<void> {
    if (this.waiting >= MAX_WAITING) {
      this.counts.lost += 1;
      return Promise.resolve();
    }
    let batch = this.queued.at(-1);
    if (batch === undefined || batch.drafts.length >= Math.min(MAX_TOGETHER, this.max_items)) {
      batch = new Batch();
      this.queued.push(batch);
    }
    batch.drafts.push({ record: 'touchpoints', input });
    this.waiting += 1;
    this.running ??= this.run();
    return batch.answered;
  }

  /** Waits until every event is on disk or lost. */
  async close(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    // Events of other connections that are ready now come into the same write.
    await new Promise(setImmediate);
    for (let batch = this.queued.shift(); batch !== undefined; batch = this.queued.shift()) {
      await this.write(batch.drafts);
      batch.end();
      this.waiting -= batch.drafts.length;
    }
    this.running = undefined;
  }

  private async write(drafts: readonly Draft[]): Promise<void> {
    try {
      const answer = await this.collector.accept({ source: SOURCE, drafts }, { key_brand_id: null });
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
