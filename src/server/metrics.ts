/**
 * Metrics in Prometheus' text format 0.0.4. A request only increments counters; all other values are read when metrics are
 * asked for. Routes are patterns and brands are limited in number, so the number of time series is limited, and no label names a person.
 */

import { performance } from 'node:perf_hooks';
import type { DestinationStatus } from '../destinations/outbox/destinations.ts';
import type { RecordName } from '../domain/index.ts';
import { RECORD_NAMES } from '../domain/index.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { CollectorHealth } from '../log/collector.ts';
import type { FollowerStatus } from '../log/follower.ts';
import type { PullStatus } from '../pulls/runs/pulls.ts';
import { SERVED_BY, type ServedBy } from '../reports/context.ts';
import type { ScheduleStatus } from '../schedules/schedules.ts';
import { type RecordCounts, renderCollector } from './collector-metrics.ts';
import { DeliveryCounts } from './delivery-counts.ts';
import { renderDestinations } from './destination-metrics.ts';
import { type FitFigures, renderFits } from './fit-metrics.ts';
import { type HistoriesState, renderHistories } from './histories-metrics.ts';
import { LinkCounts, renderLinks } from './link-metrics.ts';
import { LoopDelay } from './loop-delay.ts';
import { family, labels, type Sample } from './metric-text.ts';
import { type MonitorFigures, renderMonitors } from './monitor-metrics.ts';
import { renderPulls } from './pull-metrics.ts';
import type { ReadinessState } from './readiness.ts';
import { renderSchedules } from './schedule-metrics.ts';

const BUCKETS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

/** Counts the answers of one route. */
export class RouteMeter {
  readonly statuses = new Map<number, number>();
  readonly buckets = new Float64Array(BUCKETS_MS.length + 1);
  sum_ms = 0;

  constructor(
    readonly method: string,
    readonly route: string,
  ) {}

  observe(status: number, duration_ms: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.sum_ms += duration_ms;
    let i = 0;
    while (i < BUCKETS_MS.length && duration_ms > BUCKETS_MS[i]!) i++;
    this.buckets[i]! += 1;
  }
}

export class Metrics {
  private readonly meters: RouteMeter[] = [];
  private readonly accepted = zeros();
  private readonly rejected = zeros();
  private readonly served: Record<ServedBy, number> = { histories: 0, sql: 0 };
  readonly deliveries = new DeliveryCounts();
  /** Clicks and opens of emails. */
  readonly links = new LinkCounts();
  private utilization = performance.eventLoopUtilization();
  private readonly delay = new LoopDelay();

  /** @param lostLogLines the number of log lines that were lost since the start. */
  constructor(private readonly lostLogLines: () => number) {}

  /** Ends the measurements. */
  close(): void {
    this.delay.close();
  }

  meter(method: string, route: string): RouteMeter {
    const meter = new RouteMeter(method, route);
    this.meters.push(meter);
    return meter;
  }

  /** Counts the accepted and the refused records of a request. */
  collected(record: RecordName, { accepted, rejected }: Acknowledgement): void {
    this.accepted[record] += accepted;
    this.rejected[record] += rejected.length;
  }

  /** Counts a question about orders that was answered. */
  answered(source: ServedBy): void {
    this.served[source] += 1;
  }

  /** @param health of the collector; null if there is none. */
  render(
    health: CollectorHealth | null,
    followers: readonly FollowerStatus[] = [],
    keys: { wrong: number; unstored_revocations: number } = { wrong: 0, unstored_revocations: 0 },
    readiness: ReadinessState | null = null,
    histories: HistoriesState | null = null,
    destinations: readonly DestinationStatus[] = [],
    pulls: readonly PullStatus[] = [],
    monitors: MonitorFigures | null = null,
    schedules: readonly ScheduleStatus[] = [],
    fits: FitFigures | null = null,
  ): string {
    const lines: string[] = [];
    this.renderRequests(lines);
    family(lines, 'wrong_keys_total', 'counter', 'Requests with a key or link token that nobody has', [
      [{}, keys.wrong],
    ]);
    family(lines, 'unstored_revocations', 'gauge', 'Revoked keys whose revocation is not stored yet', [
      [{}, keys.unstored_revocations],
    ]);
    family(
      lines,
      'report_answers_total',
      'counter',
      'Answers of reports on orders of a period, by what their figures came from',
      SERVED_BY.map((source) => [{ source }, this.served[source]]),
    );
    this.deliveries.render(lines);
    if (health !== null) renderCollector(lines, health, this.accepted, this.rejected);
    if (health !== null) renderLinks(lines, this.links);
    if (followers.length > 0) renderFollowers(lines, followers);
    if (readiness !== null) renderReadiness(lines, readiness);
    if (histories !== null) renderHistories(lines, histories);
    renderDestinations(lines, destinations, Date.now());
    renderPulls(lines, pulls, Date.now());
    if (monitors !== null) renderMonitors(lines, monitors);
    renderSchedules(lines, schedules, Date.now());
    if (fits !== null) renderFits(lines, fits);
    this.renderProcess(lines);
    return `${lines.join('\n')}\n`;
  }

