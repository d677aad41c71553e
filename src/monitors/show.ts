/** An incident as the API and webhooks show it. */
import { formatInstant } from '../domain/time.ts';
import { BRAND_OF_INSTALLATION, type Incident } from './incidents.ts';

export function shownIncident(incident: Incident) {
  const { incident_id, brand_id, check, subject, status, summary, next_step, evidence } = incident;
  const instant = (ms: number | null): string | null => (ms === null ? null : formatInstant(ms));
  return {
    incident_id,
    brand_id: brand_id === BRAND_OF_INSTALLATION ? null : brand_id,
    check,
    subject,
    status,
    summary,
    next_step,
    since: formatInstant(incident.since_ms),
    opened_at: formatInstant(incident.opened_ms),
    updated_at: formatInstant(incident.updated_ms),
    over_at: instant(incident.over_ms),
    over_because: incident.over_because,
    evidence,
  };
}
