/**
 * Delivers the feed of one destination: at least once, in the order of the messages of each subject. Whatever fails waits in state with the
 * time of its next try. After a request that failed as a whole nothing else is tried for a while; then one request shows if the
 * destination is back.
 */
import { hash } from 'node:crypto';
import type { Fenced, TimedFollower } from '../../log/follower.ts';
import { OutNetwork } from '../../network/network.ts';
import type { State, StateTransaction } from '../../state/port.ts';
import type { Message } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import { isOf } from './anew.ts';
import { isOfErased } from './erased.ts';
import { type Fate, fatesBefore, isChange, NOTHING, ORDER_NOT_TAKEN, type Withhold } from './fates.ts';
import { type FeedMessage, readFeed, readHead, trimFeed } from './feed.ts';
import { cutPage, dueOf, FIRST_PAGE, isOver, PAGE } from './page.ts';
import { isFailure, Sender } from './send.ts';
import {
  dropRetry,
  dropSending,
  dropUntaken,
  putDead,
  putRetry,
  putSending,
  putUntaken,
  type Retry,
  readRetries,
  readStanding,
  type Standing,
  writeStanding,
} from './standing.ts';

const EVERY_MS = 1_000;
/** With so many messages in wait for another try, no new ones are sent. */
const MAX_RETRIES = 5_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
const LONGEST_RETRY_MS = 60 * 60_000;
/** A message that alone fails so long is given up. */
const GIVE_UP_MS = 3 * 24 * 3_600_000;
/** Removed messages are deleted in pages of this size. */
const TRIM = 1_000;

export interface DeliveryParts {
  state: State;
  clock: () => number;
  /** From 0 to 1, for jitter. */
  random: () => number;
  /** Nothing is held back when left out. */
  withhold?: Withhold;
}

/** The follower that delivers to a destination. */
export function deliverTo(settings: DestinationSettings, parts: DeliveryParts): TimedFollower {
  const network = new OutNetwork(settings.private_network);
  const delivery = new Delivery(settings, parts, new Sender(settings, network, parts.clock));
  return {
    name: `destination_${settings.id}`,
    every_ms: EVERY_MS,
    run: (state, signal) => delivery.run(state, signal),
  };
}

export class Delivery {
  private readonly fingerprint: string;
  /** Of messages that must not go out twice, those that went out and are not settled. */
  private sending = new Set<number>();
  private page = FIRST_PAGE;

  constructor(
    private readonly settings: DestinationSettings,
    private readonly parts: DeliveryParts,
    private readonly sender: Pick<Sender, 'send'>,
  ) {
    const { options, secrets, template, private_network } = settings;
    this.fingerprint = hash('sha256', JSON.stringify([options, secrets, template, private_network]), 'hex').slice(
      0,
      16,
    );
  }

  /** Sends what waits, until nothing is due. */
  async run(state: Fenced, signal: AbortSignal): Promise<void> {
    while (await this.turn(state, signal)) signal.throwIfAborted();
  }

  private async turn(fenced: Fenced, signal: AbortSignal): Promise<boolean> {
    const { id } = this.settings;
    const { state, clock } = this.parts;
    const standing = await readStanding(state, id);
    // The planner makes it.
    if (standing === undefined || !isOf(standing, this.settings)) return false;
    if (standing.disabled !== '' && standing.disabled_settings === this.fingerprint) return false;
    if (!isOver(standing.open_until_ms, clock())) return false;
    const retries = await readRetries(state, id, MAX_RETRIES);
    const due = dueOf(retries, clock(), this.page);
    if (due.length > 0) {
      const sent = await this.send(fenced, due, standing, signal);
      await fenced.transaction((transaction) => this.settle(transaction, due, sent));
      return true;
    }
    if (retries.length >= MAX_RETRIES) return false;
    const takes_newest = this.settings.destination.corrections === 'state';
    const read = await readFeed(state, id, standing.cursor, this.page);
    const page = takes_newest ? read : cutPage(read);
    if (page.length === 0) {
      await this.trim(fenced, standing.cursor);
      return false;
    }
    const waiting = new Map(retries.map((retry) => [retry.subject, retry]));
    const free = page.filter(({ subject }) => !waiting.has(subject));
    const sent = await this.send(fenced, free, standing, signal);
    const held = page.flatMap((message): Retry[] => {
      const before = waiting.get(message.subject);
      return before === undefined ? [] : [{ ...before, ...message, tries: 0 }];
    });
    await fenced.transaction(async (transaction) => {
      for (const retry of held) await putRetry(transaction, id, retry);
      await this.settle(transaction, free, sent, page.at(-1)!.seq);
    });
    return true;
  }

