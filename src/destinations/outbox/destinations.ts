/** What administrators see of destinations and do with them: where each stands, what was given up, and trying again. */
import { maySee } from '../../domain/brand-access.ts';
import { TributaryError } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/time.ts';
import type { State, StateTransaction } from '../../state/port.ts';
import type { Destination } from '../destination.ts';
import type { Message, OrderState } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import { isOf } from './anew.ts';
import { type Checked, checkDestination } from './check.ts';
import { readFeed, readHead, readTold, writeHead, writeTold } from './feed.ts';
import {
  type DeadLetter,
  dropDead,
  newStanding,
  putRetry,
  readDead,
  readRetries,
  readStanding,
  readUntaken,
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
  /** The oldest of them: when its order was placed, or when it was first tried. */
  waiting_since: string | null;
  delivered: number;
  skipped: number;
  refused: number;
  /** Messages that were held back, and why the last one was. */
  withheld: number;
  last_withheld: string | null;
  dead_letters: number;
  next_try_at: string | null;
  last_delivered_at: string | null;
  last_error: string | null;
}

export class DestinationList {
  private readonly checks = new Map<string, Promise<Checked>>();

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
    if ((await this.standingOf(this.seen(id, key_brand_id))) === undefined) return [];
    return (await readDead(this.state, id, MAX_SHOWN)).map(shownLetter);
  }

  /** Orders that were told of people who do not consent any more. */
  withdrawn(id: string, key_brand_id: string | null): ReturnType<typeof withdrawnOrders> {
    return withdrawnOrders(this.reports, this.state, this.seen(id, key_brand_id), MAX_SHOWN);
  }

  /** Puts what was given up into the queue again. @returns how many messages. */
  async replayDead(id: string, key_brand_id: string | null): Promise<number> {
    const settings = this.seen(id, key_brand_id);
    if ((await this.standingOf(settings)) === undefined) return 0;
    let replayed = 0;
    for (;;) {
      const count = await this.state.transaction((transaction) => this.replayPage(transaction, settings));
      replayed += count;
      if (count < REPLAYED_TOGETHER) return replayed;
    }
  }

  /** Tells every order since an instant again, as it is now. @returns how many orders. */
  async replayOrders(id: string, since_ms: number, key_brand_id: string | null): Promise<number> {
    const settings = this.seen(id, key_brand_id);
    if ((await this.standingOf(settings)) === undefined) return 0;
    // Plans read no older ones.
    const from_ms = Math.max(since_ms, this.clock() - settings.correct_ms);
    const told = [...(await readTold(this.state, id))].filter(([, { at_ms }]) => at_ms >= from_ms);
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
    const settings = this.seen(id, key_brand_id);
    await this.state.transaction(async (transaction) => {
      const standing = (await readStanding(transaction, id)) ?? newStanding(settings, this.clock());
      if (!isOf(standing, settings)) return;
      await writeStanding(transaction, id, { ...standing, disabled: '', failures: 0, open_until_ms: 0 });
    });
  }

  /** Asks a destination if it would take what is sent there. Who asks meanwhile gets the same answer. */
  check(id: string, key_brand_id: string | null): Promise<Checked> {
    const settings = this.seen(id, key_brand_id);
    const running = this.checks.get(id);
    if (running !== undefined) return running;
    const check = checkDestination(settings, this.clock).finally(() => this.checks.delete(id));
    this.checks.set(id, check);
    return check;
  }

  /** @returns how many dead letters there were. */
  private async replayPage(transaction: StateTransaction, settings: DestinationSettings): Promise<number> {
    const { id, destination } = settings;
    const letters = await readDead(transaction, id, REPLAYED_TOGETHER);
    const standing = (await readStanding(transaction, id)) ?? newStanding(settings, this.clock());
    const now_ms = this.clock();
    for (const { reason, given_up_ms: _given_up_ms, ...letter } of letters) {
      await dropDead(transaction, id, letter.seq);
      const untaken = await readUntaken(transaction, id, letter.subject);
      const message = messageNow(letter.message, destination, untaken);
      if (message === null) standing.skipped += 1;
      else {
        standing.retries += 1;
        await putRetry(transaction, id, { ...letter, message, tries: 0, due_ms: now_ms, first_ms: now_ms, reason });
      }
    }
    standing.dead = Math.max(0, standing.dead - letters.length);
    if (letters.length > 0) await writeStanding(transaction, id, { ...standing, open_until_ms: 0 });
    return letters.length;
  }

  /** Where a destination stands; undefined if it begins anew, or never began. */
  private async standingOf(settings: DestinationSettings): Promise<Standing | undefined> {
    const standing = await readStanding(this.state, settings.id);
    return standing !== undefined && isOf(standing, settings) ? standing : undefined;
  }

  private async statusOf(settings: DestinationSettings): Promise<DestinationStatus> {
    const { id, brand_id, destination } = settings;
    const known = await this.standingOf(settings);
    const standing = known ?? newStanding(settings, this.clock());
    const next_seq = known === undefined ? 1 : (await readHead(this.state, id)).next_seq;
    const waiting = Math.max(0, next_seq - 1 - standing.cursor);
    const [oldest] = await readFeed(this.state, id, standing.cursor, 1);
    const [retry] = standing.retries > 0 ? await readRetries(this.state, id, 1) : [];
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
      refused: standing.refused,
      withheld: standing.withheld,
      last_withheld: standing.last_withheld || null,
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

/**
 * A message that was given up, as it is sent now. An order is told with the changes that were not sent because it was not there. What a
 * newer message took the place of is not sent: it would bring back what was before.
 */
function messageNow(
  message: Message,
  { corrections }: Destination,
  untaken: { state: OrderState | null } | undefined,
): Message | null {
  if (message.kind === 'profile' || corrections === 'state') return untaken === undefined ? null : message;
  if (message.correction !== null || untaken === undefined || untaken.state === null) return message;
  return { ...message, state: untaken.state };
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
