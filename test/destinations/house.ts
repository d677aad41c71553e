/** A shop whose orders are told to destinations of the test, which answer as told. */

import type { Destination } from '../../src/destinations/destination.ts';
import type { ConversionMessage, Message } from '../../src/destinations/message.ts';
import { Delivery } from '../../src/destinations/outbox/deliver.ts';
import type { Withhold } from '../../src/destinations/outbox/fates.ts';
import { planDestinations } from '../../src/destinations/outbox/plan.ts';
import { Sender } from '../../src/destinations/outbox/send.ts';
import { withholding } from '../../src/destinations/outbox/withheld.ts';
import type { DestinationSettings } from '../../src/destinations/settings.ts';
import { DELIVERED } from '../../src/destinations/status.ts';
import { Random } from '../../src/domain/random.ts';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import type { Fenced } from '../../src/log/follower.ts';
import { jsonOf, retry } from '../../src/network/answers.ts';
import type { OutAnswer, OutRequest } from '../../src/network/request.ts';
import type { State } from '../../src/state/port.ts';
import type { Shop } from '../support/shop.ts';

/** Takes messages as they are, at most ten a request. */
export const plain: Destination = {
  kind: 'plain',
  title: 'Plain',
  corrections: 'difference',
  limits: { items: 10, bytes: 100_000, parallel: 2 },
  translate: (message) => ({ items: [message] }),
  request: (items, { id }) => ({
    method: 'POST',
    url: `https://${id}.example/`,
    headers: {},
    body: JSON.stringify(items),
  }),
  read: (answer, _items, now_ms) => {
    if (answer.status === 200) return DELIVERED;
    if (answer.status === 207) return { each: jsonOf(answer.body) as never };
    if (answer.status === 400) return { split: 'the server says that it is wrong' };
    return retry(answer, `status ${answer.status}`, now_ms);
  },
  check_call: { none: 'it is of a test', url: ({ id }) => `https://${id}.example/` },
};

export function settingsOf(id: string, more: Partial<DestinationSettings> = {}): DestinationSettings {
  return {
    id,
    brand_id: 'default',
    options: {},
    secrets: {},
    destination: plain,
    send: 'all',
    profiles: false,
    model: 'linear',
    start_ms: 0,
    delay_ms: 0,
    immediate_above_micros: null,
    correct_ms: 60 * MS_PER_DAY,
    private_network: false,
    ...more,
  };
}

export type Answers = (items: readonly Message[], request: OutRequest) => Partial<OutAnswer> | Error;

/** A server that keeps what it accepted. */
export class Receiver {
  readonly taken: Message[] = [];
  answers: Answers = () => ({});

  async send(request: OutRequest): Promise<OutAnswer> {
    const items = JSON.parse(request.body) as Message[];
    const answer = this.answers(items, request);
    if (answer instanceof Error) throw answer;
    const whole = { status: 200, headers: {}, body: '', ...answer };
    if (whole.status === 200) this.taken.push(...items);
    if (whole.status === 207)
      for (const [i, one] of (JSON.parse(whole.body) as Array<{ outcome: string }>).entries())
        if (one.outcome === 'delivered') this.taken.push(items[i]!);
    return whole;
  }

  get conversions(): ConversionMessage[] {
    return this.taken.filter((message): message is ConversionMessage => message.kind === 'conversion');
  }

  /** The newest state of each order, where each message counts once. */
  stateByOrder(): Map<string, ConversionMessage['state']> {
    const newest = new Map<string, ConversionMessage>();
    for (const message of this.conversions)
      if ((newest.get(message.conversion_id)?.revision ?? 0) < message.revision)
        newest.set(message.conversion_id, message);
    return new Map([...newest].map(([id, { state }]) => [id, state]));
  }
}

export class House {
  now_ms: number;
  withhold: Withhold;
  readonly receivers = new Map<string, Receiver>();
  private readonly random = new Random(1, 'jitter');
  private readonly destinations: Map<string, DestinationSettings>;

  constructor(
    readonly shop: Shop,
    readonly state: State,
    settings: readonly DestinationSettings[],
    readonly reports = shop.reports,
  ) {
    this.now_ms = reports.clock();
    this.withhold = withholding(reports);
    this.destinations = new Map(settings.map((own) => [own.id, own]));
    for (const { id } of settings) this.receivers.set(id, new Receiver());
  }

  /** Transactions of a follower that keeps its lease. */
  get fenced(): Fenced {
    return { transaction: (work) => this.state.transaction(work) };
  }

  of(id: string): Receiver {
    return this.receivers.get(id)!;
  }

  /** Plans as if the pause between plans were over. */
  async plan(): Promise<void> {
    this.now_ms += 10 * 60_000;
    await this.planSoon();
  }

  /** Plans at once: of orders of before, only those of a high value. */
  async planSoon(): Promise<void> {
    const reports = { ...this.reports, clock: () => this.now_ms };
    const parts = { reports, state: this.state, destinations: this.destinations };
    await planDestinations(parts).run(this.fenced, new AbortController().signal);
  }

  async deliver(id: string, fenced: Fenced = this.fenced): Promise<void> {
    const settings = this.destinations.get(id)!;
    const clock = (): number => this.now_ms;
    const parts = { state: this.state, clock, random: () => this.random.unit(), withhold: this.withhold };
    const sender = new Sender(settings, this.of(id), clock);
    await new Delivery(settings, parts, sender).run(fenced, new AbortController().signal);
  }

  async deliverAll(): Promise<void> {
    for (const id of this.destinations.keys()) await this.deliver(id);
  }
}
