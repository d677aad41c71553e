/** The faults that take seconds, with every test run. All of them: `faults.deep.test.ts`; at full size: `npm run faults`. */
import { promiseKept } from './promise.ts';
import { SCENARIOS } from './scenarios.ts';

promiseKept(
  SCENARIOS.filter(({ quick }) => quick),
  'small',
);
