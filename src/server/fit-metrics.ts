/** Scheduled fits, for the metrics. */
import type { FailingFit, FitLog } from '../reports/fit-log.ts';
import { family, type Sample } from './metric-text.ts';

/** What the metrics say of scheduled fits. */
export interface FitFigures {
  counts: Awaited<ReturnType<FitLog['counts']>>;
  failing: readonly FailingFit[];
}

export function renderFits(lines: string[], { counts, failing }: FitFigures): void {
  if (counts.length === 0) return;
  family(
    lines,
    'scheduled_fits_total',
    'counter',
    'Scheduled fits by how they ended: passed, refused by their gate, failed',
    counts.map(({ model, outcome, count }): Sample => [{ model, outcome }, count]),
  );
  family(lines, 'scheduled_fits_failing', 'gauge', 'Scheduled fits whose last run did not pass', [
    [{}, failing.length],
  ]);
}
