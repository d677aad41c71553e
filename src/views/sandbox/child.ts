/**
 * The process of a sandbox: one statement of a stranger in an engine that has nothing but the tables it was sent. It has no data
 * folder, no environment, no key, and it ends after its answer.
 */
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { LockedEngine } from './locked-engine.ts';
import type { FromSandbox, ToSandbox } from './messages.ts';
import { Refused } from './refused.ts';

let engine: LockedEngine | undefined;

async function answer(message: ToSandbox): Promise<FromSandbox> {
  switch (message.kind) {
    case 'question':
      engine = await LockedEngine.open(message);
      return { kind: 'ready' };
    case 'rows':
      await engine!.take(message);
      return { kind: 'taken' };
    case 'run':
      return { kind: 'done', ...(await engine!.run()) };
  }
}

function refusal(error: unknown): FromSandbox {
  const why = error instanceof Refused ? error.why : 'failure';
  return { kind: 'refused', why, message: error instanceof Error ? error.message : String(error) };
}

/** Other work of the machine goes first, and where memory is short the kernel ends this process before others. */
function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Not every system has it. The limits of the server hold all the same.
  }
}

stepBack();
process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToSandbox) => {
  answer(message)
    .catch(refusal)
    .then((told) => process.send!(told));
});
