/** A plan as the state has it: the experiment, when it became final, and when it was stopped. */
import { TributaryError } from '../domain/errors.ts';
import type { Design, Stop } from '../domain/experiment.ts';
import { formatInstant } from '../domain/time.ts';

export type Which = Pick<Design, 'brand_id' | 'experiment_id'>;

export interface Planned {
  design: Design;
  /** The first assignment or exposure; from then on only the name may change. */
  frozen_at_ms: number | null;
  /** Since when the product puts people into the arms; unset until then. From then on assignments of others are refused. */
  assigns_since_ms?: number;
  /** Set if it was stopped before its end. */
  stop: Stop | null;
  /** True if the log holds what state says of a final plan. */
  is_written: boolean;
}

export const keyOf = ({ brand_id, experiment_id }: Which): string => `${brand_id}/${experiment_id}`;

export const isRunning = ({ design: { start_ms, end_ms }, stop }: Planned, now_ms: number): boolean =>
  now_ms >= start_ms && now_ms < end_ms && stop === null;

/** True if the product assigns by a plan that is final, and in the log. */
export const isAssigning = ({ assigns_since_ms, is_written }: Planned): boolean =>
  assigns_since_ms !== undefined && is_written;

/** @throws conflict before the start, after the end, and once it was stopped. */
export function checkRunning(planned: Planned, now_ms: number): void {
  if (isRunning(planned, now_ms)) return;
  const { design, stop } = planned;
  const when =
    stop !== null
      ? `was stopped at ${formatInstant(stop.at_ms)}`
      : now_ms < design.start_ms
        ? `begins at ${formatInstant(design.start_ms)}`
        : `ended at ${formatInstant(design.end_ms)}`;
  throw new TributaryError(
    'conflict',
    `experiment ${design.experiment_id} ${when}; nobody is assigned now, so send as you would without it`,
  );
}

export const notFound = ({ brand_id, experiment_id }: Which): TributaryError =>
  new TributaryError(
    'not_found',
    `experiment_id: brand ${brand_id} has no experiment ${JSON.stringify(experiment_id.slice(0, 200))}; send its plan to POST /v1/experiments first`,
    { field: 'experiment_id' },
  );
