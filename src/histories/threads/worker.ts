/** The entry of a thread that makes parts of passes. Several questions take turns. */
import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer } from '../../files/thread-calls.ts';
import { yieldToProcess } from '../../files/thread-priority.ts';
import { Pass } from '../pass.ts';
import type { FoundPathsData } from '../paths/found-paths.ts';
import { PathWalk } from '../paths/path-walk.ts';
import { PersonParts } from '../person-parts.ts';
import { Decays, ruleModel } from '../weights.ts';
import type { ThreadPart, ThreadQuestion } from './question.ts';

/** How much lower the priority of the thread is, so that requests go first. */
const NICE = 2;

async function creditOf({ touchpoints, asked, next }: ThreadQuestion & { kind: 'credit' }): Promise<ThreadPart> {
  const decays = new Decays();
  const models = asked.plan.models.map(({ name }) => ruleModel(name, asked.plan, decays)!);
  const pass = new Pass(touchpoints, asked, models);
  await pass.run(new PersonParts(asked, touchpoints, next));
  return { part: pass.part(), open_decays: [...decays.open] };
}

async function pathsOf({ touchpoints, asked, next }: ThreadQuestion & { kind: 'paths' }): Promise<FoundPathsData> {
  const walk = new PathWalk(touchpoints, asked);
  await walk.run(next);
  return walk.found.data();
}

if (parentPort !== null) {
  const port = parentPort;
  yieldToProcess(NICE);
  const answer = async (question: ThreadQuestion & { number: number }): Promise<void> => {
    const { number } = question;
    const send = (answered: ThreadAnswer, moved: ArrayBuffer[] = []): void => port.postMessage(answered, moved);
    try {
      if (question.kind === 'credit') send({ number, result: await creditOf(question) });
      else {
        const result = await pathsOf(question);
        send({ number, result }, buffersOf(result));
      }
    } catch (failure) {
      send({ number, failure });
    }
  };
  port.on('message', (question) => void answer(question));
}

/** The memory of an answer, which moves to the one who asked. */
function buffersOf(result: object): ArrayBuffer[] {
  return Object.values(result)
    .filter((value) => ArrayBuffer.isView(value))
    .map(({ buffer }) => buffer as ArrayBuffer);
}
