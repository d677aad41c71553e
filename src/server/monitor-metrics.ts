/** Incidents and alerts, for the metrics. */
import type { AlertStatus } from '../monitors/list.ts';
import { family, type Sample } from './metric-text.ts';

export interface MonitorFigures {
  open: ReadonlyArray<readonly [brand_id: string, incidents: number]>;
  alerts: readonly AlertStatus[];
}

export function renderMonitors(lines: string[], { open, alerts }: MonitorFigures): void {
  family(
    lines,
    'incidents_open',
    'gauge',
    'Incidents that are open, by brand; * is the installation',
    open.map(([brand, n]): Sample => [{ brand }, n]),
  );
  if (alerts.length === 0) return;
  const each = (value: (status: AlertStatus) => number): Sample[] =>
    alerts.map((status) => [{ alert: status.alert_id }, value(status)]);
  family(
    lines,
    'alerts_waiting',
    'gauge',
    'Alerts that wait for their next try',
    each(({ waiting }) => waiting),
  );
  family(
    lines,
    'alerts_sent_total',
    'counter',
    'Alerts that arrived',
    each(({ sent }) => sent),
  );
  family(
    lines,
    'alerts_given_up_total',
    'counter',
    'Alerts that failed for three days',
    each(({ given_up }) => given_up),
  );
  family(
    lines,
    'alert_failing',
    'gauge',
    '1 if the last try of an alert failed, else 0',
    each(({ last_error }) => (last_error === null ? 0 : 1)),
  );
}
