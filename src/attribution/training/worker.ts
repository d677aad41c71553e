/** The entry of a training thread. */
import { TASKS, type TaskName } from './tasks.ts';

export default function run({ task, input }: { task: TaskName; input: unknown[] }): unknown {
  return (TASKS[task] as (...given: unknown[]) => unknown)(...input);
}