  private async send(
    fenced: Fenced,
    messages: readonly FeedMessage[],
    standing: Standing,
    signal: AbortSignal,
  ): Promise<Fate[]> {
    const { id } = this.settings;
    const { state, withhold = async () => NOTHING } = this.parts;
    const sent = await fatesBefore(messages, this.settings, { state, withhold, now_ms: this.parts.clock() });
    const lost = messages.filter((_, place) => 'is_lost' in sent[place]!);
    this.sending = new Set(lost.map(({ seq }) => seq));
    const places = [...messages.keys()].filter((place) => sent[place]!.outcome === 'untried');
    const told: Message[] = places.map((place) => messages[place]!.message);
    const note = (own: readonly number[]): Promise<void> =>
      fenced.transaction(async (transaction) => {
        for (const i of own) {
          const { seq } = messages[places[i]!]!;
          await putSending(transaction, id, seq);
          this.sending.add(seq);
        }
      });
    const outcomes = await this.sender.send(told, standing.failures > 0, signal, note);
    for (const [i, place] of places.entries()) sent[place] = outcomes[i]!;
    return sent;
  }

  /** Writes down what became of messages. @param cursor the last message of the feed that was read. */
  private async settle(
    transaction: StateTransaction,
    messages: readonly FeedMessage[],
    sent: readonly Fate[],
    cursor?: number,
  ): Promise<void> {
    const { id } = this.settings;
    this.page = Math.min(PAGE, 2 * this.page);
    const now_ms = this.parts.clock();
    const standing = (await readStanding(transaction, id))!;
    if (cursor !== undefined) standing.cursor = Math.max(standing.cursor, cursor);
    standing.disabled = '';
    const tried = sent.filter((one) => one.outcome !== 'withheld');
    const failed = tried.some(isFailure);
    const worked = tried.some((one) => one.outcome === 'delivered' || (one.outcome === 'refused' && !isFailure(one)));
    if (worked) standing.failures = 0;
    for (const [i, one] of sent.entries()) {
      await this.settleOne(transaction, standing, messages[i]!, one, now_ms);
      if (this.sending.has(messages[i]!.seq)) await dropSending(transaction, id, messages[i]!.seq);
    }
    if (failed && !worked) {
      standing.failures += 1;
      const after_ms = Math.max(0, ...sent.map((one) => ('after_ms' in one && one.after_ms) || 0));
      standing.open_until_ms = now_ms + Math.max(after_ms, this.pause(standing.failures, LONGEST_PAUSE_MS));
    } else standing.open_until_ms = 0;
    await writeStanding(transaction, id, standing);
  }

  private async settleOne(
    transaction: StateTransaction,
    standing: Standing,
    message: FeedMessage,
    sent: Fate,
    now_ms: number,
  ): Promise<void> {
    const { id } = this.settings;
    const { subject, message: own } = message;
    if (sent.outcome !== 'delivered' && (await isOfErased(transaction, message))) {
      standing.skipped += 1;
      if (isRetry(message) && (await dropRetry(transaction, id, message.seq))) standing.retries -= 1;
      return;
    }
    if (isWaiting(sent)) return this.wait(transaction, standing, message, sent, now_ms);
    if (sent.outcome === 'refused') return this.giveUp(transaction, standing, message, sent.reason, now_ms);
    if (sent.outcome === 'delivered') {
      if (!isChange(own) || this.isAbsolute(own)) await dropUntaken(transaction, id, subject);
      standing.delivered += 1;
      standing.last_delivered_ms = now_ms;
      standing.last_error = '';
    } else if (sent.outcome === 'withheld') {
      standing.withheld += 1;
      standing.last_withheld = sent.reason;
      if (!isChange(own)) await putUntaken(transaction, id, subject, null, true);
    } else {
      standing.skipped += 1;
      // Once the order itself is taken after all, it is told as it stands then.
      if (own.kind === 'conversion' && sent.reason === ORDER_NOT_TAKEN)
        await putUntaken(transaction, id, subject, own.state);
    }
    if (isRetry(message) && (await dropRetry(transaction, id, message.seq))) standing.retries -= 1;
  }

