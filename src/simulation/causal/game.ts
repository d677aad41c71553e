/**
 * The game behind the truth: the worth of a set of channels is the number of orders that come when only these are on. It is
 * stored as Harsanyi dividends: the amount that a set adds beyond all its subsets. Games of people add up, and the Shapley
 * value of a channel is the sum over the sets with this channel of dividend / size.
 */
export class Game {
  private readonly dividends: Float64Array;

  constructor(private readonly channels: number) {
    this.dividends = new Float64Array(1 << channels);
  }

  /**
   * Adds a game of a few channels.
   * @param members bit b of a set in `values` stands for channel `members[b]`.
   * @param values worth of each set, by its bits.
   */
  add(members: readonly number[], values: Float64Array, factor = 1): void {
    const own = values.slice();
    for (let bit = 0; bit < members.length; bit++) {
      for (let set = 0; set < own.length; set++) if (((set >> bit) & 1) === 1) own[set]! -= own[set ^ (1 << bit)]!;
    }
    for (let set = 0; set < own.length; set++) {
      let global = 0;
      for (const [bit, channel] of members.entries()) global |= ((set >> bit) & 1) << channel;
      this.dividends[global]! += factor * own[set]!;
    }
  }

  /** Worth of a set of channels, by its bits. */
  worth(set: number): number {
    return this.sum((held) => (held & ~set) === 0);
  }

  get all(): number {
    return this.worth((1 << this.channels) - 1);
  }

  /** The Shapley value of a channel. The values of all channels add up to `all - worth(0)`. */
  shapley(channel: number): number {
    let sum = 0;
    for (const [set, dividend] of this.dividends.entries()) {
      if (((set >> channel) & 1) === 1) sum += dividend / sizeOf(set);
    }
    return sum;
  }

  /** The loss when only this channel is switched off. */
  removal(channel: number): number {
    return this.sum((held) => ((held >> channel) & 1) === 1);
  }

  private sum(counts: (set: number) => boolean): number {
    let sum = 0;
    for (const [set, dividend] of this.dividends.entries()) if (counts(set)) sum += dividend;
    return sum;
  }
}

function sizeOf(set: number): number {
  let size = 0;
  for (let left = set; left !== 0; left &= left - 1) size++;
  return size;
}
