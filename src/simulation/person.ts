/** One person of the shop: traits, devices, and a queue of future actions. */

import type { RecordName } from '../domain/index.ts';
import type { Random } from '../domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../domain/time.ts';
import type { TouchpointType } from '../domain/touchpoint.ts';
import { DESKTOP_AGENTS, householdAddress, PHONE_AGENTS } from './agents.ts';
import { ClaimedTouches } from './claimants.ts';
import type { Outbox } from './outbox.ts';
import type { Currency, Email, FlowEmail, Programme } from './programme.ts';
import { stamp } from './stamp.ts';
import type { Tally } from './tally.ts';

export interface Device {
  anonymous_id: string;
  user_agent: string;
  /** Events of a device carry the customer from the first login on. */
  signed_in: boolean;
}

export interface Traits {
  currency: Currency;
  country: string;
  ip_address: string;
  /** Local time minus UTC. */
  offset_ms: number;
  /** Scales how often this person reads, visits and buys without marketing. Mean 1. */
  loyalty: number;
  /** Scales the effect of touches. It is correlated with loyalty: people who would buy anyway also click more. */
  responsiveness: number;
  mailbox: 'apple_mpp' | 'gmail' | 'outlook' | 'webmail' | 'thunderbird';
  /** The employer's mail gateway follows every link. */
  scanned: boolean;
  dead_address: boolean;
  takes_sms: boolean;
  takes_push: boolean;
  mean_order_cents: number;
}

interface Action {
  at_ms: number;
  run: (at_ms: number) => void;
}

export class Person {
  readonly customer_id: string;
  readonly traits: Traits;
  readonly devices: Device[];
  joined = false;
  subscribed = false;
  bounces = 0;
  orders = 0;
  last_order_ms = Number.NEGATIVE_INFINITY;
  /** The arms of experiments that the person was put into. */
  readonly assigned: Array<{ campaign_id: string; arm: string; at_ms: number }> = [];
  readonly claimed: ClaimedTouches;
  private readonly number: string;
  private serial = 0;
  /** Latest first, so that the next action is popped from the end. */
  private readonly queue: Action[] = [];

  constructor(
    index: number,
    readonly random: Random,
    readonly out: Outbox,
    readonly programme: Programme,
    readonly tally: Tally,
    /** Sends an email of the brand to a person. */
    readonly send: (person: Person, email: Email, at_ms: number) => void,
  ) {
    this.number = String(index + 1).padStart(6, '0');
    this.customer_id = `cus_${this.number}`;
    this.claimed = new ClaimedTouches(tally.claims);
    this.traits = drawTraits(random);
    const count = random.weighted([
      { share: 0.35, n: 1 },
      { share: 0.5, n: 2 },
      { share: 0.15, n: 3 },
    ]).n;
    this.devices = Array.from({ length: count }, (_, i) => ({
      anonymous_id: `dev_${this.number}_${i + 1}`,
      user_agent: random.pick(i % 2 === 0 ? PHONE_AGENTS : DESKTOP_AGENTS),
      signed_in: false,
    }));
  }

  /** An id with this prefix. It is the same in every world that has this person. */
  id(prefix: string): string {
    this.serial++;
    return `${prefix}_${this.number}_${this.serial}`;
  }

  /** Queues an action. Equal times keep the order of entry. */
  at(at_ms: number, run: (at_ms: number) => void): void {
    if (at_ms > this.programme.end_ms) return;
    let [low, high] = [0, this.queue.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.queue[middle]!.at_ms > at_ms) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, { at_ms: Math.floor(at_ms), run });
  }

  /** Starts an email flow. Each email goes out only if `wanted` still holds when its time has come. */
  startFlow(flow: readonly FlowEmail[], at_ms: number, wanted: () => boolean = () => true): void {
    for (const email of flow) {
      this.at(at_ms + email.delay_ms, (at) => {
        if (wanted()) this.send(this, email, at);
      });
    }
  }

  /** Runs all queued actions to the end of the world. Actions may queue others. */
  live(): void {
    for (let action = this.queue.pop(); action; action = this.queue.pop()) action.run(action.at_ms);
  }

  /** The same instant, or seven hours later when it falls in the person's night. */
  awake(at_ms: number): number {
    const local_hour = ((((at_ms + this.traits.offset_ms) % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY) / MS_PER_HOUR;
    return local_hour < 7 ? at_ms + 7 * MS_PER_HOUR : at_ms;
  }

  /** The id fields of an event on a device. */
  on(device: Device): { customer_id?: string; anonymous_id: string } {
    const { anonymous_id } = device;
    return device.signed_in ? { customer_id: this.customer_id, anonymous_id } : { anonymous_id };
  }

  touch(touchpoint_type: TouchpointType, at_ms: number, fields: object): boolean {
    const touchpoint_id = this.id('tp');
    this.claimed.touch(touchpoint_type, at_ms, (fields as { campaign_id?: string }).campaign_id);
    return this.put('touchpoints', { touchpoint_id, touchpoint_type, occurred_at: stamp(at_ms), ...fields }, at_ms);
  }

  put(record: RecordName, event: object, at_ms: number): boolean {
    return this.out.put(record, event, at_ms);
  }
}

const MAILBOXES = [
  { share: 0.44, mailbox: 'apple_mpp' },
  { share: 0.3, mailbox: 'gmail' },
  { share: 0.1, mailbox: 'outlook' },
  { share: 0.13, mailbox: 'webmail' },
  { share: 0.03, mailbox: 'thunderbird' },
] as const;

function drawTraits(random: Random): Traits {
  const european = random.chance(0.4);
  const loyalty = random.lognormal(1, 0.7);
  return {
    currency: european ? 'EUR' : 'USD',
    country: european ? random.pick(['DE', 'FR', 'NL', 'ES']) : 'US',
    ip_address: householdAddress(random),
    offset_ms: (european ? 1 : -6) * MS_PER_HOUR,
    loyalty,
    responsiveness: Math.sqrt(loyalty) * random.lognormal(1.06, 0.3),
    mailbox: random.weighted(MAILBOXES).mailbox,
    scanned: random.chance(0.08),
    dead_address: random.chance(0.012),
    takes_sms: random.chance(0.2),
    takes_push: random.chance(0.15),
    mean_order_cents: random.lognormal(8_500, 0.4),
  };
}
