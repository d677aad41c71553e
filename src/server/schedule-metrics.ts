/** Where schedules stand, for the metrics. */
import type { ScheduleStatus } from '../schedules/schedules.ts';
import { family, type Sample } from './metric-text.ts';

export function renderSchedules(lines: string[], schedules: readonly ScheduleStatus[], now_ms: number): void {
  if (schedules.length === 0) return;
  family(
    lines,
    'schedule_trouble',
    'gauge',
    '1 if the last period is tried again, or a part of it did not surely arrive',
    schedules.map(
      ({ schedule_id, status }): Sample => [
        { schedule: schedule_id },
        status === 'retrying' || status === 'trouble' ? 1 : 0,
      ],
    ),
  );
  const sent = schedules.filter(({ last_success_at }) => last_success_at !== null);
  family(
    lines,
    'schedule_success_age_seconds',
    'gauge',
    'Time since a period was last sent to everyone',
    sent.map(
      ({ schedule_id, last_success_at }): Sample => [
        { schedule: schedule_id },
        Math.max(0, (now_ms - Date.parse(last_success_at!)) / 1_000),
      ],
    ),
  );
}
