/**
 * Sums over touches, for each set of channels and for each campaign that is left out. A touch counts in a set that holds all
 * channels that it needs.
 */
export class SetSums {
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

  /**
   * Call it after the last `add`. Until then a set has the touches that need exactly this set, and a campaign has its losses as
   * negative sums. Afterwards a set has all touches that happen within it, and a campaign has the sums without it.
   */
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
