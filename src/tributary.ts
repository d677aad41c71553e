/** Opens a running Tributary: warehouse, state, collector, reports and followers over one data folder. */
import { join } from 'node:path';
import { followersOf } from './background.ts';
import { brandSettings, type Config, customerIds } from './config.ts';
import { DestinationList } from './destinations/outbox/destinations.ts';
import { emailPersons } from './domain/email-person.ts';
import { badRequest } from './domain/errors.ts';
import type { BrandSettings } from './domain/settings.ts';
import type { EnrichOptions } from './enrichment/enrich.ts';
import { enrichOptionsOf } from './enrichment/enrich-options.ts';
import { erasuresOf } from './erasing.ts';
import { Experiments } from './experiments/experiments.ts';
import { FolderLock } from './files/folder-lock.ts';
import { defaultHistoriesMemory, HistoriesKeeper } from './histories/keeper.ts';
import { PassThreads } from './histories/threads/pass-threads.ts';
import { PersonDirectory } from './identity/directory.ts';
import type { Collector } from './log/collector.ts';
import { deniedCounts } from './log/denied-counts.ts';
import { Followers } from './log/followers.ts';
import { ArtifactPins } from './models/artifacts/pins.ts';
import { TrainingPool } from './models/training/pool.ts';
import { openCollector } from './open-collector.ts';
import { AuditLog } from './privacy/audit/audit-log.ts';
import { ErasureBook } from './privacy/erasure/book.ts';
import type { Erasures } from './privacy/erasure/erasures.ts';
import { finishRestore } from './privacy/erasure/restored.ts';
import { edgesAt } from './privacy/retention/edges.ts';
import type { Retention } from './privacy/retention/retention.ts';
import { personHashes } from './pseudonym-config.ts';
import { PullList } from './pulls/runs/pulls.ts';
import { AnswerCache } from './reports/answers.ts';
import type { ReportContext } from './reports/context.ts';
import { FitLog } from './reports/fit-log.ts';
import { HistoriesCheck } from './reports/histories-check.ts';
import { noiseContext } from './reports/noisy/noise-context.ts';
import { removedBefore, retentionOf } from './retaining.ts';
import { ScheduleList } from './schedules/schedules.ts';
import { Annotations } from './sharing/annotations.ts';
import { Links } from './sharing/links.ts';
import { NotedChanges } from './sharing/noted-changes.ts';
import { fetchText } from './sources/fetch-text.ts';
import { Intake } from './sources/intake.ts';
import { openState } from './state/open.ts';
import type { State } from './state/port.ts';
import { secretOf } from './state/secrets.ts';
import { embeddedLocation, isShared, openLocation } from './warehouse/engines.ts';
import type { Warehouse } from './warehouse/port.ts';

/** The work of a process: `collect` accepts events, `report` answers reports, `work` runs followers, `all` does everything. */
export const ROLES = ['all', 'collect', 'report', 'work'] as const;
export type Role = (typeof ROLES)[number];

export interface Tributary {
  readonly folder: string;
  readonly config: Config;
  readonly role: Role;
  readonly warehouse: Warehouse;
  /** Data that is not part of the log: keys, cursors, leases, suppressions. */
  readonly state: State;
  /** Null for the roles `report` and `work`. */
  readonly collector: Collector | null;
  readonly reports: ReportContext;
  /** What reports read from memory, and what compares it with the warehouse. */
  readonly histories: HistoriesKeeper;
  readonly histories_check: HistoriesCheck;
  /** Takes the deliveries of configured sources; null without a collector. */
  readonly intake: Intake | null;
  /** The configured destinations, for administrators. */
  readonly destinations: DestinationList;
  readonly audit: AuditLog;
  /** The configured pulls of spend, for administrators. */
  readonly pulls: PullList;
  readonly schedules: ScheduleList;
  /** The background work of this process; a server starts it. */
  readonly followers: Followers;
  readonly experiments: Experiments;
  readonly annotations: Annotations;
  readonly links: Links;
  /** Annotates what changed by itself. */
  readonly noted_changes: NotedChanges;
  /** The log of scheduled fits. */
  readonly fit_log: FitLog;
  readonly erasures: Erasures;
  readonly retention: Retention;
  readonly enrich_options: EnrichOptions;
  /** The key of the hashes that stand for addresses of people. */
  readonly email_key: Buffer;
  close(drain?: boolean): Promise<void>;
}

