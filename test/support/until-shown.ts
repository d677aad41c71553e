/** Promises on few random worlds, which by chance may all be empty or lack a rate. */

const ROUNDS = 6;

/**
 * Asks more random worlds while nothing was compared, so that a promise does not pass without a case, nor fail for want of one.
 * @param round checks some worlds, and tells in how many cases something was compared.
 */
export async function untilShown(round: () => Promise<number>): Promise<void> {
  for (let i = 0; i < ROUNDS; i++) if ((await round()) > 0) return;
  throw new Error(`nothing was compared in ${ROUNDS} rounds of random worlds`);
}