  /** Keeps a message for another try, or gives it up. */
  private async wait(
    transaction: StateTransaction,
    standing: Standing,
    message: FeedMessage,
    sent: Waiting,
    now_ms: number,
  ): Promise<void> {
    const { id } = this.settings;
    const before = isRetry(message) ? message : null;
    if (sent.outcome === 'untried') {
      if (before !== null) return;
      standing.retries += 1;
      return putRetry(transaction, id, { ...message, tries: 0, due_ms: now_ms, first_ms: now_ms, reason: '' });
    }
    const { outcome, reason } = sent;
    const tries = (before?.tries ?? 0) + 1;
    const first_ms = before?.first_ms ?? now_ms;
    if (outcome === 'disabled') Object.assign(standing, { disabled: reason, disabled_settings: this.fingerprint });
    standing.last_error = reason;
    if (outcome === 'retry' && standing.failures === 0 && tries > 3 && now_ms - first_ms > GIVE_UP_MS) {
      const hours = Math.round((now_ms - first_ms) / 3_600_000);
      const why = `given up after ${tries} tries in ${hours} hours: ${reason}`;
      return this.giveUp(transaction, standing, message, why, now_ms);
    }
    const after_ms = outcome === 'retry' ? (sent.after_ms ?? 0) : 0;
    const due_ms = now_ms + Math.max(after_ms, this.pause(tries, LONGEST_RETRY_MS));
    if (before === null) standing.retries += 1;
    return putRetry(transaction, id, { ...message, tries, due_ms, first_ms, reason });
  }

  private async giveUp(
    transaction: StateTransaction,
    standing: Standing,
    message: FeedMessage,
    reason: string,
    now_ms: number,
  ): Promise<void> {
    const { id } = this.settings;
    const { seq, subject, at_ms, message: own } = message;
    standing.refused += 1;
    if (!isChange(own) || this.isAbsolute(own)) await putUntaken(transaction, id, subject, null);
    standing.dead += await putDead(
      transaction,
      id,
      { seq, subject, at_ms, message: own, reason, given_up_ms: now_ms },
      standing.dead,
    );
    if (isRetry(message) && (await dropRetry(transaction, id, seq))) standing.retries -= 1;
  }

  /** True for a message that takes the place of all before it. */
  private isAbsolute(message: Message): boolean {
    return message.kind === 'profile' || this.settings.destination.corrections === 'state';
  }

  /** Full jitter: any time up to twice as long with each failure. */
  private pause(failures: number, longest_ms: number): number {
    return this.parts.random() * Math.min(longest_ms, FIRST_PAUSE_MS * 2 ** Math.min(failures, 30));
  }

  private async trim(fenced: Fenced, cursor: number): Promise<void> {
    const { id } = this.settings;
    if ((await readHead(this.parts.state, id)).next_seq <= 1) return;
    const [first] = await readFeed(this.parts.state, id, 0, 1);
    if (first === undefined || first.seq > cursor) return;
    while ((await fenced.transaction((transaction) => trimFeed(transaction, id, cursor, TRIM))) === TRIM);
  }
}

type Waiting = Extract<Fate, { outcome: 'retry' | 'untried' | 'disabled' | 'expired' }>;
const WAITING: readonly Fate['outcome'][] = ['retry', 'untried', 'disabled', 'expired'];
const isWaiting = (sent: Fate): sent is Waiting => WAITING.includes(sent.outcome);

const isRetry = (message: FeedMessage): message is Retry => 'due_ms' in message;
