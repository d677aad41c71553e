/** A process under test of the benches of scale, watched from outside. */
import { fork } from 'node:child_process';
import type { BenchServer } from './clickhouse.ts';
import { gib, show } from './report.ts';
import type { Step, Task } from './scale-reports.ts';
import { ended, peakMemory, Watch } from './watch.ts';

/** No process under test may take longer. */
const STEP_LIMIT_MS = 45 * 60_000;

export type Measured = Step & { peak_bytes: number; spill_bytes: number; server_peak_bytes?: number };

/** Runs a task in a process of its own and keeps each step with its memory and disk. Returns how the process ended. */
export async function underTest(
  task: Task,
  spill_folder: string | null,
  steps: Measured[],
  keep: () => void,
  server?: BenchServer,
): Promise<number | string> {
  const script = new URL('./scale-reports.ts', import.meta.url).pathname;
  const child = fork(script, [JSON.stringify(task)], { execArgv: ['--import', 'tsx'] });
  const watch = new Watch(child.pid, spill_folder);
  child.on('message', (step: Step) => {
    const peaks = { ...watch.take(), ...(server ? { server_peak_bytes: peakMemory(server.pid) } : {}) };
    steps.push({ ...step, ...peaks });
    const memory = `peak ${gib(peaks.server_peak_bytes ?? peaks.peak_bytes)}, spilled ${gib(peaks.spill_bytes)}`;
    const answer = step.refused ? `refused: ${step.refused.code}, ${step.refused.message}` : (step.hash ?? '');
    show(step.name, `${(step.ms / 1_000).toFixed(2)} s, ${memory} ${answer}`);
    keep();
  });
  const code = await ended(child, STEP_LIMIT_MS);
  watch.stop();
  if (code !== 0) show('the process under test ended', String(code));
  return code;
}
