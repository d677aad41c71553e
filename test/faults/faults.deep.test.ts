/** Every fault but kill -9, in the deep tier. A file of its own, so that both run at the same time. */
import { KILLS } from './kills.ts';
import { promiseKept } from './promise.ts';
import { SCENARIOS } from './scenarios.ts';

promiseKept(
  SCENARIOS.filter((scenario) => !KILLS.includes(scenario)),
  'deep',
);
