/** What people see of monitors: every series and check with its state, and where alerts stand. */
import { maySee } from '../domain/brand-access.ts';
import { formatInstant, MS_PER_HOUR } from '../domain/time.ts';
import type { State } from '../state/port.ts';
import { readAlertStanding, readWaiting } from './alerts/outbox.ts';
import { CHECKS } from './checks/names.ts';
import { BRAND_OF_INSTALLATION, openIncidents } from './incidents.ts';
import type { AlertSettings, MonitorSettings } from './settings.ts';
import { type BrandStanding, readBrands, readRun, type SeenSeries } from './standing.ts';

/** Alerts that wait are counted up to this many. */
const MOST_WAITING = 1_000;

export interface AlertStatus {
  alert_id: string;
  kind: string;
  brand_id: string | null;
  repeat: string;
  waiting: number;
  sent: number;
  given_up: number;
  last_sent_at: string | null;
  last_error: string | null;
}

export interface MonitorStatus {
  enabled: boolean;
  last_run_at: string | null;
  brands_left_out: number;
  brands: BrandStatus[];
  alerts: AlertStatus[];
}

export interface BrandStatus {
  brand_id: string;
  /** The end of the newest hour that was judged. */
  judged_until: string;
  open_incidents: number;
  checks: Array<{ check: string; status: 'ok' | 'incident' | 'waiting'; incidents: number }>;
  checked_at: string | null;
  series: SeenSeries[];
  channels_left_out: number;
  money_problem: string | null;
}

export class MonitorList {
  constructor(
    private readonly settings: MonitorSettings,
    private readonly state: State,
  ) {}

  /** @param brand_id the brand that is asked for; null for all. */
  async status(brand_id: string | null): Promise<MonitorStatus> {
    const run = await readRun(this.state);
    const brands = (await readBrands(this.state)).filter(([own]) => maySee(brand_id, [own]));
    const alerts = [...this.settings.alerts.values()].filter(
      (alert) => brand_id === null || alert.brand_id === null || alert.brand_id === brand_id,
    );
    return {
      enabled: this.settings.enabled,
      last_run_at: run === undefined ? null : formatInstant(run.at_ms),
      brands_left_out: brand_id === null ? (run?.brands_left_out ?? 0) : 0,
      brands: await Promise.all(brands.map(([own, standing]) => this.brandStatus(own, standing))),
      alerts: await Promise.all(alerts.map((alert) => this.alertStatus(alert))),
    };
  }

  /** Open incidents by brand, for the metrics; `*` is the installation. */
  async openByBrand(): Promise<Array<[string, number]>> {
    const names = [BRAND_OF_INSTALLATION, ...(await readBrands(this.state)).map(([brand_id]) => brand_id)];
    return Promise.all(
      names.map(async (name): Promise<[string, number]> => [name, (await openIncidents(this.state, name)).length]),
    );
  }

  async alertStatus(alert: AlertSettings): Promise<AlertStatus> {
    const { sent, given_up, last_sent_ms, last_error } = await readAlertStanding(this.state, alert.id);
    return {
      alert_id: alert.id,
      kind: alert.kind,
      brand_id: alert.brand_id,
      repeat: alert.repeat,
      waiting: (await readWaiting(this.state, alert.id, MOST_WAITING)).length,
      sent,
      given_up,
      last_sent_at: last_sent_ms === null ? null : formatInstant(last_sent_ms),
      last_error: last_error || null,
    };
  }

  /** Where every alert stands, for the metrics. */
  alerts(): Promise<AlertStatus[]> {
    return Promise.all(Array.from(this.settings.alerts.values(), (alert) => this.alertStatus(alert)));
  }

  private async brandStatus(brand_id: string, standing: BrandStanding): Promise<BrandStatus> {
    const { judged_hour, checked_ms, findings, seen, channels_left_out, money_problem } = standing;
    const open = await openIncidents(this.state, brand_id);
    return {
      brand_id,
      judged_until: formatInstant((judged_hour + 1) * MS_PER_HOUR),
      open_incidents: open.length,
      checks: CHECKS.filter((check) => check !== 'audit_chain').map((check) => ({
        check,
        status: findings[check] === undefined ? 'waiting' : findings[check] > 0 ? 'incident' : 'ok',
        incidents: findings[check] ?? 0,
      })),
      checked_at: checked_ms === null ? null : formatInstant(checked_ms),
      series: seen,
      channels_left_out,
      money_problem,
    };
  }
}
