/** The entry of a training thread. */
import { TributaryError } from '../../domain/errors.ts';
import { TASKS, type TaskName } from './tasks.ts';

/** A refusal crosses over as a value: the class of an error does not. */
export type Outcome =
  | { result: unknown }
  | { refusal: { code: TributaryError['code']; message: string; field: string | undefined } };

export default function run({ task, input }: { task: TaskName; input: unknown[] }): Outcome {
  try {
    return { result: (TASKS[task] as (...given: unknown[]) => unknown)(...input) };
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    const { code, message, field } = error;
    return { refusal: { code, message, field } };
  }
}