/** A Tributary with a collector. */
export type CollectingTributary = Tributary & { readonly collector: Collector };

export interface OpenOptions {
  folder: string;
  config: Config;
  role?: Role;
  /** True for a command that no client waits for, such as an import. Then the loader never rests for requests. */
  serves_nobody?: boolean;
  clock?: () => number;
  /** Called for each failure in the background. The error holds no personal data. */
  onError?: (error: unknown, what: string) => void;
  onCommit?: (log_seq: number) => void;
}

export interface OpenTributary {
  (options: OpenOptions & { role?: 'all' | 'collect' }): Promise<CollectingTributary>;
  (options: OpenOptions): Promise<Tributary>;
}

/**
 * Opens a data folder, and creates or migrates it as needed. A collector with spool segments also starts while its ClickHouse
 * does not answer.
 * @throws conflict when another process uses the folder; warehouse_unavailable when the warehouse cannot be opened or does not
 * answer; state_unavailable; bad_request for the role `work` without a ClickHouse.
 */
export const openTributary = open as OpenTributary;

async function open(options: OpenOptions): Promise<Tributary> {
  const { folder, config, role = 'all', clock = Date.now } = options;
  if (role === 'work' && (config.warehouse === null || !isShared(config.warehouse)))
    throw badRequest(
      '--role',
      'work needs a ClickHouse that several processes share; only one process can open a DuckDB file, and it does the background work itself; leave --role out, or name a ClickHouse with --warehouse',
    );
  const lock = FolderLock.take(folder);
  let warehouse: Warehouse | undefined;
  let state: State | undefined;
  let retention: Retention | undefined;
  try {
    warehouse = await openWarehouse(folder, config);
    state = await openState(folder, config.state);
    await finishRestore(warehouse, new ErasureBook(state, clock));
    const opened = { warehouse, state };
    const enrich_options = await enrichOptionsOf(config);
    const collects = role === 'all' || role === 'collect';
    const followers = new Followers({
      warehouse,
      state,
      clock,
      ...(options.onError ? { onError: options.onError } : {}),
    });
    const email_key = await secretOf(state, 'email_persons');
    const emailPersonOf = emailPersons(email_key, (brand_id) => customerIds(config, brand_id));
    const collector = collects
      ? await openCollector(options, {
          ...{ warehouse, state, followers, enrich_options, emailPersonOf },
          edges: () => retention?.edges() ?? edgesAt(config.retention, clock()),
        })
      : null;
    if (collector === null) await warehouse.migrate();
    const intake =
      collector === null
        ? null
        : new Intake({
            ...{ collector, state, emailPersonOf, clock, fetchText },
            sources: config.sources,
            brand_rules: config.brand_rules,
            keepsItems: (brand_id) => customerIds(config, brand_id) !== 'hashed',
            max_items: config.limits.max_items,
          });
    const histories = new HistoriesKeeper({
      memory_bytes: config.histories_memory_bytes ?? defaultHistoriesMemory(),
      file: join(folder, 'histories'),
      clock,
    });
    const annotations = new Annotations(state, clock);
    const settingsOf = (brand_id: string | null): BrandSettings =>
      brand_id === null ? config.defaults : brandSettings(config, brand_id);
    const noted_changes = new NotedChanges(state, annotations, settingsOf, clock);
    const fit_log = new FitLog(state, config.fits);
    const reports: ReportContext = {
      warehouse,
      directory: new PersonDirectory(),
      settings: (brand_id) => brandSettings(config, brand_id),
      configured_brands: [...config.brands.keys()],
      brand_groups: config.brand_groups,
      customerIds: (brand_id) => customerIds(config, brand_id),
      emailPersonOf,
      ...(config.peppers.length > 0 && { personHashes: personHashes(config)! }),
      message_rules: config.settling.rules,
      removedBefore: (brand_id) => removedBefore(retention, brand_id),
      adviceRules: config.adviceRules,
      noise: noiseContext(state, config),
      denied: (brand) => deniedCounts(opened.state, brand),
      clock,
      timeout_ms: config.query_timeout_ms,
      pins: new ArtifactPins(state),
      fit_log,
      // A fit is stored by then, so it has not failed if it cannot be annotated.
      fitted: (artifact) =>
        noted_changes.noteFit(artifact).catch((error) => options.onError?.(error, 'annotation of a fit')),
      training: new TrainingPool(),
      threads: new PassThreads({ onError: (error) => options.onError?.(error, 'pass over histories') }),
      answers: new AnswerCache(),
      histories: (snapshot, position) => histories.at(snapshot, position),
    };
    const histories_check = new HistoriesCheck(reports, (error) => {
      histories.drop();
      options.onError?.(error, 'check of histories');
    });
    const audit = new AuditLog(state, clock);
    const erasures = erasuresOf({ config, state, reports, histories, collector });
    const links = new Links(state, clock);
    const schedules = new ScheduleList(config, { folder, state, reports, links });
    retention = retentionOf({ config, state, audit, reports, histories, collector });
    await retention.refresh();
    const background = {
      ...{ config, state, audit, reports, histories, histories_check, intake, collector },
      ...{ enrich_options, erasures, schedules, retention },
      answers: role === 'all' || role === 'report',
      settles: role !== 'collect' && config.settling.rules,
      // The role `report` runs them, too, because an installation may have no process for `work`.
      fits: role !== 'collect',
      onError: options.onError ?? (() => undefined),
    };
    for (const follower of followersOf(background)) followers.add(follower);
    const close = async (drain = true): Promise<void> => {
      followers.end();
      // A running fit is stopped here. It has stored nothing.
      await reports.training.close();
      await reports.threads?.close();
      await followers.stop();
      await retention?.end();
      await reports.directory.close();
      await collector?.close(drain);
      await intake?.counts.store().catch(() => undefined);
      await opened.warehouse.close();
      await opened.state.close();
      lock.release();
    };
    return {
      folder,
      config,
      role,
      ...opened,
      collector,
      reports,
      histories,
      histories_check,
      intake,
      destinations: new DestinationList(config.destinations, state, clock, reports),
      audit,
      pulls: new PullList(config.pulls, state, (brand_id) => brandSettings(config, brand_id)),
      schedules,
      followers,
      experiments: new Experiments(state, collector, reports, config.limits.max_items),
      annotations,
      links,
      noted_changes,
      fit_log,
      erasures,
      retention,
      enrich_options,
      email_key,
      close,
    };
  } catch (error) {
    await warehouse?.close();
    await state?.close();
    lock.release();
    throw error;
  }
}

/** Runs maintenance on the warehouse of a data folder, which no other process uses meanwhile. @throws as {@link openTributary}. */
export async function withWarehouse<T>(
  folder: string,
  config: Config,
  work: (warehouse: Warehouse) => Promise<T>,
): Promise<T> {
  const lock = FolderLock.take(folder);
  try {
    const warehouse = await openWarehouse(folder, config);
    try {
      return await work(warehouse);
    } finally {
      await warehouse.close();
    }
  } finally {
    lock.release();
  }
}

/** Opens only the warehouse, the one that the configuration names, else the one in the data folder. It does not lock the folder. */
export function openWarehouse(folder: string, config: Config): Promise<Warehouse> {
  const { warehouse, memory_limit_bytes, threads, query_timeout_ms: read_timeout_ms } = config;
  return openLocation(warehouse ?? embeddedLocation(folder), { memory_limit_bytes, threads, read_timeout_ms });
}
