/**
 * The expected orders of a person for every set of channels switched on, and for every campaign switched off. It is
 * the exact expectation over the order process given the touches, not a sample of it. The hazard of a world is constant
 * within cells (which end at every touch, and after at most eight hours), so its integral is a sum.
 */

import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import { gainOf, type Hazard, hazardOf } from './hazard.ts';
import { inMarket } from './market.ts';
import { Meter } from './meter.ts';
import type { Life, Touch } from './person.ts';
import { BLOCK_MS, rhythmAt } from './rhythm.ts';
import { SetSums } from './set-sums.ts';
import type { Setup } from './setup.ts';

/** An effect ends after eight half-lives, when 0.4 % of it is left. */
const MEMORY_HALF_LIVES = 8;
/** The first hours after a touch whose effect passes within a day get cells of their own. */
const FRESH_MS = [0, MS_PER_HOUR, 3 * MS_PER_HOUR];
const FRESH_HALF_LIFE_DAYS = 0.75;

export interface Forecast {
  /** The channels that matter to this person; bit b of a set stands for `channels[b]`. */
  channels: readonly number[];
  /** Expected orders for each set of those. */
  orders: Float64Array;
  /** The campaigns that matter, and expected orders when one is switched off and all else is on. */
  campaigns: readonly number[];
  without_campaign: Float64Array;
  /** The hazard with everything on (per day) in each cell, and where the cells end; the first starts at `joined_ms`. */
  rates: Float64Array;
  ends_ms: Float64Array;
}

/** A touch with an effect, while it lasts. */
interface Active {
  kind: number;
  /** Response times gain times strength. */
  height: number;
  primes: number;
  set: number;
  campaigns: number;
  until_ms: number;
  /** Values of the two decays at the start of the cell. */
  decay: number;
  rise: number;
}

export class Forecaster {
  private readonly hazard: Hazard;
  private readonly gains: number[];
  private readonly organic_per_day: number;

  constructor(private readonly setup: Setup) {
    this.hazard = hazardOf(setup);
    this.gains = setup.kinds.map((_, kind) => gainOf(setup, kind));
    this.organic_per_day = setup.organic_per_day / meanLift(setup);
  }

  /** @param whole treats all channels as one, which is cheaper: `orders` then has the entries for none and for all. */
  of(life: Life, whole = false): Forecast {
    const touches = life.touches.filter((touch) => this.gains[touch.kind]! * touch.strength > 0 || this.primes(touch));
    const channels = whole ? [0] : bitsOf(touches.reduce((set, touch) => set | touch.needs_channels, 0));
    const campaigns = whole ? [] : bitsOf(touches.reduce((set, touch) => set | touch.needs_campaigns, 0));
    const sets = new SetSums(channels.length, campaigns.length);
    const ends_ms = cellEnds(this.setup, life, touches);
    const rates = new Float64Array(ends_ms.length);
    const meter = new Meter(sets.variants, this.setup.after_order);
    let active: Active[] = [];
    let next = 0;
    let from_ms = life.joined_ms;
    for (let cell = 0; cell < ends_ms.length; cell++) {
      const until_ms = ends_ms[cell]!;
      for (; next < touches.length && touches[next]!.at_ms <= from_ms; next++) {
        active.push(this.activate(touches[next]!, life, channels, campaigns, whole));
      }
      if (active.some((one) => one.until_ms <= from_ms)) active = active.filter((one) => one.until_ms > from_ms);
      const days = (until_ms - from_ms) / MS_PER_DAY;
      const lift = this.setup.market && inMarket(life.spells, from_ms) ? this.setup.market.order_lift : 1;
      const organic = this.organic_per_day * life.intent * lift;
      const rhythm = rhythmAt(from_ms);
      if (active.length === 0) {
        rates[cell] = rhythm * organic;
        meter.passAlike(rates[cell]!, days);
      } else {
        this.sum(active, days, sets);
        rates[cell] = meter.pass(sets, this.hazard, organic, rhythm, days);
      }
      from_ms = until_ms;
    }
    const orders = meter.orders();
    const size = 1 << channels.length;
    return {
      channels,
      orders: orders.subarray(0, size),
      campaigns,
      without_campaign: orders.subarray(size),
      rates,
      ends_ms,
    };
  }

