/** The commands `tributary monitors` and `tributary incidents`. */
import { setImmediate } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { CHECKS } from '../monitors/checks/names.ts';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import {
  type KindSummary,
  SEEN_FROM_RATE,
  type StreamScore,
  scoreStream,
  summaryOf,
} from '../simulation/hourly/score.ts';
import { STREAM_KINDS } from '../simulation/hourly/streams.ts';
import type { Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { type Io, printJson } from './io.ts';
import { type Context, mustExist, whole, withData } from './options.ts';

import { Progress } from './progress.ts';

interface Flags extends DataOptions {
  brand?: string;
  json?: boolean;
}
interface SimulateFlags extends Flags {
  simulate?: boolean;
  seeds: number;
  firstSeed: number;
}

/** What a change makes of a simulated stream. */
const DROP = 0.2;

export function addMonitorCommands(program: Command, { io, open }: Context): void {
  const monitors = program
    .command('monitors')
    .description('What is watched hour by hour, and how each stands')
    .option('--brand <id>', 'only this brand')
    .option('--simulate', 'print false alarms and delays on simulated streams instead; it needs no data')
    .option('--seeds <n>', 'with --simulate: streams of each kind', whole(1, 1_000), 10)
    .option('--first-seed <n>', 'with --simulate: the first seed', whole(0, 4_294_000_000), 1_001)
    .option('--json', 'print JSON');
  withData(monitors, io).action(async (options: SimulateFlags) => {
    if (options.simulate) return simulate(io, options);
    mustExist(options.data);
    const query = options.brand === undefined ? {} : { brand_id: options.brand };
    const status = await withClient(io, open, options, (client) => client.get('/v1/monitors', query));
    if (options.json) printJson(io, status);
    else io.out(shownStatus(status));
  });
  const incidents = program
    .command('incidents')
    .description('What is wrong, or was: the newest incidents, each with a next step')
    .option('--brand <id>', 'only this brand')
    .addOption(new Option('--status <status>', 'only incidents that are open, or over').choices(['open', 'over']))
    .addOption(new Option('--check <check>', 'only incidents that this check found').choices(CHECKS))
    .option('--limit <n>', 'how many', whole(1, 1_000), 20)
    .option('--json', 'print JSON');
  withData(incidents, io).action(async (options: Flags & { status?: string; check?: string; limit: number }) => {
    mustExist(options.data);
    const { brand, status, check, limit } = options;
    const query = { brand_id: brand, status, check, limit: String(limit) };
    const found = await withClient(io, open, options, (client) => client.get('/v1/incidents', query));
    if (options.json) printJson(io, found);
    else io.out(found.incidents.length === 0 ? 'no incidents\n' : found.incidents.map(shownIncident).join('\n'));
  });
}

function shownIncident({ incident_id, brand_id, status, summary, next_step, since, over_at }: Json): string {
  const when = over_at === null ? status : `over since ${over_at}`;
  const head = line`${incident_id}  ${brand_id ?? 'installation'}  ${when}, began ${since}\n`;
  return `${head}${line`  ${summary}\n`}${status === 'open' ? line`  Next step: ${next_step}\n` : ''}`;
}

function shownStatus({ enabled, last_run_at, brands, alerts }: Json): string {
  if (!enabled) return 'monitors are off: monitors.enabled is false in the configuration\n';
  if (last_run_at === null) return 'nothing was watched yet: a running server watches every hour\n';
  const of_brand = (brand: Json): string => {
    const checks = brand.checks.filter(({ status }: Json) => status === 'incident');
    const said = checks.map(({ check, incidents }: Json) => `${check} (${incidents})`).join(', ');
    const rows = brand.series.map(({ metric, subject, status, over, value, low, high }: Json) => ({
      ...{ metric, channel: subject ?? '', status, over: over ?? '' },
      ...{ value: shownValue(metric, value), usual: usual(metric, low, high) },
    }));
    const head = line`\n${brand.brand_id}, up to ${brand.judged_until}: ${said === '' ? 'nothing is wrong' : said}\n`;
    return `${head}${rows.length === 0 ? '' : tableOf(rows, Number.POSITIVE_INFINITY)}`;
  };
  const of_alerts = alerts.map(({ alert_id, kind, waiting, sent, last_error }: Json) => ({
    ...{ alert_id, kind, waiting, sent, last_error: last_error ?? '' },
  }));
  return `${brands.map(of_brand).join('')}${of_alerts.length === 0 ? '' : `\n${tableOf(of_alerts, Number.POSITIVE_INFINITY)}`}`;
}

/** Net revenue is in micros. */
const shownValue = (metric: string, value: number | null): string =>
  value === null ? '' : metric === 'net_revenue' ? (value / 1e6).toFixed(2) : String(value);
const usual = (metric: string, low: number | null, high: number | null): string =>
  low === null ? '' : `${shownValue(metric, low)} to ${shownValue(metric, high)}`;

async function simulate(io: Io, { seeds, firstSeed, json }: SimulateFlags): Promise<void> {
  const progress = new Progress(io, 'simulating');
  const summaries: KindSummary[] = [];
  for (const [i, kind] of STREAM_KINDS.entries()) {
    const scores: StreamScore[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      scores.push(scoreStream(kind, firstSeed + seed, DROP));
      progress.update((i + (seed + 1) / seeds) / STREAM_KINDS.length, kind.name);
      await setImmediate();
    }
    summaries.push(summaryOf(scores));
  }
  progress.clear();
  if (json) return printJson(io, { seeds, first_seed: firstSeed, drop_to: DROP, kinds: summaries });
  const hours = (delay: number | null): string => (delay === null ? 'over 48' : String(delay));
  const rows = summaries.map((one) => ({
    stream: one.kind,
    hours: one.hours,
    'false alarms per 1,000 hours': one.false_alarms_per_1000_hours.toFixed(2),
    [`seen within 2 h, from ${SEEN_FROM_RATE} an hour`]:
      one.changes_of_busy_hours === 0
        ? ''
        : `${((100 * one.seen_within_2_hours) / one.changes_of_busy_hours).toFixed(1)} % of ${one.changes_of_busy_hours}`,
    'median delay, h': hours(one.median_delay_hours),
    '95 % delay, h': hours(one.delay_95_hours),
  }));
  io.out(`Drops to a fifth, seeds ${firstSeed} to ${firstSeed + seeds - 1}\n`);
  io.out(tableOf(rows, Number.POSITIVE_INFINITY));
}
