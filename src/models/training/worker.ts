/** The entry of a training thread. */
import { setPriority } from 'node:os';
import { TributaryError } from '../../domain/errors.ts';
import { TASKS, type TaskName } from './tasks.ts';

/** A refusal crosses over as a value: the class of an error does not. */
export type Outcome =
  | { result: unknown }
  | { refusal: { code: TributaryError['code']; message: string; field: string | undefined } };

/** Answering goes before training. On Linux this is of the thread; where it may not be set, all is as it was. */
const NICE = 10;
try {
  setPriority(NICE);
} catch {
  // Nothing depends on it but how soon others are served.
}

export default function run({ task, input }: { task: TaskName; input: unknown[] }): Outcome {
  try {
    return { result: (TASKS[task] as (...given: unknown[]) => unknown)(...input) };
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    const { code, message, field } = error;
    return { refusal: { code, message, field } };
  }
}
