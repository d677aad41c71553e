/** Watches every brand once an hour: judges the hour that is over, runs the checks on data quality, and writes incidents and alerts. */
import { dayOf, formatDate, formatInstant, MS_PER_DAY, MS_PER_HOUR } from '../domain/time.ts';
import type { Fenced, TimedFollower } from '../log/follower.ts';
import type { AuditLog } from '../privacy/audit/audit-log.ts';
import { type ReportContext, readOptions } from '../reports/context.ts';
import { dataQuality } from '../reports/data-quality.ts';
import type { State, StateTransaction } from '../state/port.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { readAll } from '../warehouse/read-row.ts';
import { planAlert, trimTold } from './alerts/outbox.ts';
import { type Judged, judgeSeries } from './anomalies.ts';
import { DRIFT_DAYS, driftFindings } from './checks/drift.ts';
import { freshnessFinding } from './checks/freshness.ts';
import { CHECKS, type CheckName, NEXT_STEPS } from './checks/names.ts';
import { type Quality, qualityFindings } from './checks/quality.ts';
import { brokenRules } from './checks/rules.ts';
import {
  BRAND_OF_INSTALLATION,
  end,
  type Finding,
  type Incident,
  openIncidents,
  report,
  trimIncidents,
} from './incidents.ts';
import { MOST_BRANDS } from './metrics.ts';
import { type BrandSeries, GRACE_MS, lateRecords, readSeries } from './series.ts';
import type { MonitorSettings } from './settings.ts';
import { type BrandStanding, type Run, readBrand, readRun, writeBrand, writeRun } from './standing.ts';

const LOOK_EVERY_MS = 60_000;
/** The checks on data quality read much of the log, so they run so often. */
const CHECK_EVERY_MS = 6 * MS_PER_HOUR;
/** With more hours than these to judge, nobody watched: they count as unknown. */
const MOST_HOURS = 3;
/** Ranges of unwatched hours that are kept. */
const MOST_RANGES = 500;

export interface MonitorParts {
  reports: ReportContext;
  state: State;
  audit: AuditLog;
  settings: MonitorSettings;
}

export function watchBrands(parts: MonitorParts): TimedFollower {
  const monitors = new Monitors(parts);
  return { name: 'monitors', every_ms: LOOK_EVERY_MS, run: (state, signal) => monitors.run(state, signal) };
}

export class Monitors {
  constructor(private readonly parts: MonitorParts) {}

  /** Judges the hours that are over since the last run. */
  async run(fenced: Fenced, signal: AbortSignal): Promise<void> {
    const { reports, state } = this.parts;
    const now_ms = reports.clock();
    const last_hour = Math.floor((now_ms - GRACE_MS) / MS_PER_HOUR) - 1;
    const before = await readRun(state);
    if (before !== undefined && before.hour === last_hour) return;
    const run = nextRun(before, last_hour, now_ms);
    const brands = await this.brands();
    run.brands_left_out = Math.max(0, brands.length - MOST_BRANDS);
    for (const brand_id of brands.slice(0, MOST_BRANDS)) {
      signal.throwIfAborted();
      await this.watchBrand(brand_id, run, fenced);
    }
    await this.watchInstallation(run, fenced);
    await fenced.transaction(async (transaction) => {
      await trimIncidents(transaction);
      for (const id of this.parts.settings.alerts.keys()) await trimTold(transaction, id, run.at_ms);
      await writeRun(transaction, run);
    });
  }

  /** The brands with touches, orders or email events of the last weeks, those with most first. */
  private async brands(): Promise<string[]> {
    const { reports } = this.parts;
    const since = reports.clock() - (DRIFT_DAYS + 1) * MS_PER_DAY;
    const of = (table: string): string =>
      `select brand_id, count(*) as n from ${table} where occurred_at >= instant(${since}) group by brand_id`;
    return reports.warehouse.read(async (snapshot) => {
      const rows = await snapshot.query(
        `select brand_id, sum(n) as total from (${['touchpoints', 'conversions', 'email_events'].map(of).join(' union all ')}) a group by brand_id order by total desc, brand_id`,
      );
      return readAll(rows, { brand_id: 'text' }).map(({ brand_id }) => brand_id);
    }, readOptions(reports));
  }

