/** A day of orders, and a server that tells fakes of it until it is killed. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { formatInstant, MS_PER_HOUR, MS_PER_MINUTE } from '../../src/domain/time.ts';
import { launch, Server } from '../faults/server.ts';
import { temporaryFolder } from '../support/folder.ts';
import type { Place, Shown } from './all-fakes.ts';

const ORDERS_A_ROUND = 3;
/** A kill comes at one of so many requests, or at the next one where they come so slowly. */
const KILL_WITHIN_REQUESTS = 40;
const SLOW_MS = 1_500;
/** In each third round it comes after the custom destination has all orders of before, so that queues get shorter, too. */
const LONG_ROUND = 3;
const LONG_MS = 4_000;
/** Without a request for so long the server is at rest. Its kill then does not count. */
const REST_MS = 2_500;
const LOOK_MS = 50;
const USUAL_START_MS = 800;

export interface Order {
  id: string;
  round: number;
  at_ms: number;
  value_cents: number;
  refunded_cents: number;
  /** Touches of emails and of searches. */
  emails: number;
  searches: number;
}

export class Day {
  readonly orders: Order[] = [];
  private readonly random: Random;
  /** Events that the server has not acknowledged. */
  private unsent: Array<[kind: string, items: object[]]> = [];
  private beside_ms = 0;
  /** How long the last start took: all waits are longer on a busy machine. */
  private start_ms = 0;
  readonly data = temporaryFolder();
  places: Record<string, Place> = {};

  constructor(
    seed: number,
    /** In these rounds the webhook and GA4 answer 500. */
    private readonly outage: { from: number; to: number },
  ) {
    this.random = new Random(seed, 'day');
  }

  clock = (): number => Date.now() + this.beside_ms;

  below = (limit: number): number => Math.floor(this.random.unit() * limit);

