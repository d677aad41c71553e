/**
 * How many orders to expect of a person for every set of channels switched on, and for every campaign switched off. It is
 * the exact expectation over the order process given the touches, not a sample of it: the hazard of a world is constant
 * within cells (which end at every touch, and at most eight hours later), so that its integral is a sum.
 */
import { MS_PER_DAY, MS_PER_HOUR } from '../../domain/time.ts';
import { gainOf, type Hazard, hazardOf } from './hazard.ts';
import type { Life, Touch } from './life.ts';
import { inMarket } from './market.ts';
import { BLOCK_MS, rhythmAt } from './rhythm.ts';
import type { Setup } from './setup.ts';

/** What is left of an effect after ten half-lives is nothing. */
const MEMORY_HALF_LIVES = 10;
/** Fresh effects decay fast, so that the first hours after a touch get cells of their own. */
const FRESH_MS = [0, MS_PER_HOUR, 3 * MS_PER_HOUR];

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
    const meter = new Meter(sets.variants, this.setup);
    let active: Active[] = [];
    let next = 0;
    let from_ms = life.joined_ms;
    for (const [cell, until_ms] of ends_ms.entries()) {
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
      const decay = one.decay * 2 ** (-days / half_life_days);
      let level = ((one.decay - decay) * half_life_days) / (Math.LN2 * days);
      one.decay = decay;
      if (rise_days > 0) {
        const rise = one.rise * 2 ** (-days / rise_days);
        level -= ((one.rise - rise) * rise_days) / (Math.LN2 * days);
        one.rise = rise;
      }
      sets.add(one.set, one.campaigns, one.height * level, one.primes * level);
    }
    sets.finish();
  }
}

/** Sums over touches for each set of channels (a touch counts where all that it needs is on) and each campaign left out. */
class SetSums {
  readonly size: number;
  readonly variants: number;
  readonly push: Float64Array;
  readonly primer: Float64Array;

  constructor(
    private readonly bits: number,
    private readonly campaigns: number,
  ) {
    this.size = 1 << bits;
    this.variants = this.size + campaigns;
    this.push = new Float64Array(this.variants);
    this.primer = new Float64Array(this.variants);
  }

  clear(): void {
    this.push.fill(0);
    this.primer.fill(0);
  }

  add(set: number, campaigns: number, push: number, primer: number): void {
    this.push[set]! += push;
    this.primer[set]! += primer;
    for (let i = 0; i < this.campaigns; i++) {
      if (((campaigns >> i) & 1) === 0) continue;
      this.push[this.size + i]! -= push;
      this.primer[this.size + i]! -= primer;
    }
  }

  /** From what needs exactly a set to all that happens within it; campaigns from losses to what is left. */
  finish(): void {
    for (let bit = 0; bit < this.bits; bit++) {
      for (let set = 0; set < this.size; set++) {
        if (((set >> bit) & 1) === 0) continue;
        this.push[set]! += this.push[set ^ (1 << bit)]!;
        this.primer[set]! += this.primer[set ^ (1 << bit)]!;
      }
    }
    for (let i = this.size; i < this.variants; i++) {
      this.push[i] = Math.max(0, this.push[i]! + this.push[this.size - 1]!);
      this.primer[i] = Math.max(0, this.primer[i]! + this.primer[this.size - 1]!);
    }
  }
}

/**
 * Expected orders while time passes. With the hazard h constant over a cell:
 * - going on: h * days;
 * - leaving: 1 - exp(-the integral of h) in the end;
 * - resting for an exponential time of mean R: the chance `ready` of not resting follows ready' = -h ready + (1 - ready) / R,
 *   which has a closed form, and orders come at the rate h * ready.
 */
class Meter {
  private readonly total: Float64Array;
  private readonly ready: Float64Array;
  /** What came in cells in which no touch was active, the same for every variant. */
  private alike = 0;

  constructor(
    variants: number,
    private readonly setup: Setup,
  ) {
    this.total = new Float64Array(variants);
    this.ready = new Float64Array(variants).fill(1);
  }

  passAlike(rate: number, days: number): void {
    if (this.setup.after_order.person !== 'rests') {
      this.alike += rate * days;
      return;
    }
    const { mean_days } = this.setup.after_order;
    const speed = rate + 1 / mean_days;
    const settled = 1 / (mean_days * speed);
    const kept = Math.exp(-speed * days);
    for (let i = 0; i < this.total.length; i++) {
      const off = this.ready[i]! - settled;
      this.total[i]! += rate * (settled * days + (off * (1 - kept)) / speed);
      this.ready[i] = settled + off * kept;
    }
  }

  /** @returns the rate with everything on. */
  pass({ push, primer, size }: SetSums, hazard: Hazard, organic: number, rhythm: number, days: number): number {
    const after = this.setup.after_order;
    for (let i = 0; i < this.total.length; i++) {
      const rate = rhythm * hazard(organic, push[i]!, primer[i]!);
      if (after.person !== 'rests') {
        this.total[i]! += rate * days;
        continue;
      }
      const speed = rate + 1 / after.mean_days;
      const settled = 1 / (after.mean_days * speed);
      const kept = Math.exp(-speed * days);
      const off = this.ready[i]! - settled;
      this.total[i]! += rate * (settled * days + (off * (1 - kept)) / speed);
      this.ready[i] = settled + off * kept;
    }
    return rhythm * hazard(organic, push[size - 1]!, primer[size - 1]!);
  }

  orders(): Float64Array {
    const leaves = this.setup.after_order.person === 'leaves';
    return this.total.map((sum) => (leaves ? -Math.expm1(-(sum + this.alike)) : sum + this.alike));
  }
}

/** Ends of the cells, ascending and distinct: blocks of the rhythm, market spells, touches and the hours after them. */
function cellEnds(setup: Setup, life: Life, touches: readonly Touch[]): Float64Array {
  const ends = [setup.end_ms];
  for (let at = (Math.floor(life.joined_ms / BLOCK_MS) + 1) * BLOCK_MS; at < setup.end_ms; at += BLOCK_MS)
    ends.push(at);
  for (const { from_ms, until_ms } of life.spells) ends.push(from_ms, until_ms);
  for (const { at_ms } of touches) for (const later of FRESH_MS) ends.push(at_ms + later);
  const sorted = Float64Array.from(ends).sort();
  return sorted.filter((end, i) => end > life.joined_ms && end <= setup.end_ms && end !== sorted[i - 1]);
}

/** How much market spells raise the organic rate on average, so that `organic_per_day` is what an average person does. */
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
