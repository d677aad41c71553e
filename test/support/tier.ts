/** How much the tests ask: `npm test` asks enough to work by, `npm run test:deep` asks the same promises at full size. */

/** Set by `npm run test:deep`. Files named `*.deep.test.ts` run only then. */
export const DEEP = process.env['TRIBUTARY_DEEP'] === '1';

/** How many times to try: few in the quick tier, many in the deep one, or what the environment variable says. */
export function runsOf(variable: string, quick: number, deep: number): number {
  return Number(process.env[variable] ?? (DEEP ? deep : quick));
}
