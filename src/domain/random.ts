/**
 * Seeded random numbers, one small generator (sfc32) per stream. A stream has a seed, a purpose and an index, so customer 7 does
 * the same in a simulated world of ten customers and in one of a hundred thousand.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, purpose: string, index = 0) {
    const next = splitmix32(mix(mix(mix(seed | 0, Math.floor(seed / 2 ** 32) | 0), hashText(purpose)), index | 0));
    this.a = next();
    this.b = next();
    this.c = next();
    // The first outputs of close seeds resemble each other.
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** 32 random bits as an unsigned integer. */
  bits(): number {
    const t = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.bits() / 2 ** 32;
  }

  /** In [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  /** A Poisson count, by Knuth's product of uniforms. Its time grows with the mean, so use it for small means. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.unit(); product > limit; product *= this.unit()) count++;
    return count;
  }

  normal(mean: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    return mean + sigma * radius * Math.cos(2 * Math.PI * this.unit());
  }

  /** Lognormal with the given mean (not median) and the sigma of its logarithm. */
  lognormal(mean: number, sigma: number): number {
    return mean * Math.exp(this.normal(-(sigma * sigma) / 2, sigma));
  }

  /** Gamma with this shape, above 0, and scale 1. Source: Marsaglia and Tsang, ACM Transactions on Mathematical Software 26(3), 2000. */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.unit()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const normal = this.normal(0, 1);
      const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.unit()) < (normal * normal) / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.unit() * items.length)]!;
  }

  /** Puts the items in a random order, each order equally likely (Fisher and Yates). */
  shuffle(items: { [place: number]: unknown; readonly length: number }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [items[i], items[j]] = [items[j], items[i]];
    }
  }

  /** At most `most` of the items, each with the same chance, in the same order. */
  sample<T>(items: readonly T[], most: number): T[] {
    let wanted = Math.min(most, items.length);
    return items.filter((_, i) => {
      const taken = wanted > 0 && this.unit() * (items.length - i) < wanted;
      if (taken) wanted--;
      return taken;
    });
  }

  /** One of the entries, in proportion to its share; shares need not add up to 1. */
  weighted<T extends { share: number }>(entries: readonly T[]): T {
    let left = this.unit() * entries.reduce((sum, entry) => sum + entry.share, 0);
    for (const entry of entries) {
      left -= entry.share;
      if (left < 0) return entry;
    }
    return entries.at(-1)!;
  }

  /** Hexadecimal digits, such as those of click ids. */
  hex(words: number): string {
    let text = '';
    for (let i = 0; i < words; i++) text += this.bits().toString(16).padStart(8, '0');
    return text;
  }
}

/** The splitmix32 sequence: makes well-mixed state from one word. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return scramble(state);
  };
}

function scramble(word: number): number {
  let z = word ^ (word >>> 16);
  z = Math.imul(z, 0x21f0aaad);
  z ^= z >>> 15;
  z = Math.imul(z, 0x735a2d97);
  return z ^ (z >>> 15);
}

function mix(left: number, right: number): number {
  return scramble((Math.imul(left, 31) + right + 0x9e3779b9) | 0);
}

/** FNV-1a. */
function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
