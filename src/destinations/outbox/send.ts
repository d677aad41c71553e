/** Sends messages to one destination: as items, in as few requests as its limits allow. It changes no state. */
import { hash } from 'node:crypto';
import type { OutNetwork } from '../../network/network.ts';
import type { OutRequest } from '../../network/request.ts';
import type { AnswerRead, Destination, Outcome, OutItem } from '../destination.ts';
import type { Message } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';
import { Caller } from './call.ts';

/**
 * What became of a message. `skipped`: it was not meant for this destination. `untried`: a request before it
 * failed.
 */
export type Sent = Outcome | { outcome: 'skipped'; reason: string } | { outcome: 'untried' };

interface Item {
  /** The place of its message. */
  message: number;
  item: OutItem;
  bytes: number;
}

/** Why a message that must not go out twice is given up. */
export const UNKNOWN_FATE =
  'it is not known whether it was taken, and it would count twice if it was sent again; look there, and replay it if it is missing';

export class Sender {
  private readonly caller: Caller;
  private readonly destination: Destination;

  constructor(
    private readonly settings: DestinationSettings,
    network: Pick<OutNetwork, 'send'>,
    private readonly clock: () => number,
  ) {
    this.destination = settings.destination;
    this.caller = new Caller(settings, network, clock);
  }

  /**
   * Sends messages. @returns what became of each, in their order.
   * @param one_request true to try with one request only, because the destination failed before.
   * @param noteSending called with the places of messages that must not go out twice, before they go out.
   */
  async send(
    messages: readonly Message[],
    one_request: boolean,
    signal: AbortSignal,
    noteSending: (places: readonly number[]) => Promise<void> = async () => undefined,
  ): Promise<Sent[]> {
    const sent: Sent[] = messages.map(() => ({ outcome: 'untried' }));
    const items: Item[] = [];
    for (const [place, message] of messages.entries()) {
      const told = this.destination.translate(message, this.settings, this.clock());
      if ('skipped' in told) sent[place] = { outcome: 'skipped', reason: told.skipped };
      else if ('refused' in told) sent[place] = { outcome: 'refused', reason: told.refused };
      else if (told.items.length === 0) sent[place] = { outcome: 'skipped', reason: 'nothing to tell' };
      else
        for (const item of told.items)
          items.push({ message: place, item, bytes: Buffer.byteLength(JSON.stringify(item) ?? '') });
    }
    const ids = messages.map(({ message_id }) => message_id);
    const requests = this.batches(items);
    const onceOf = (own: readonly Item[]): Item[] => own.filter(({ item }) => this.isOnce(item));
    // What shows if the destination is back is what may go out again.
    if (one_request) requests.sort((a, b) => Math.sign(onceOf(a).length) - Math.sign(onceOf(b).length));
    let next = 0;
    let failed = false;
    const work = async (): Promise<void> => {
      while (next < requests.length && !failed) {
        const own = requests[next++]!;
        const once = onceOf(own);
        if (once.length > 0) await noteSending([...new Set(once.map(({ message }) => message))]);
        const outcomes = await this.deliver(own, ids, signal);
        for (const [i, { message }] of own.entries()) sent[message] = worse(sent[message]!, outcomes[i]!);
        // The fault of one item is its own. The others of a failed request say that the destination is not there.
        failed ||= one_request || outcomes.every(isFailure);
      }
    };
    await Promise.all(Array.from({ length: one_request ? 1 : this.destination.limits.parallel }, work));
    // A message with an item that was not tried is tried again as a whole.
    for (const own of requests.slice(next))
      for (const { message } of own) if (sent[message]!.outcome === 'delivered') sent[message] = { outcome: 'untried' };
    return sent;
  }

  private isOnce(item: OutItem): boolean {
    return this.destination.repeatable?.(item) === false;
  }

  /** Items in requests, in their order. */
  private batches(items: readonly Item[]): Item[][] {
    const { limits, groupOf } = this.destination;
    const open = new Map<string, { items: Item[]; bytes: number }>();
    const batches: Item[][] = [];
    for (const one of items) {
      const group = groupOf?.(one.item) ?? '';
      let own = open.get(group);
      if (own === undefined || own.items.length === limits.items || own.bytes + one.bytes > limits.bytes) {
        own = { items: [], bytes: 0 };
        open.set(group, own);
        batches.push(own.items);
      }
      own.items.push(one);
      own.bytes += one.bytes + 1;
    }
    return batches;
  }

  /** Delivers a batch. One that is refused for some of its items is halved, to find them. */
  private async deliver(batch: readonly Item[], ids: readonly string[], signal: AbortSignal): Promise<Outcome[]> {
    const items = batch.map(({ item }) => item);
    const token = await this.caller.token(signal);
    if ('failed' in token) return batch.map(() => token.failed);
    const request_id = hash('sha256', JSON.stringify(batch.map(({ message }) => ids[message])), 'hex').slice(0, 32);
    const request = this.destination.request(items, this.settings, { now_ms: this.clock(), token, request_id });
    if (Buffer.byteLength(request.body) > this.destination.limits.bytes && batch.length > 1)
      return this.halves(batch, ids, signal);
    let read = await this.ask(request, items, signal);
    if (isExpired(read)) {
      this.caller.forgetToken();
      const fresh = await this.caller.token(signal);
      if ('failed' in fresh) return batch.map(() => fresh.failed);
      const again = this.destination.request(items, this.settings, { now_ms: this.clock(), token: fresh, request_id });
      read = await this.ask(again, items, signal);
      if (isExpired(read)) read = { outcome: 'disabled', reason: `a fresh token is refused: ${read.reason}` };
    }
    if ('split' in read) {
      if (batch.length > 1) return this.halves(batch, ids, signal);
      return [{ outcome: 'refused', reason: read.split }];
    }
    if ('each' in read) return [...read.each];
    const outcome = read;
    const is_lost = outcome.outcome === 'retry' && outcome.is_lost === true;
    return items.map((item) =>
      is_lost && this.isOnce(item)
        ? { outcome: 'refused', reason: `${outcome.reason}: ${UNKNOWN_FATE}`, is_lost: true }
        : outcome,
    );
  }

  private async halves(batch: readonly Item[], ids: readonly string[], signal: AbortSignal): Promise<Outcome[]> {
    const middle = batch.length >> 1;
    const first = await this.deliver(batch.slice(0, middle), ids, signal);
    return [...first, ...(await this.deliver(batch.slice(middle), ids, signal))];
  }

  private async ask(request: OutRequest, items: readonly OutItem[], signal: AbortSignal): Promise<AnswerRead> {
    const answer = await this.caller.answerTo(request, signal);
    return 'outcome' in answer ? answer : this.caller.hidden(this.destination.read(answer, items, this.clock()));
  }
}

/** True if an outcome says that the destination is not there. */
export const isFailure = (sent: Sent): boolean =>
  sent.outcome === 'retry' || sent.outcome === 'disabled' || ('is_lost' in sent && sent.is_lost === true);

const isExpired = (read: AnswerRead): read is { outcome: 'expired'; reason: string } =>
  'outcome' in read && read.outcome === 'expired';

const ORDER = ['delivered', 'skipped', 'refused', 'untried', 'expired', 'retry', 'disabled'];

/** What became of a message of several items: the outcome that asks for most. */
function worse(a: Sent, b: Sent): Sent {
  if (a.outcome === 'untried') return b;
  return ORDER.indexOf(b.outcome) > ORDER.indexOf(a.outcome) ? b : a;
}
