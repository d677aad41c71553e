/** The metrics of histories in memory. */
import type { HistoriesStatus } from '../histories/keeper.ts';
import { family } from './metric-text.ts';

/** What reports read from memory, and how often it was compared with the warehouse. */
export type HistoriesState = HistoriesStatus & { checks: number; differences: number };

export function renderHistories(
  lines: string[],
  { touchpoints, bytes, lag_records, checks, differences }: HistoriesState,
): void {
  const gauge = (name: string, help: string, value: number): void => family(lines, name, 'gauge', help, [[{}, value]]);
  gauge(
    'histories_touchpoints',
    'Touchpoints that reports read from memory; 0 while the warehouse answers',
    touchpoints,
  );
  gauge('histories_bytes', 'Memory of these touchpoints, in bytes', bytes);
  gauge('histories_lag_records', 'Log positions that are not in memory yet, as of the last look', lag_records);
  family(lines, 'histories_checks_total', 'counter', 'Answers from memory that the warehouse was asked again', [
    [{}, checks],
  ]);
  family(lines, 'histories_differences_total', 'counter', 'Answers from memory that the warehouse did not give', [
    [{}, differences],
  ]);
}
