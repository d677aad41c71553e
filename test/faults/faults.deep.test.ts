/**
 * Every fault but kill -9, at full size, in the deep tier; abuses at a small size. A file of its own, so that both run at the
 * same time.
 */
import { KILLS } from './kills.ts';
import { promiseKept } from './promise.ts';
import { ABUSES, SCENARIOS } from './scenarios.ts';

promiseKept(
  SCENARIOS.filter((scenario) => !KILLS.includes(scenario) && !ABUSES.includes(scenario)),
  'full',
);

promiseKept(ABUSES, 'small');
