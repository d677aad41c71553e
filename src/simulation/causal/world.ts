/**
 * A world for judging attribution models: people, the touches and orders that a product would see of them, and the true
 * effects of the touches. docs/worlds.md describes the families and the truth.
 */

import { Random } from '../../domain/random.ts';
import { MS_PER_DAY, MS_PER_MINUTE } from '../../domain/time.ts';
import { calibrate } from './calibrate.ts';
import { drawSetup } from './draw-setup.ts';
import { Forecaster } from './forecast.ts';
import { drawLife } from './life.ts';
import { drawOrders } from './orders.ts';
import type { Life, Order, Person, Touch } from './person.ts';
import type { CausalOptions, Setup } from './setup.ts';
import { type CausalTruth, Tally } from './truth.ts';

export interface CausalWorld {
  setup: Setup;
  people: readonly Person[];
  truth: CausalTruth;
}

/** Makes a world in memory. Equal options give equal worlds; a person's life depends on neither `customers` nor holdouts. */
export function causalWorld(options: CausalOptions): CausalWorld {
  const setup = setupOf(options);
  const people: Person[] = [];
  const lives = livePeople(setup);
  for (;;) {
    const next = lives.next();
    if (next.done) return { setup, people, truth: next.value };
    people.push(next.value);
  }
}

/** The setup that a family and a seed make. */
export function setupOf(options: CausalOptions): Setup {
  checkOptions(options);
  const { setup, incremental_fraction } = drawSetup(options);
  for (const name of Object.keys(options.holdouts ?? {})) {
    if (setup.channels.some((channel) => channel.name === name)) continue;
    const present = setup.channels.map((channel) => channel.name).join(', ');
    throw new RangeError(`holdouts: this world has no channel ${name}; name one of ${present}`);
  }
  return calibrate(setup, incremental_fraction);
}

/** Yields one person after the other, and returns the truth about all of them. Only one is in memory. */
export function* livePeople(setup: Setup): Generator<Person, CausalTruth, void> {
  const forecaster = new Forecaster(setup);
  const tally = new Tally(setup);
  const { family, seed, customers } = setup.options;
  for (let index = 0; index < customers; index++) {
    const life = drawLife(setup, index);
    const forecast = forecaster.of(life);
    const random = new Random(seed, `causal ${family} orders`, index);
    const instants = drawOrders(life.joined_ms, forecast, setup.after_order, random);
    const orders = instants.map((at_ms) => ({ at_ms, cents: orderCents(life, random) }));
    const person = withOrders(setup, life, orders, random);
    tally.add(life, forecast, person);
    yield person;
  }
  return tally.truth();
}

function orderCents(life: Life, random: Random): number {
  return Math.max(499, Math.round(random.lognormal(life.mean_order_cents, 0.5)));
}

/** Adds the closing visits before orders, and leaves out the touches after an order with which the person left. */
function withOrders(setup: Setup, life: Life, orders: Order[], random: Random): Person {
  const { index, joined_ms, segment, held_out } = life;
  const gone_ms = setup.after_order.person === 'leaves' ? (orders[0]?.at_ms ?? setup.end_ms) : setup.end_ms;
  const closing: Touch[] = [];
  for (const { at_ms } of orders) {
    for (const closer of setup.closers) {
      const before_ms = random.integer(2 * MS_PER_MINUTE, 12 * MS_PER_MINUTE);
      if (!random.chance(closer.share) || at_ms - before_ms < joined_ms) continue;
      closing.push(closingTouch(setup, at_ms - before_ms, closer));
    }
  }
  const touches = [...life.touches, ...closing]
    .filter((touch) => touch.at_ms <= gone_ms && (touch.needs_channels & held_out) === 0)
    .sort((a, b) => a.at_ms - b.at_ms || a.kind - b.kind || a.campaign - b.campaign);
  return { index, joined_ms, segment, held_out, touches, messages: life.messages, orders };
}

function closingTouch(setup: Setup, at_ms: number, { kind, campaign }: Setup['closers'][number]): Touch {
  const { channel } = setup.kinds[kind]!;
  const needs = { needs_channels: 1 << channel, needs_campaigns: 1 << campaign };
  return { at_ms, kind, channel, campaign, strength: 0, ...needs, message: -1 };
}

function checkOptions({ customers, days, seed, end_ms, holdouts }: CausalOptions): void {
  for (const [name, value] of Object.entries({ customers, days, seed, end_ms })) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${value}; send a whole number`);
  }
  if (customers < 0) throw new RangeError(`customers is ${customers}; send 0 or more`);
  if (days < 1 || days > 3_650) throw new RangeError(`days is ${days}; send 1 to 3650`);
  if (end_ms - days * MS_PER_DAY < 0) throw new RangeError(`end_ms is ${end_ms}; the world must lie after 1970`);
  for (const [name, share] of Object.entries(holdouts ?? {})) {
    if (!(share >= 0 && share < 1)) throw new RangeError(`holdouts.${name} is ${share}; send 0 or more, below 1`);
  }
}
