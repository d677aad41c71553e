/** The entry of a thread that makes parts of passes. Several questions take turns. */
import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer } from '../../files/thread-calls.ts';
import { yieldToProcess } from '../../files/thread-priority.ts';
import { Pass } from '../pass.ts';
import { PersonParts } from '../person-parts.ts';
import { Decays, ruleModel } from '../weights.ts';
import type { PassQuestion, ThreadPart } from './question.ts';

/** How much lower the priority of the thread is, so that requests go first. */
const NICE = 2;

async function partOf({ touchpoints, asked, next }: PassQuestion): Promise<ThreadPart> {
  const decays = new Decays();
  const models = asked.plan.models.map(({ name }) => ruleModel(name, asked.plan, decays)!);
  const pass = new Pass(touchpoints, asked, models);
  await pass.run(new PersonParts(asked.orders, touchpoints, next));
  return { part: pass.part(), open_decays: [...decays.open] };
}

if (parentPort !== null) {
  const port = parentPort;
  yieldToProcess(NICE);
  const answer = async ({ number, ...question }: PassQuestion & { number: number }): Promise<ThreadAnswer> => {
    try {
      return { number, result: await partOf(question) };
    } catch (failure) {
      return { number, failure };
    }
  };
  port.on('message', (question) => void answer(question).then((answered) => port.postMessage(answered)));
}
