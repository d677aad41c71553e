/** kill -9 at every stage of a server's life, in the deep tier. The other faults: `faults.deep.test.ts`. */
import { KILLS } from './kills.ts';
import { promiseKept } from './promise.ts';

promiseKept(KILLS, 'deep');