  private renderRequests(lines: string[]): void {
    const used = this.meters.filter((meter) => meter.statuses.size > 0);
    const counts = used.flatMap(({ method, route, statuses }) =>
      [...statuses]
        .sort(([a], [b]) => a - b)
        .map(([status, n]): Sample => [{ method, route, status: String(status) }, n]),
    );
    family(lines, 'http_requests_total', 'counter', 'Answers by route and status', counts);
    const name = 'tributary_http_request_duration_seconds';
    lines.push(`# HELP ${name} Time from the request's head to the end of its answer`, `# TYPE ${name} histogram`);
    for (const { method, route, buckets, sum_ms } of used) {
      let total = 0;
      for (const [i, count] of buckets.entries()) {
        total += count;
        const le = i < BUCKETS_MS.length ? String(BUCKETS_MS[i]! / 1_000) : '+Inf';
        lines.push(`${name}_bucket${labels({ method, route, le })} ${total}`);
      }
      lines.push(
        `${name}_sum${labels({ method, route })} ${sum_ms / 1_000}`,
        `${name}_count${labels({ method, route })} ${total}`,
      );
    }
  }

  private renderProcess(lines: string[]): void {
    const { user, system } = process.cpuUsage();
    const memory = process.memoryUsage();
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.utilization);
    this.utilization = now;
    family(
      lines,
      'process_cpu_seconds_total',
      'counter',
      'Processor time, in seconds',
      [[{}, (user + system) / 1e6]],
      '',
    );
    family(lines, 'process_resident_memory_bytes', 'gauge', 'Resident memory, in bytes', [[{}, memory.rss]], '');
    family(
      lines,
      'process_start_time_seconds',
      'gauge',
      'Start of the process, in seconds since 1970',
      [[{}, Math.round(performance.timeOrigin / 1_000)]],
      '',
    );
    family(lines, 'nodejs_heap_used_bytes', 'gauge', 'Heap in use, in bytes', [[{}, memory.heapUsed]], '');
    family(
      lines,
      'nodejs_eventloop_utilization',
      'gauge',
      'Busy share of the event loop since the last reading of the metrics',
      [[{}, utilization]],
      '',
    );
    const { p99_s, max_s } = this.delay.take();
    family(
      lines,
      'nodejs_eventloop_delay_seconds',
      'gauge',
      'How late the event loop was since the last reading of the metrics',
      [
        [{ quantile: '0.99' }, p99_s],
        [{ quantile: '1' }, max_s],
      ],
      '',
    );
    family(lines, 'log_lines_lost_total', 'counter', 'Log lines that could not be written', [
      [{}, this.lostLogLines()],
    ]);
  }
}

function renderReadiness(lines: string[], { problems, warehouse_readable, spool_writable }: ReadinessState): void {
  const gauge = (name: string, help: string, yes: boolean): void =>
    family(lines, name, 'gauge', help, [[{}, yes ? 1 : 0]]);
  gauge('ready', '1 if /health/ready answers 200, else 0', problems.length === 0);
  gauge('warehouse_readable', '1 if the warehouse answers a probe or is busy, else 0', warehouse_readable);
  if (spool_writable !== null)
    gauge(
      'spool_writable',
      '1 if the spool was written within the last second or takes a probe, else 0',
      spool_writable,
    );
}

function renderFollowers(lines: string[], followers: readonly FollowerStatus[]): void {
  const each = (value: (status: FollowerStatus) => number): Sample[] =>
    followers.map((status) => [{ follower: status.name }, value(status)]);
  const lag = 'follower_lag_records';
  family(
    lines,
    lag,
    'gauge',
    'Records that a follower has not handled yet',
    each(({ lag_records }) => lag_records),
  );
  family(
    lines,
    'follower_lag_seconds',
    'gauge',
    'Age of the oldest record that a follower has not handled, or time that a run is overdue',
    each(({ lag_s }) => lag_s),
  );
  const failing = each(({ last_error }) => (last_error === '' ? 0 : 1));
  family(lines, 'follower_failing', 'gauge', '1 if the last try of a follower failed, else 0', failing);
}

function zeros(): RecordCounts {
  return Object.fromEntries(RECORD_NAMES.map((name) => [name, 0])) as RecordCounts;
}
