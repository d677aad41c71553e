/** The faults that take seconds, at a small size, in both tiers. All faults at full size: `*.deep.test.ts`, or `npm run faults`. */
import { promiseKept } from './promise.ts';
import { SCENARIOS } from './scenarios.ts';

promiseKept(
  SCENARIOS.filter(({ quick }) => quick),
  'small',
);
