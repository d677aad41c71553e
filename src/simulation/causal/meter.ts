import type { Hazard } from './hazard.ts';
import type { SetSums } from './set-sums.ts';
import type { AfterOrder } from './setup.ts';

/**
 * Expected orders while time passes. With the hazard h constant over a cell:
 * - going on: h * days;
 * - leaving: 1 - exp(-the integral of h) in the end;
 * - resting for an exponential time of mean R: the chance `ready` of not resting follows ready' = -h ready + (1 - ready) / R,
 *   which has a closed form, and orders come at the rate h * ready.
 */
export class Meter {
  private readonly total: Float64Array;
  private readonly ready: Float64Array;
  /** Expected orders in cells without an active touch. They are the same for every variant. */
  private alike = 0;

  constructor(
    variants: number,
    private readonly after: AfterOrder,
  ) {
    this.total = new Float64Array(variants);
    this.ready = new Float64Array(variants).fill(1);
  }

  /** A cell in which the hazard (per day) is the same for every variant. */
  passAlike(rate: number, days: number): void {
    if (this.after.person !== 'rests') {
      this.alike += rate * days;
      return;
    }
    const { mean_days } = this.after;
    const speed = rate + 1 / mean_days;
    const kept = Math.exp(-speed * days);
    for (let i = 0; i < this.total.length; i++) this.rest(i, rate, days, speed, kept);
  }

  /** A cell with touches. @returns the hazard with everything on, per day. */
  pass({ push, primer, size }: SetSums, hazard: Hazard, organic: number, rhythm: number, days: number): number {
    const { after } = this;
    for (let i = 0; i < this.total.length; i++) {
      const rate = rhythm * hazard(organic, push[i]!, primer[i]!);
      if (after.person !== 'rests') {
        this.total[i]! += rate * days;
        continue;
      }
      const speed = rate + 1 / after.mean_days;
      this.rest(i, rate, days, speed, Math.exp(-speed * days));
    }
    return rhythm * hazard(organic, push[size - 1]!, primer[size - 1]!);
  }

  /** @param speed at which `ready` settles, per day. @param kept what is left of its distance after the cell. */
  private rest(variant: number, rate: number, days: number, speed: number, kept: number): void {
    // speed = rate + 1 / R, so speed - rate is 1 / R.
    const settled = (speed - rate) / speed;
    const off = this.ready[variant]! - settled;
    this.total[variant]! += rate * (settled * days + (off * (1 - kept)) / speed);
    this.ready[variant] = settled + off * kept;
  }

  /** Expected orders of each variant until now. */
  orders(): Float64Array {
    const leaves = this.after.person === 'leaves';
    return this.total.map((sum) => (leaves ? -Math.expm1(-(sum + this.alike)) : sum + this.alike));
  }
}
