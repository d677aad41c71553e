/** Exact random integers: no floating-point number takes part, so every value has exactly the chance that is asked for. */
import { assert } from '../domain/errors.ts';

/** Where random integers come from. Noise that protects people needs a cryptographic source of bytes. */
export interface RandomIntegers {
  /** A whole number from 0 to below `n`, each with the same chance. */
  below(n: bigint): bigint;
  /** True with the chance numerator / denominator; 0 <= numerator <= denominator. */
  chance(numerator: bigint, denominator: bigint): boolean;
}

/** Fills a list with random bytes, as `crypto.randomFillSync` does. */
export type FillBytes = (bytes: Uint8Array) => void;

/** Bytes are drawn from the source in portions of this size. */
const PORTION_BYTES = 4_096;

/**
 * Random integers from random bytes. A number is drawn with as many bits as the limit has, and drawn again until it is below the limit,
 * which takes fewer than two draws on average.
 */
export function randomIntegers(fill: FillBytes): RandomIntegers {
  const bytes = new Uint8Array(PORTION_BYTES);
  let next = PORTION_BYTES;
  const byte = (): bigint => {
    if (next === PORTION_BYTES) {
      fill(bytes);
      next = 0;
    }
    return BigInt(bytes[next++]!);
  };
  const below = (n: bigint): bigint => {
    assert(n > 0n, 'a random integer needs a limit above 0');
    const bits = (n - 1n).toString(2).length;
    const spare = BigInt((8 - (bits % 8)) % 8);
    for (;;) {
      let value = 0n;
      for (let read = 0; read < bits; read += 8) value = (value << 8n) | byte();
      value >>= spare;
      if (value < n) return value;
    }
  };
  return { below, chance: (numerator, denominator) => below(denominator) < numerator };
}
