/** Where pulls of spend stand, for the metrics. */
import type { PullStatus } from '../pulls/runs/pulls.ts';
import { family, type Sample } from './metric-text.ts';

export function renderPulls(lines: string[], pulls: readonly PullStatus[], now_ms: number): void {
  if (pulls.length === 0) return;
  const each = (value: (status: PullStatus) => number): Sample[] =>
    pulls.map((status) => [{ pull: status.pull_id }, value(status)]);
  const read = pulls.filter(({ last_success_at }) => last_success_at !== null);
  const ages = read.map(
    ({ pull_id, last_success_at }): Sample => [
      { pull: pull_id },
      Math.max(0, (now_ms - Date.parse(last_success_at!)) / 1_000),
    ],
  );
  family(
    lines,
    'pull_failures',
    'gauge',
    'Runs that failed since the last one that succeeded',
    each(({ failures }) => failures),
  );
  family(lines, 'pull_success_age_seconds', 'gauge', 'Time since the last run that succeeded', ages);
  family(
    lines,
    'pull_stated_total',
    'counter',
    'Lines of spend that were stated',
    each(({ stated }) => stated),
  );
}
