/** The background work of a process: which followers run in which role. */
import type { Config } from './config.ts';
import { deliverTo } from './destinations/outbox/deliver.ts';
import { planDestinations } from './destinations/outbox/plan.ts';
import { withholding } from './destinations/outbox/withheld.ts';
import { MS_PER_DAY, MS_PER_HOUR } from './domain/time.ts';
import type { EnrichOptions } from './enrichment/enrich.ts';
import { carryOutErasures, followErasures } from './erasing.ts';
import type { HistoriesKeeper } from './histories/keeper.ts';
import type { Collector } from './log/collector.ts';
import type { Follower, ProcessTask } from './log/follower.ts';
import { settleVerdicts } from './log/settlement/settle.ts';
import { deliverAlerts } from './monitors/alerts/deliver.ts';
import { watchBrands } from './monitors/follower.ts';
import type { AuditLog } from './privacy/audit/audit-log.ts';
import type { Erasures } from './privacy/erasure/erasures.ts';
import type { Retention } from './privacy/retention/retention.ts';
import { assignSegments } from './profiles/assign.ts';
import { readPull } from './pulls/runs/run.ts';
import type { ReportContext } from './reports/context.ts';
import type { HistoriesCheck } from './reports/histories-check.ts';
import { scheduledFits } from './reports/scheduled-fits.ts';
import { followRetention, removeOld } from './retaining.ts';
import type { ScheduleList } from './schedules/schedules.ts';
import type { Intake } from './sources/intake.ts';
import type { State } from './state/port.ts';

const PERSONS_EVERY_MS = 1_000;
const HISTORIES_EVERY_MS = 1_000;
const HISTORIES_AFTER_MS = 10_000;
const HISTORIES_CHECK_EVERY_MS = 60_000;
const SOURCE_COUNTS_EVERY_MS = 5_000;
const AUDIT_EVERY_MS = 6 * MS_PER_HOUR;

/**
 * Brings the kept persons up to date in the background, so that the next report needs less time. It reads only the facts about
 * ids.
 */
function keepPersons({ directory, warehouse }: ReportContext): ProcessTask {
  const run = (): Promise<void> => directory.follow(warehouse);
  return { name: 'persons', scope: 'process', every_ms: PERSONS_EVERY_MS, run };
}

/**
 * Fills the histories in memory, and adds fresh rows, so that the next report finds them. A start has other work to do first: events
 * that wait, and the first reports. Filling would take the processors from them.
 */
function keepHistories({ warehouse }: ReportContext, histories: HistoriesKeeper): ProcessTask {
  const begins_ms = performance.now() + HISTORIES_AFTER_MS;
  const run = async (signal: AbortSignal): Promise<void> => {
    if (performance.now() >= begins_ms) await histories.follow(warehouse, signal);
  };
  return { name: 'histories', scope: 'process', every_ms: HISTORIES_EVERY_MS, run };
}

/** Compares histories with the warehouse. */
function checkHistories(check: HistoriesCheck): ProcessTask {
  const run = (signal: AbortSignal): Promise<void> => check.run(signal);
  return { name: 'histories_check', scope: 'process', every_ms: HISTORIES_CHECK_EVERY_MS, run };
}

/** Writes down what the sources brought. */
function storeCounts({ counts }: Intake): ProcessTask {
  return { name: 'source_counts', scope: 'process', every_ms: SOURCE_COUNTS_EVERY_MS, run: () => counts.store() };
}

/** Tells the configured destinations. */
function tellDestinations({ destinations }: Config, reports: ReportContext, state: State): Follower[] {
  if (destinations.size === 0) return [];
  const { clock } = reports;
  const withhold = withholding(reports);
  return [
    planDestinations({ reports, state, destinations }),
    ...Array.from(destinations.values(), (settings) =>
      deliverTo(settings, { state, clock, random: Math.random, withhold }),
    ),
  ];
}

/** Checks the chain of the audit log, and removes what is older than the configuration says. */
function keepAudit(audit: AuditLog, { audit_days }: Config, clock: () => number): Follower {
  const run = async (): Promise<void> => {
    const { problem } = await audit.check();
    if (problem !== null)
      throw new Error(`the audit log is broken: ${problem}; tributary audit verify checks it again`);
    if (audit_days !== null) await audit.prune(clock() - audit_days * MS_PER_DAY);
  };
  return { name: 'audit', every_ms: AUDIT_EVERY_MS, run };
}

/** Watches metrics and data, and tells who is to know. */
function watchAndTell({ monitors, mail }: Config, reports: ReportContext, state: State, audit: AuditLog): Follower[] {
  if (!monitors.enabled) return [];
  const { clock } = reports;
  return [
    watchBrands({ reports, state, audit, settings: monitors }),
    ...Array.from(monitors.alerts.values(), (settings) => deliverAlerts(settings, { state, clock, mail })),
  ];
}

/** Reads spend. The process that collects does it, because what is read goes into its spool. */
function readPulls({ pulls }: Config, { clock }: ReportContext, state: State, collector: Collector): Follower[] {
  return Array.from(pulls.values(), (settings) => readPull(settings, { state, collector, clock, random: Math.random }));
}

/** What the background work of a process works with. */
interface Parts {
  config: Config;
  state: State;
  audit: AuditLog;
  reports: ReportContext;
  histories: HistoriesKeeper;
  histories_check: HistoriesCheck;
  intake: Intake | null;
  /** Null in a process that collects nothing, or that serves nobody. */
  collector: Collector | null;
  enrich_options: EnrichOptions;
  /** True if the process answers reports; true if it may run scheduled fits, and tells destinations. */
  answers: boolean;
  fits: boolean;
  /** True if the process judges opens and clicks by the other events of their message. */
  settles: boolean;
  onError: (error: unknown, what: string) => void;
  erasures: Erasures;
  schedules: ScheduleList;
  retention: Retention;
}

/** The followers of a process. */
export function followersOf({
  config,
  state,
  audit,
  reports,
  histories,
  histories_check,
  intake,
  collector,
  enrich_options,
  answers,
  settles,
  fits,
  onError,
  erasures,
  schedules,
  retention,
}: Parts): Follower[] {
  const erasing = { config, state, reports, histories, collector };
  return [
    // A process that only collects empties its own spool, and leaves the warehouse to others.
    ...(fits ? [carryOutErasures(erasures)] : []),
    followErasures(erasing, erasures),
    ...(fits ? removeOld(retention) : []),
    ...followRetention(erasing, retention),
    ...(answers ? [keepPersons(reports), keepHistories(reports, histories), checkHistories(histories_check)] : []),
    ...(settles
      ? [
          settleVerdicts({
            ...{ warehouse: reports.warehouse, clock: reports.clock },
            enrich_options,
            settings: config.settling,
          }),
        ]
      : []),
    ...(fits ? [keepAudit(audit, config, reports.clock)] : []),
    ...(fits ? tellDestinations(config, reports, state) : []),
    ...(fits ? watchAndTell(config, reports, state, audit) : []),
    ...(fits && config.fits.length > 0 ? [scheduledFits(reports, config.fits, onError)] : []),
    ...(fits ? schedules.followers() : []),
    ...(collector === null || config.behavioural_segments.length === 0
      ? []
      : [assignSegments(config.behavioural_segments, { reports, collector })]),
    ...(collector === null ? [] : readPulls(config, reports, state, collector)),
    ...(intake !== null && config.sources.size > 0 ? [storeCounts(intake)] : []),
  ];
}
