/** Every fault at full size, in the deep tier. */
import { promiseKept } from './promise.ts';
import { SCENARIOS } from './scenarios.ts';

promiseKept(SCENARIOS, 'full');
