/** The bits of a text in base64url, as consent strings have them. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const BITS_PER_CHARACTER = 6;

/** A consent string that cannot be read. The message says what is wrong with it. */
export class MalformedConsent extends Error {}

export class Bits {
  private readonly values: Uint8Array;
  /** Where {@link next} reads. */
  private at = 0;

  /** @throws MalformedConsent for a character that is not base64url. */
  constructor(text: string) {
    this.values = Uint8Array.from(text.replace(/=+$/, ''), (character) => {
      const value = ALPHABET.indexOf(character);
      if (value < 0)
        throw new MalformedConsent(`has the character ${JSON.stringify(character)}, which is not base64url`);
      return value;
    });
  }

  get length(): number {
    return this.values.length * BITS_PER_CHARACTER;
  }

  /** The number that some bits make, the first one the highest. @throws MalformedConsent beyond the end. */
  number(start: number, count: number): number {
    if (start + count > this.length) throw new MalformedConsent(`ends after ${this.length} bits`);
    let value = 0;
    for (let bit = start; bit < start + count; bit++) value = value * 2 + this.bit(bit);
    return value;
  }

  /** Bit `number` of a field of bits, counted from 1. */
  has(start: number, number: number): boolean {
    return this.number(start + number - 1, 1) === 1;
  }

  /** The number that the next bits make. */
  next(count: number): number {
    const value = this.number(this.at, count);
    this.at += count;
    return value;
  }

  /** The next number in Fibonacci code: sums of 1, 2, 3, 5, 8 …, ended by two ones. */
  nextFibonacci(): number {
    let [term, following] = [1, 2];
    let sum = 0;
    for (let before = 0; ; ) {
      const bit = this.next(1);
      if (bit === 1 && before === 1) return sum;
      if (bit === 1) sum += term;
      if (term > 100_000) throw new MalformedConsent('has a section number that is too large');
      [term, following] = [following, term + following];
      before = bit;
    }
  }

  private bit(place: number): number {
    const value = this.values[Math.floor(place / BITS_PER_CHARACTER)]!;
    return (value >> (BITS_PER_CHARACTER - 1 - (place % BITS_PER_CHARACTER))) & 1;
  }
}
