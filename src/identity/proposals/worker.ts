/** The entry of the thread that finds proposals. */
import { parentPort } from 'node:worker_threads';
import { yieldToProcess } from '../../files/thread-priority.ts';
import type { PersonFeatures } from './features.ts';
import { findProposals } from './propose.ts';

const NICE = 10;
yieldToProcess(NICE);
parentPort?.on('message', ({ number, people }: { number: number; people: PersonFeatures[] }) => {
  try {
    parentPort!.postMessage({ number, result: findProposals(people) });
  } catch (failure) {
    parentPort!.postMessage({ number, failure });
  }
});
