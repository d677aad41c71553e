/** Small worlds with a known truth for tests of the hazard: orders come by chance, raised by some touches. */

import { Random } from '../../src/domain/random.ts';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import type { Histories } from '../../src/models/hazard/histories.ts';

const START = Date.UTC(2026, 0, 1);

interface HazardWorld {
  people: number;
  days: number;
  seed: number;
  /** Orders per day without touches, times a person's own factor. */
  organic: number;
  /** Touches per day, and how much one touch adds to the log hazard right now, halved every two days. */
  channels: readonly { name: string; rate: number; effect: number; follows_intent?: boolean }[];
  /** A touch of this channel comes 5 minutes before every order. */
  poacher?: number;
}

/** Hourly steps; a segment tells roughly who is keen. */
export function hazardWorld(world: HazardWorld): Histories {
  const touches: { at: number; state: number }[][] = [];
  const orders: number[][] = [];
  const segments: number[] = [];
  for (let p = 0; p < world.people; p++) {
    const random = new Random(world.seed, 'hazard test world', p);
    const keen = Math.exp(random.normal(-0.18, 0.6));
    segments.push(keen * Math.exp(random.normal(0, 0.4)) > 1 ? 1 : 0);
    touches.push([]);
    orders.push([]);
    live(world, random, keen, touches[p]!, orders[p]!);
  }
  const all = touches.flat();
  return {
    states: world.channels.map(({ name }) => name),
    touch_offsets: offsets(touches),
    touch_ms: Float64Array.from(all, ({ at }) => at),
    touch_state: Uint16Array.from(all, ({ state }) => state),
    order_offsets: offsets(orders),
    order_ms: Float64Array.from(orders.flat()),
    order_value: Float64Array.from(orders.flat(), (at) => 20 + (at % 60)),
    first_ms: new Float64Array(world.people).fill(START - MS_PER_DAY),
    segments: ['calm', 'keen'],
    segment_offsets: Uint32Array.from({ length: world.people + 1 }, (_, p) => p),
    segment_code: Uint16Array.from(segments),
    segment_from_ms: new Float64Array(world.people),
    segment_until_ms: new Float64Array(world.people).fill(Number.POSITIVE_INFINITY),
    start_ms: START,
    end_ms: START + world.days * MS_PER_DAY,
  };
}

function live(
  world: HazardWorld,
  random: Random,
  keen: number,
  touches: { at: number; state: number }[],
  orders: number[],
) {
  const exposure = world.channels.map(() => 0);
  const decay = 2 ** (-1 / 48);
  for (let hour = 0; hour < world.days * 24; hour++) {
    const now = START + (hour * MS_PER_DAY) / 24;
    let log = 0;
    world.channels.forEach(({ effect }, c) => {
      exposure[c]! *= decay;
      log += effect * exposure[c]!;
    });
    if (random.chance((world.organic / 24) * keen * Math.exp(Math.min(log, 3)))) {
      const at = now + random.unit() * 1_800_000 + 600_000;
      if (world.poacher !== undefined) touches.push({ at: at - 300_000, state: world.poacher });
      orders.push(at);
    }
    world.channels.forEach(({ rate, follows_intent }, state) => {
      if (!random.chance((rate / 24) * (follows_intent ? keen : 1))) return;
      exposure[state]! += 1;
      touches.push({ at: now + 2_700_000 + random.unit() * 600_000, state });
    });
  }
  touches.sort((a, b) => a.at - b.at);
}

function offsets(lists: readonly (readonly unknown[])[]): Uint32Array {
  const sums = new Uint32Array(lists.length + 1);
  lists.forEach((list, i) => {
    sums[i + 1] = sums[i]! + list.length;
  });
  return sums;
}

/** Two channels that work, one that does not and follows the keen. */
export const WORKING: HazardWorld = {
  people: 3_000,
  days: 40,
  seed: 11,
  organic: 0.012,
  channels: [
    { name: 'email', rate: 0.12, effect: 1 },
    { name: 'search', rate: 0.08, effect: 0.6, follows_intent: true },
    { name: 'display', rate: 0.2, effect: 0, follows_intent: true },
  ],
};

export const PLACEBO: HazardWorld = {
  ...WORKING,
  organic: 0.02,
  channels: WORKING.channels.map((channel) => ({ ...channel, effect: 0 })),
};