  private async watchBrand(brand_id: string, run: Run, fenced: Fenced): Promise<void> {
    const { reports, state } = this.parts;
    const before = await readBrand(state, brand_id);
    // The process ended after this brand and before the others.
    if (before !== undefined && before.judged_hour >= run.hour) return;
    const checks_due =
      before?.checked_ms == null || run.at_ms - before.checked_ms >= CHECK_EVERY_MS || before.checked_ms > run.at_ms;
    const { found, judged, findings } = await reports.warehouse.read(
      async (snapshot) => this.look(snapshot, brand_id, run, before, checks_due),
      readOptions(reports, 2),
    );
    const quality = checks_due
      ? [...(await this.quality(brand_id, run.at_ms)), ...(await brokenRules(reports, state, brand_id, run.at_ms))]
      : [];
    const standing: BrandStanding = {
      judged_hour: run.hour,
      alarms: judged.alarms,
      rests: judged.rests,
      seen: judged.seen,
      channels_left_out: found.left_out,
      money_problem: found.money_problem,
      checked_ms: checks_due ? run.at_ms : (before?.checked_ms ?? null),
      findings: before?.findings ?? {},
    };
    const hourly = [...judged.on, ...findings.filter(({ check }) => check === 'freshness')];
    const checked = [...quality, ...findings.filter(({ check }) => check !== 'freshness')];
    if (checks_due) standing.findings = countsOf(checked);
    standing.findings = { ...standing.findings, ...countsOf(hourly, ['anomaly', 'freshness']) };
    standing.findings['anomaly'] = judged.on.length + judged.calming.length;
    // Checks that did not run say nothing about their incidents.
    const current = new Set<CheckName>(checks_due ? CHECKS : ['anomaly', 'freshness']);
    await fenced.transaction(async (transaction) => {
      await this.settle(
        transaction,
        brand_id,
        checks_due ? [...hourly, ...checked] : hourly,
        current,
        judged,
        run.at_ms,
      );
      await writeBrand(transaction, brand_id, standing);
    });
  }

  private async look(
    snapshot: Snapshot,
    brand_id: string,
    run: Run,
    before: BrandStanding | undefined,
    checks_due: boolean,
  ): Promise<{ found: BrandSeries; judged: Judged; findings: Finding[] }> {
    const { reports, settings } = this.parts;
    const isKnown = knownHours(run, settings.unusual_days, reports.settings(brand_id).time_zone);
    const found = await readSeries(snapshot, reports, brand_id, run.hour, isKnown);
    const from_hour = before === undefined ? run.hour : Math.max(before.judged_hour + 1, run.hour - MOST_HOURS + 1);
    const judged = await judgeSeries(found, before ?? { alarms: {}, rests: {} }, from_hour, run.hour);
    for (const finding of judged.on) {
      const metric = finding.evidence['metric'] as Parameters<typeof lateRecords>[2];
      const late = await lateRecords(snapshot, brand_id, metric, Math.floor(finding.since_ms / MS_PER_HOUR));
      finding.evidence['came_late'] = late;
    }
    const watched = new Set([...judged.on.map(({ subject }) => subject), ...judged.calming]);
    const silent = found.series.flatMap((one) => {
      const finding = freshnessFinding(one, run.hour - found.first_hour, found.first_hour);
      return finding === null || watched.has(finding.subject) ? [] : [finding];
    });
    const drift = checks_due ? await driftFindings(snapshot, { brand_id, now_ms: run.at_ms }) : [];
    return { found, judged, findings: [...silent, ...drift] };
  }

