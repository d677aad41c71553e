/** Where destinations stand, for the metrics. */
import type { DestinationStatus } from '../destinations/outbox/destinations.ts';
import { family, type Sample } from './metric-text.ts';

export function renderDestinations(lines: string[], destinations: readonly DestinationStatus[], now_ms: number): void {
  if (destinations.length === 0) return;
  const each = (value: (status: DestinationStatus) => number): Sample[] =>
    destinations.map((status) => [{ destination: status.destination_id }, value(status)]);
  const age_s = ({ waiting_since }: DestinationStatus): number =>
    waiting_since === null ? 0 : Math.max(0, (now_ms - Date.parse(waiting_since)) / 1_000);
  family(
    lines,
    'destination_waiting',
    'gauge',
    'Messages that wait for a destination',
    each(({ waiting, retrying }) => waiting + retrying),
  );
  family(lines, 'destination_waiting_seconds', 'gauge', 'Age of the oldest message that waits', each(age_s));
  family(
    lines,
    'destination_delivered_total',
    'counter',
    'Messages that a destination took',
    each(({ delivered }) => delivered),
  );
  family(
    lines,
    'destination_refused_total',
    'counter',
    'Messages that a destination will never take',
    each(({ refused }) => refused),
  );
  family(
    lines,
    'destination_withheld_total',
    'counter',
    'Messages that consent held back',
    each(({ withheld }) => withheld),
  );
  family(
    lines,
    'destination_stopped',
    'gauge',
    '1 if nothing is sent until a person changes something, else 0',
    each(({ status }) => (status === 'stopped' ? 1 : 0)),
  );
}
