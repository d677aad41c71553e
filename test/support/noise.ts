/** Random integers for tests of noise. */
import { Random } from '../../src/domain/random.ts';
import { type RandomIntegers, randomIntegers } from '../../src/learning/random-integers.ts';

/** The same numbers for the same seed. */
export function seededIntegers(seed: number, purpose = 'noise'): RandomIntegers {
  const random = new Random(seed, purpose);
  return randomIntegers((bytes) => {
    for (let i = 0; i < bytes.length; i += 4) {
      const bits = random.bits();
      for (let j = 0; j < 4 && i + j < bytes.length; j++) bytes[i + j] = (bits >>> (8 * j)) & 255;
    }
  });
}

/** Makes all noise 0, so that a test sees what is below it. */
export const NO_NOISE: RandomIntegers = {
  below: () => 0n,
  chance: (numerator, denominator) => numerator === denominator,
};
