/** New events of people of a bench world, sent to a server at a steady rate, whatever it answers. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../src/domain/random.ts';
import type { LiveServer } from './live-server.ts';
import { type BenchWorld, YEAR_END } from './world.ts';

/** Records of one request. */
const BATCH = 20;
/** Every so many requests are orders, and the others are touchpoints: 3 orders for 100 touchpoints. */
const ORDERS_EVERY = 34;
/** The events are of the last day of the world, so they change the reports of its last month. */
const LAST_DAY_MS = Date.parse(YEAR_END) - 86_400_000;
const CHANNELS = ['email', 'paid_search', 'organic_search', 'direct', 'referral'];

export class EventStream {
  accepted = 0;
  refused = 0;
  readonly times_ms: number[] = [];
  private readonly ended = new AbortController();
  private readonly done: Promise<void>;
  private readonly random = new Random(12, 'event-stream');
  private readonly run = randomBytes(4).toString('hex');
  private next = 0;

  constructor(
    private readonly server: LiveServer,
    private readonly world: BenchWorld,
    per_second: number,
  ) {
    this.done = this.send(per_second / BATCH);
  }

  async stop(): Promise<void> {
    this.ended.abort();
    await this.done;
  }

  /** It does not wait for earlier answers. Requests that are late are sent at once. */
  private async send(requests_per_second: number): Promise<void> {
    const under_way = new Set<Promise<void>>();
    const begin = performance.now();
    for (let i = 0; !this.ended.signal.aborted; i++) {
      await sleep(Math.max(0, begin + (i * 1_000) / requests_per_second - performance.now()));
      const request = this.one(i % ORDERS_EVERY === 0).finally(() => under_way.delete(request));
      under_way.add(request);
    }
    await Promise.all(under_way);
  }

  private async one(orders: boolean): Promise<void> {
    const body = Array.from({ length: BATCH }, () => (orders ? this.order() : this.touchpoint()));
    const answer = await this.server.call('POST', orders ? '/v1/conversions' : '/v1/touchpoints', { body });
    if (answer.status === 202) this.accepted += BATCH;
    else this.refused += BATCH;
    this.times_ms.push(answer.ms);
  }

  private common() {
    return {
      customer_id: `cust-${Math.floor(this.random.between(0, this.world.people))}`,
      occurred_at: new Date(LAST_DAY_MS + Math.floor(this.random.between(0, 86_400_000))).toISOString(),
    };
  }

  private touchpoint() {
    const number = this.next++;
    return {
      touchpoint_id: `stream-${this.run}-${number}`,
      ...this.common(),
      touchpoint_type: 'website_visit',
      channel: CHANNELS[number % CHANNELS.length],
      campaign_id: `campaign-${number % 60}`,
    };
  }

  private order() {
    const number = this.next++;
    return {
      conversion_id: `stream-${this.run}-${number}`,
      ...this.common(),
      conversion_type: 'purchase',
      conversion_value: '40.00',
      currency: 'USD',
    };
  }
}