  async start(at_ms: number): Promise<Server> {
    this.beside_ms = at_ms - Date.now();
    const child = launch({
      data: this.data,
      config: join(this.data, 'tributary.json'),
      preload: 'moved-clock.mjs',
      env: { TRIBUTARY_CLOCK_MS: String(this.beside_ms), TRIBUTARY_LOG_LEVEL: 'warn' },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const began_ms = performance.now();
    const server = await Server.listening(child, this.data);
    this.start_ms = performance.now() - began_ms;
    return server;
  }

  /** New orders, and late touches and refunds of some that were told before. */
  happen(round: number): void {
    const now_ms = this.clock() - MS_PER_MINUTE;
    const touches: object[] = [];
    const touch = (order: Order, is_email: boolean): void => {
      const count = is_email ? ++order.emails : ++order.searches;
      touches.push({
        touchpoint_id: `${order.id}-${is_email ? 'e' : 's'}-${count}`,
        customer_id: `p-${order.id}`,
        touchpoint_type: is_email ? 'email_click' : 'organic_search',
        channel: is_email ? 'email' : 'organic_search',
        ...(is_email ? { campaign_id: 'spring', email_id: 'teaser' } : {}),
        occurred_at: formatInstant(order.at_ms - (is_email ? 5 : 2) * MS_PER_HOUR),
      });
    };
    const fresh = Array.from(
      { length: ORDERS_A_ROUND },
      (_, i): Order => ({
        ...{ id: `order-${round}-${i}`, round, at_ms: now_ms + i, value_cents: 400 * (5 + this.below(50)) },
        ...{ refunded_cents: 0, emails: 0, searches: 0 },
      }),
    );
    for (const [i, order] of fresh.entries()) {
      if (i !== 0) touch(order, true);
      if (i === 2) touch(order, false);
    }
    const refunds: object[] = [];
    for (let i = 0; i < 3; i++) {
      const order = this.orders[this.below(this.orders.length)];
      if (order === undefined || order.value_cents - order.refunded_cents < 400) continue;
      const is_whole = this.below(4) === 0;
      const cents = is_whole ? order.value_cents - order.refunded_cents : 400;
      order.refunded_cents += cents;
      refunds.push({
        adjustment_id: `refund-${round}-${i}`,
        conversion_id: order.id,
        amount: (-cents / 100).toFixed(2),
        currency: 'USD',
        reason: 'refund',
        occurred_at: formatInstant(now_ms),
      });
    }
    for (let i = 0; i < 2; i++) {
      const order = this.orders[this.below(this.orders.length)];
      if (order !== undefined && order.emails === 0) touch(order, true);
      else if (order !== undefined && order.searches === 0) touch(order, false);
    }
    this.orders.push(...fresh);
    this.unsent.push(['touchpoints', touches], ['conversions', fresh.map(conversionOf)], ['adjustments', refunds]);
  }

  async send(server: Server): Promise<void> {
    while (this.unsent.length > 0) {
      const [kind, items] = this.unsent[0]!;
      if (items.length > 0) {
        const answer = await server.request('POST', `/v1/${kind}`, JSON.stringify(items));
        if (!answer.ok) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
      }
      this.unsent.shift();
    }
  }

  /** Each destination may get a new fault. */
  fail(round: number): void {
    for (const [id, { fake, faults }] of Object.entries(this.places)) {
      fake.mend();
      const is_out = (id === 'webhook' || id === 'ga4') && round >= this.outage.from && round < this.outage.to;
      if (is_out) fake.fail({ reply: { status: 500, body: 'down for hours' }, times: Number.POSITIVE_INFINITY });
      else if (this.below(2) === 0) {
        const fault = faults[this.below(faults.length)]!;
        if (typeof fault === 'function') fault();
        else fake.fail(fault);
      }
    }
  }

  /** Kills the server while requests are on their way. @returns how many were; 0 if it was at rest for too long. */
  async killWithin(server: Server, round: number): Promise<number> {
    let left = 1 + this.below(KILL_WITHIN_REQUESTS);
    const moment = this.below(2) === 0 ? 'came' : 'handled';
    let waits = round % LONG_ROUND === LONG_ROUND - 1;
    let in_flight = 0;
    let quiet_since_ms = performance.now();
    const fakes = Object.values(this.places).map(({ fake }) => fake);
    for (const fake of fakes)
      fake.watch((now) => {
        quiet_since_ms = performance.now();
        if (waits || in_flight > 0 || now !== moment || --left > 0) return;
        in_flight = fakes.reduce((sum, one) => sum + one.inFlight(), 0);
        server.signal('SIGKILL');
      });
    const sent = this.send(server).catch((error) => {
      if (in_flight === 0) throw error;
    });
    const before = this.orders.filter((order) => order.round < round);
    const slowness = Math.max(1, this.start_ms / USUAL_START_MS);
    const began_ms = performance.now();
    while (server.alive && performance.now() - quiet_since_ms < REST_MS * slowness) {
      await sleep(LOOK_MS);
      const past_ms = (performance.now() - began_ms) / slowness;
      if (waits) {
        const shown = this.places['custom']!.shown();
        waits = past_ms < LONG_MS && !before.every(({ id }) => shown.has(id));
      } else if (past_ms > SLOW_MS) left = 1;
    }
    await Promise.all([server.kill(), sent]);
    for (const fake of fakes) fake.watch(() => undefined);
    return in_flight;
  }

  /** True if a destination shows the newest state of all orders. */
  isToldTo(id: string): boolean {
    const shown = this.places[id]!.shown();
    return [...this.expected()].every(([order_id, { net_cents, email_cents }]) => {
      const order = shown.get(order_id);
      return order?.net_cents === net_cents && order.email_cents === email_cents;
    });
  }

  expected(): Map<string, Required<Shown>> {
    return new Map(
      this.orders.map(({ id, value_cents, refunded_cents, emails, searches }) => {
        const net_cents = value_cents - refunded_cents;
        const touches = emails + searches;
        return [id, { net_cents, email_cents: touches === 0 ? 0 : (net_cents * emails) / touches }];
      }),
    );
  }
}

const conversionOf = ({ id, at_ms, value_cents }: Order): object => ({
  conversion_id: id,
  order_id: id,
  customer_id: `p-${id}`,
  conversion_type: 'purchase',
  conversion_value: (value_cents / 100).toFixed(2),
  currency: 'USD',
  occurred_at: formatInstant(at_ms),
  custom_properties: { gclid: `click-${id}`, email_sha256: 'a'.repeat(64) },
});