  /** What the data quality report says of the last day, beside the weeks before. */
  private async quality(brand_id: string, now_ms: number): Promise<Finding[]> {
    const { reports } = this.parts;
    const ask = async (start_ms: number, end_ms: number): Promise<Quality> => {
      const period = { brand_id, start: formatInstant(start_ms), end: formatInstant(end_ms) };
      return (await dataQuality.run(reports, period, { key_brand_id: brand_id })) as unknown as Quality;
    };
    const recent_ms = now_ms - MS_PER_DAY;
    const before = await ask(recent_ms - DRIFT_DAYS * MS_PER_DAY, recent_ms);
    return qualityFindings(await ask(recent_ms, now_ms), before, now_ms);
  }

  private async watchInstallation(run: Run, fenced: Fenced): Promise<void> {
    const { audit } = this.parts;
    const checked = await audit.lastCheck();
    const findings: Finding[] =
      checked === null || checked.problem === null
        ? []
        : [
            {
              check: 'audit_chain',
              subject: 'audit log',
              summary: `The audit log is broken: ${checked.problem}.`,
              next_step: NEXT_STEPS.audit_chain,
              since_ms: checked.at_ms,
              evidence: { problem: checked.problem },
            },
          ];
    await fenced.transaction((transaction) =>
      this.settle(transaction, BRAND_OF_INSTALLATION, findings, new Set(['audit_chain']), null, run.at_ms),
    );
  }

  /** Opens, updates and ends incidents, and plans the alerts about them, in one transaction. */
  private async settle(
    transaction: StateTransaction,
    brand_id: string,
    findings: readonly Finding[],
    checks: ReadonlySet<CheckName>,
    judged: Judged | null,
    now_ms: number,
  ): Promise<void> {
    const name = ({ check, subject }: Pick<Finding, 'check' | 'subject'>): string => `${check} ${subject}`;
    const calming = (judged?.calming ?? []).map((subject) => ({ check: 'anomaly' as const, subject }));
    const found = new Set([...findings, ...calming].map(name));
    const over: Incident[] = [];
    for (const open of await openIncidents(transaction, brand_id)) {
      if (!checks.has(open.check) || found.has(name(open))) continue;
      const because =
        open.check === 'anomaly'
          ? (judged?.off.find(({ subject }) => subject === open.subject)?.because ?? 'usual')
          : 'usual';
      const ended = await end(transaction, brand_id, open, because, now_ms);
      if (ended !== undefined) over.push(ended);
    }
    for (const finding of findings) await report(transaction, brand_id, finding, now_ms);
    const open = await openIncidents(transaction, brand_id);
    for (const alert of this.parts.settings.alerts.values())
      await planAlert(transaction, alert, brand_id, { over, open }, now_ms);
  }
}

/** The run after another one. Where too many hours lie between, nobody watched them. */
function nextRun(before: Run | undefined, hour: number, at_ms: number): Run {
  const unwatched = before?.unwatched ?? [];
  const missed = before === undefined ? 0 : hour - before.hour - 1;
  const range: Array<[number, number]> = missed >= MOST_HOURS ? [[before!.hour + 1, hour - 1]] : [];
  return { hour, at_ms, unwatched: [...unwatched, ...range].slice(-MOST_RANGES), brands_left_out: 0 };
}

/** Hours that were watched, and lie on no day that is known to be unusual. */
function knownHours(
  { unwatched }: Run,
  unusual_days: ReadonlySet<string>,
  time_zone: string,
): (hour: number) => boolean {
  return (hour) =>
    !unwatched.some(([from, until]) => hour >= from && hour <= until) &&
    (unusual_days.size === 0 || !unusual_days.has(formatDate(dayOf(time_zone, hour * MS_PER_HOUR))));
}

/** How many incidents each check has, for the list of monitors. */
function countsOf(findings: readonly Finding[], checks: readonly CheckName[] = CHECKS): Record<string, number> {
  return Object.fromEntries(checks.map((check) => [check, findings.filter((one) => one.check === check).length]));
}