  private primes(touch: Touch): boolean {
    return this.setup.form === 'primed' && this.setup.kinds[touch.kind]!.primes && touch.strength > 0;
  }

  private activate(
    touch: Touch,
    life: Life,
    channels: readonly number[],
    campaigns: readonly number[],
    whole: boolean,
  ): Active {
    const { half_life_days } = this.setup.kinds[touch.kind]!;
    return {
      kind: touch.kind,
      height: life.response * this.gains[touch.kind]! * touch.strength,
      primes: this.primes(touch) ? touch.strength : 0,
      set: whole ? 1 : localSet(touch.needs_channels, channels),
      campaigns: localSet(touch.needs_campaigns, campaigns),
      until_ms: touch.at_ms + MEMORY_HALF_LIVES * half_life_days * MS_PER_DAY,
      decay: 1,
      rise: 1,
    };
  }

  /** Adds up the active touches' average over a cell of `days`, by set of channels, and lets them decay to its end. */
  private sum(active: readonly Active[], days: number, sets: SetSums): void {
    sets.clear();
    for (const one of active) {
      const { half_life_days, rise_days } = this.setup.kinds[one.kind]!;
      const decay = one.decay * Math.exp((-Math.LN2 * days) / half_life_days);
      let level = ((one.decay - decay) * half_life_days) / (Math.LN2 * days);
      one.decay = decay;
      if (rise_days > 0) {
        const rise = one.rise * Math.exp((-Math.LN2 * days) / rise_days);
        level -= ((one.rise - rise) * rise_days) / (Math.LN2 * days);
        one.rise = rise;
      }
      sets.add(one.set, one.campaigns, one.height * level, one.primes * level);
    }
    sets.finish();
  }
}

/** Ends of the cells, ascending and distinct: blocks of the rhythm, market spells, touches and the hours after them. */
function cellEnds({ end_ms, kinds }: Setup, { joined_ms, spells }: Life, touches: readonly Touch[]): Float64Array {
  const own: number[] = [end_ms];
  for (const { from_ms, until_ms } of spells) own.push(from_ms, until_ms);
  for (const { at_ms, kind } of touches) {
    const fast = kinds[kind]!.half_life_days < FRESH_HALF_LIFE_DAYS;
    for (const later of fast ? FRESH_MS : [0]) own.push(at_ms + later);
  }
  own.sort((a, b) => a - b);
  const first_block = (Math.floor(joined_ms / BLOCK_MS) + 1) * BLOCK_MS;
  const ends = new Float64Array(Math.ceil((end_ms - joined_ms) / BLOCK_MS) + own.length + 1);
  let count = 0;
  let last = joined_ms;
  for (let block = first_block, i = 0; last < end_ms; ) {
    const end = Math.min(block, own[i]!);
    if (end === block) block += BLOCK_MS;
    if (end === own[i]) i++;
    if (end <= last) continue;
    ends[count++] = end;
    last = end;
  }
  return ends.subarray(0, count);
}

/** The mean factor by which market spells raise the organic rate. Dividing by it keeps `organic_per_day` the mean. */
function meanLift({ market }: Setup): number {
  if (!market) return 1;
  const busy = market.mean_days / (market.mean_days + 30 / market.per_30_days);
  return 1 + busy * (market.order_lift - 1);
}

function bitsOf(set: number): number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < 31; bit++) if (((set >> bit) & 1) === 1) bits.push(bit);
  return bits;
}

function localSet(set: number, bits: readonly number[]): number {
  let local = 0;
  for (const [i, bit] of bits.entries()) local |= ((set >> bit) & 1) << i;
  return local;
}
