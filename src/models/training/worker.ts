/** The entry of a training thread. */
import { TributaryError } from '../../domain/errors.ts';
import { yieldToProcess } from '../../files/thread-priority.ts';
import { bootstrapShares } from '../uncertainty.ts';
import { trainCalibrated } from './train-calibrated.ts';
import { trainHazard } from './train-hazard.ts';
import { trainPaths } from './train-paths.ts';

/** The tasks of a training thread. Each is a pure function of its input. */
const TASKS = { bootstrapShares, trainCalibrated, trainHazard, trainPaths };
export type Tasks = typeof TASKS;
export type TaskName = keyof Tasks;

/** A refusal crosses the thread boundary as a value, because the class of an error does not. */
export type Outcome =
  | { result: unknown }
  | { refusal: { code: TributaryError['code']; message: string; field: string | undefined } };

/** How much lower the priority of the thread is, so that requests go first. */
const NICE = 10;
yieldToProcess(NICE);

export default function run({ task, input }: { task: TaskName; input: unknown[] }): Outcome {
  try {
    return { result: (TASKS[task] as (...given: unknown[]) => unknown)(...input) };
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    const { code, message, field } = error;
    return { refusal: { code, message, field } };
  }
}
