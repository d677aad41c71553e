/** Sends messages to one destination: as items, in as few requests as its limits allow. It changes no state. */
import { hash } from 'node:crypto';
import { Forbidden, LostAnswer, type OutNetwork } from '../../network/network.ts';
import type { OutAnswer, OutRequest } from '../../network/request.ts';
import type { AnswerRead, Destination, Outcome, OutItem, RequestContext } from '../destination.ts';
import type { Message } from '../message.ts';
import type { DestinationSettings } from '../settings.ts';

/**
 * What became of a message. `skipped`: it was not meant for this destination. `withheld`: the person does not consent. `untried`: a
 * request before it failed.
 */
export type Sent = Outcome | { outcome: 'skipped' | 'withheld'; reason: string } | { outcome: 'untried' };

interface Item {
  /** The place of its message. */
  message: number;
  item: OutItem;
  bytes: number;
}

/** Why a message that must not go out twice is given up. */
export const UNKNOWN_FATE =
  'it is not known whether it was taken, and it would count twice if it was sent again; look there, and replay it if it is missing';

const MAX_TOKEN_STEPS = 4;
/** A token is fetched anew so long before its end. */
const TOKEN_MARGIN_MS = 60_000;
const NO_TOKEN = { value: '', base_url: '', until_ms: Number.POSITIVE_INFINITY };

export class Sender {
  private token: typeof NO_TOKEN | null = null;
  private readonly destination: Destination;

  constructor(
    private readonly settings: DestinationSettings,
    private readonly network: Pick<OutNetwork, 'send'>,
    private readonly clock: () => number,
  ) {
    this.destination = settings.destination;
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
    const token = await this.currentToken(signal);
    if ('failed' in token) return batch.map(() => token.failed);
    const request_id = hash('sha256', JSON.stringify(batch.map(({ message }) => ids[message])), 'hex').slice(0, 32);
    const request = this.destination.request(items, this.settings, { now_ms: this.clock(), token, request_id });
    if (Buffer.byteLength(request.body) > this.destination.limits.bytes && batch.length > 1)
      return this.halves(batch, ids, signal);
    let read = await this.ask(request, items, signal);
    if (isExpired(read)) {
      this.token = null;
      const fresh = await this.currentToken(signal);
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
    const answer = await this.answerTo(request, signal);
    return 'outcome' in answer ? answer : this.destination.read(answer, items, this.clock());
  }

  private async answerTo(request: OutRequest, signal: AbortSignal): Promise<OutAnswer | Outcome> {
    try {
      return await this.network.send(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      const reason = (error as Error).message;
      if (error instanceof Forbidden) return { outcome: 'disabled', reason };
      return { outcome: 'retry', reason, ...(error instanceof LostAnswer ? { is_lost: true } : {}) };
    }
  }

  private async currentToken(signal: AbortSignal): Promise<RequestContext['token'] | { failed: Outcome }> {
    const { token } = this.destination;
    if (token === undefined) return NO_TOKEN;
    if (this.token !== null && this.token.until_ms - TOKEN_MARGIN_MS > this.clock()) return this.token;
    const answers: OutAnswer[] = [];
    for (let step = 0; step < MAX_TOKEN_STEPS; step++) {
      const made = token(this.settings, answers, this.clock());
      if ('failed' in made) return made;
      if ('value' in made) {
        this.token = made;
        return made;
      }
      const answer = await this.answerTo(made.request, signal);
      if ('outcome' in answer) return { failed: answer };
      answers.push(answer);
    }
    return { failed: { outcome: 'disabled', reason: `no token after ${MAX_TOKEN_STEPS} requests` } };
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
