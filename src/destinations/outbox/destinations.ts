/** What administrators see of destinations and do with them: where each stands, what was given up, and trying again. */
import { maySee } from '../../domain/brand-access.ts';
import { TributaryError } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/time.ts';
import type { State, StateTransaction } from '../../state/port.ts';
import type { DestinationSettings } from '../settings.ts';
import { readFeed, readHead, readTold, writeHead, writeTold } from './feed.ts';
import {
  type DeadLetter,
  dropDead,
  newStanding,
  putRetry,
  readDead,
  readRetries,
  readStanding,
  type Standing,
  writeStanding,
} from './standing.ts';
import { withdrawnOrders } from './withdrawn.ts';

/** Dead letters that are tried again in one transaction. */
const REPLAYED_TOGETHER = 200;
const MAX_SHOWN = 100;

export interface DestinationStatus {
  destination_id: string;
  kind: string;
  brand_id: string;
  /** `sending`, `retrying` after a failure, or `stopped` until a person changes something. */
  status: 'sending' | 'retrying' | 'stopped';
  /** Messages that wait for their first try, and for another one. */
  waiting: number;
  retrying: number;
  /** How long the oldest of them has waited, in seconds. */
  waiting_since: string | null;
  delivered: number;
  skipped: number;
  withheld: number;
  refused: number;
  dead_letters: number;
  next_try_at: string | null;
  last_delivered_at: string | null;
  last_error: string | null;
}

export class DestinationList {
  constructor(
    private readonly settings: ReadonlyMap<string, DestinationSettings>,
    private readonly state: State,
    private readonly clock: () => number,
    private readonly reports: Parameters<typeof withdrawnOrders>[0],
  ) {}

  get size(): number {
    return this.settings.size;
  }

  /** @param key_brand_id the brand of the key that asks; null for a key for all brands. */
  async list(key_brand_id: string | null): Promise<DestinationStatus[]> {
    const own = [...this.settings.values()].filter(({ brand_id }) => maySee(key_brand_id, [brand_id]));
    return Promise.all(own.map((settings) => this.statusOf(settings)));
  }

  /** Messages that were given up, oldest first, without what they say of people. */
  async deadLetters(id: string, key_brand_id: string | null): Promise<object[]> {
    this.seen(id, key_brand_id);
    return (await readDead(this.state, id, MAX_SHOWN)).map(shownLetter);
  }

  /** Orders that were told of people who do not consent any more. */
  withdrawn(id: string, key_brand_id: string | null): ReturnType<typeof withdrawnOrders> {
    return withdrawnOrders(this.reports, this.state, this.seen(id, key_brand_id), MAX_SHOWN);
  }

  /** Puts what was given up into the queue again. @returns how many messages. */
  async replayDead(id: string, key_brand_id: string | null): Promise<number> {
    this.seen(id, key_brand_id);
    let replayed = 0;
    for (;;) {
      const count = await this.state.transaction((transaction) => this.replayPage(transaction, id));
      replayed += count;
      if (count < REPLAYED_TOGETHER) return replayed;
    }
  }

  /** Tells every order since an instant again, as it is now. @returns how many orders. */
  async replayOrders(id: string, since_ms: number, key_brand_id: string | null): Promise<number> {
    this.seen(id, key_brand_id);
    const told = [...(await readTold(this.state, id))].filter(([, { at_ms }]) => at_ms >= since_ms);
    for (let from = 0; from < told.length; from += REPLAYED_TOGETHER)
      await this.state.transaction(async (transaction) => {
        // The next plan sees a difference.
        for (const [conversion_id, order] of told.slice(from, from + REPLAYED_TOGETHER))
          await writeTold(transaction, id, conversion_id, { ...order, digest: '' });
        await writeHead(transaction, id, { ...(await readHead(transaction, id)), waiting: true });
      });
    return told.length;
  }

  /** Lets a destination that stopped, or that waits after a failure, try at once. */
  async resume(id: string, key_brand_id: string | null): Promise<void> {
    this.seen(id, key_brand_id);
    await this.state.transaction(async (transaction) => {
      const standing = (await readStanding(transaction, id)) ?? newStanding(this.clock());
      await writeStanding(transaction, id, { ...standing, disabled: '', failures: 0, open_until_ms: 0 });
    });
  }

  private async replayPage(transaction: StateTransaction, id: string): Promise<number> {
    const letters = await readDead(transaction, id, REPLAYED_TOGETHER);
    const standing = (await readStanding(transaction, id)) ?? newStanding(this.clock());
    const now_ms = this.clock();
    for (const { reason, given_up_ms: _given_up_ms, ...message } of letters) {
      await dropDead(transaction, id, message.seq);
      await putRetry(transaction, id, { ...message, tries: 0, due_ms: now_ms, first_ms: now_ms, reason });
    }
    if (letters.length > 0) {
      standing.dead = Math.max(0, standing.dead - letters.length);
      standing.retries += letters.length;
      await writeStanding(transaction, id, { ...standing, open_until_ms: 0 });
    }
    return letters.length;
  }

  private async statusOf({ id, brand_id, destination }: DestinationSettings): Promise<DestinationStatus> {
    const standing = (await readStanding(this.state, id)) ?? newStanding(this.clock());
    const head = await readHead(this.state, id);
    const waiting = Math.max(0, head.next_seq - 1 - standing.cursor);
    const [oldest] = await readFeed(this.state, id, standing.cursor, 1);
    const [retry] = await readRetries(this.state, id, 1);
    const since = [retry?.first_ms, waiting > 0 ? oldest?.at_ms : undefined].filter((ms) => ms !== undefined);
    return {
      destination_id: id,
      kind: destination.kind,
      brand_id,
      status: standing.disabled !== '' ? 'stopped' : standing.failures > 0 ? 'retrying' : 'sending',
      waiting,
      retrying: standing.retries,
      waiting_since: since.length === 0 ? null : formatInstant(Math.min(...since)),
      delivered: standing.delivered,
      skipped: standing.skipped,
      withheld: standing.withheld ?? 0,
      refused: standing.refused,
      dead_letters: standing.dead,
      next_try_at: nextTry(standing, this.clock()),
      last_delivered_at: standing.last_delivered_ms === null ? null : formatInstant(standing.last_delivered_ms),
      last_error: standing.disabled || standing.last_error || null,
    };
  }

  /** @throws not_found for destinations that do not exist or belong to another brand. */
  private seen(id: string, key_brand_id: string | null): DestinationSettings {
    const settings = this.settings.get(id);
    if (settings === undefined || !maySee(key_brand_id, [settings.brand_id]))
      throw new TributaryError('not_found', `there is no destination ${JSON.stringify(id.slice(0, 60))}`, {
        field: 'destination_id',
      });
    return settings;
  }
}

const nextTry = ({ open_until_ms }: Standing, now_ms: number): string | null =>
  open_until_ms > now_ms ? formatInstant(open_until_ms) : null;

function shownLetter({ seq, message, reason, given_up_ms }: DeadLetter): object {
  return {
    number: seq,
    message_id: message.message_id,
    kind: message.kind,
    conversion_id: message.kind === 'conversion' ? message.conversion_id : null,
    revision: message.revision,
    reason,
    given_up_at: formatInstant(given_up_ms),
  };
}
