/** How much the tests ask: `npm test` asks enough to work by, `npm run test:deep` asks the same promises at full size. */

/** Set by `npm run test:deep`. Files named `*.deep.test.ts` run only then. */
export const DEEP = process.env['TRIBUTARY_DEEP'] === '1';

/**
 * Threads of an engine that a test opens. A second one costs a fifth more processor time on small worlds. The deep tier has two, as
 * the contract of the engines and the processes of servers have in both tiers.
 */
export const ENGINE_THREADS = DEEP ? 2 : 1;

/** Events of a batch where a random world is loaded in several: each batch costs ten times what its events do. */
export const SMALL_BATCH = DEEP ? 7 : 40;

/** How many times to try: few in the quick tier, many in the deep one, or what the environment variable says. */
export function runsOf(variable: string, quick: number, deep: number): number {
  return Number(process.env[variable] ?? (DEEP ? deep : quick));
}
