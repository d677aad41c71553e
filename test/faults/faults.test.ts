/** The faults that take seconds, at a small size, in the quick tier. All faults: `*.deep.test.ts`; at full size: `npm run faults`. */
import { promiseKept } from './promise.ts';
import { SCENARIOS } from './scenarios.ts';

promiseKept(
  SCENARIOS.filter(({ quick }) => quick),
  'small',
);
