/**
 * The same year of the same shop at growing sizes: time to load, size on disk, and time, memory and disk of a report on a month
 * and on the whole year. Each size runs in processes of its own that are watched from outside. Each step is written to the
 * results as soon as it is done, and replaces older figures of the same size.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchServer, hasClickHouse, startClickHouse } from './clickhouse.ts';
import { measureImport } from './load.ts';
import { gib, median, save, show, showRatio, slope } from './report.ts';
import type { Task } from './scale-reports.ts';
import { command, folderBytes, peakMemory } from './watch.ts';
import { type Measured, underTest } from './watched-process.ts';
import { type BenchWorld, makeBenchBackup, worldOf, YEAR_END, YEAR_START } from './world.ts';

const RESULTS = new URL('./results/scale.json', import.meta.url).pathname;
const MONTH = { name: 'month', start: '2025-06-01', end: '2025-07-01' };
const YEAR = { name: 'year', start: YEAR_START, end: YEAR_END };
/** The first report joins persons from the log. The figures are those of the reports after it. */
const REPORTS = [{ ...MONTH, name: 'first month' }, MONTH, MONTH, MONTH, YEAR, YEAR];
const MEMORY_LIMIT_BYTES = 8e9;
/** Memory limits with which the year runs too. At the largest size only the first is used, because the others take hours. */
const SMALL_LIMITS_BYTES = [4e9, 2e9, 1e9, 500e6];
const LARGE_TOUCHPOINTS = 50_000_000;
const THREADS = 2;
const QUERY_TIMEOUT_MS = 3_600_000;
const MAX_SLOPE = 1.1;

type Engine = 'duckdb' | 'clickhouse';
/** The figures of one engine at one size. A missing figure was not measured. */
interface Size {
  engine: Engine;
  at: string;
  world: BenchWorld;
  load?: { seconds: number; rows_per_second: number; peak_bytes: number; compact_seconds?: number };
  stored_bytes?: number;
  reports?: Measured[];
  first_start?: Measured[];
  limits?: Array<{ memory_limit_bytes: number; year: Measured | undefined; ended: number | string }>;
}
interface Results {
  door?: { rows: number; seconds: number; rows_per_second: number; peak_bytes: number };
  sizes: Size[];
}

export interface ScaleOptions {
  folder: string;
  /** Touchpoints. */
  sizes: readonly number[];
  clickhouse_sizes: readonly number[];
}

export async function benchScale({ folder, sizes, clickhouse_sizes }: ScaleOptions): Promise<void> {
  const results: Results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')).results : { sizes: [] };
  const keep = (tell = false): void =>
    save(
      'scale',
      { memory_limit_bytes: MEMORY_LIMIT_BYTES, threads: THREADS, reports: REPORTS, small_limits: SMALL_LIMITS_BYTES },
      results,
      { tell },
    );
  const begun = (engine: Engine, world: BenchWorld): Size => {
    const size: Size = { engine, at: new Date().toISOString(), world };
    const others = results.sizes.filter((s) => s.engine !== engine || s.world.touchpoints !== world.touchpoints);
    results.sizes = [...others, size].sort(
      (a, b) => b.engine.localeCompare(a.engine) || a.world.touchpoints - b.world.touchpoints,
    );
    return size;
  };
  for (const touchpoints of sizes) {
    const world = worldOf(touchpoints);
    await makeBackup(folder, world);
    await measureDuckDB(folder, begun('duckdb', world), keep);
    if (!clickhouse_sizes.includes(touchpoints)) continue;
    if (hasClickHouse()) await measureClickHouse(folder, begun('clickhouse', world), keep);
    else console.log('clickhouse: not installed, so it is left out; run npm run test:engine to install it');
  }
  const [smallest] = sizes;
  if (smallest !== undefined && smallest <= 1_000_000) {
    console.log(`import: ${smallest} touchpoints from Parquet through validation, spool and loader`);
    const { seconds, peak_bytes } = await measureImport(smallest);
    results.door = { rows: smallest, seconds, rows_per_second: smallest / seconds, peak_bytes };
    show('rows per second', `${(smallest / seconds).toFixed(0)}, peak memory ${gib(peak_bytes)}`);
  }
  for (const engine of ['duckdb', 'clickhouse'] as const)
    for (const name of ['month', 'year']) {
      const points = results.sizes
        .filter((size) => size.engine === engine)
        .flatMap((size) => times(size, name).map((ms): [number, number] => [size.world.touchpoints, ms]));
      if (new Set(points.map(([x]) => x)).size > 1)
        showRatio(`${engine}, ${name}: log-log slope`, slope(points), { at_most: MAX_SLOPE });
    }
  keep(true);
}

const backupOf = (folder: string, world: BenchWorld): string => join(folder, `scale-backup-${world.touchpoints}`);

async function makeBackup(folder: string, world: BenchWorld): Promise<void> {
  console.log(`world: ${world.touchpoints} touchpoints, ${world.people} people, ${world.conversions} orders`);
  const started = performance.now();
  await makeBenchBackup(backupOf(folder, world), world);
  const seconds = (performance.now() - started) / 1_000;
  show('a backup of it, as Parquet', `${gib(folderBytes(backupOf(folder, world)))}, ${seconds.toFixed(0)} s`);
}

async function measureDuckDB(folder: string, size: Size, keep: () => void): Promise<void> {
  const data = join(folder, `scale-duckdb-${size.world.touchpoints}`);
  const path = join(data, 'warehouse.duckdb');
  const config = { memory_limit_bytes: MEMORY_LIMIT_BYTES, threads: THREADS, query_timeout_ms: QUERY_TIMEOUT_MS };
  console.log(`duckdb: ${size.world.touchpoints} touchpoints`);
  rmSync(data, { recursive: true, force: true });
  size.load = await restore(folder, size.world, data, config);
  size.stored_bytes = statSync(path).size;
  show('file', gib(size.stored_bytes));
  keep();
  size.reports = [];
  await underTest({ data, config, reports: REPORTS }, `${path}.tmp`, size.reports, keep);
  size.first_start = [];
  await underTest({ data, config, reports: 'only_open' }, `${path}.tmp`, size.first_start, keep);
  size.limits = [];
  const limits = SMALL_LIMITS_BYTES.slice(0, size.world.touchpoints < LARGE_TOUCHPOINTS ? undefined : 1);
  for (const memory_limit_bytes of limits) {
    const steps: Measured[] = [];
    show(`the year within ${gib(memory_limit_bytes)}`, '');
    const task = { data, config: { ...config, memory_limit_bytes }, reports: [YEAR] };
    const code = await underTest(task, `${path}.tmp`, steps, () => undefined);
    size.limits.push({ memory_limit_bytes, year: steps[0], ended: code });
    keep();
  }
}

async function measureClickHouse(folder: string, size: Size, keep: () => void): Promise<void> {
  const [tables, data] = ['server', 'data'].map((part) =>
    join(folder, `scale-clickhouse-${size.world.touchpoints}`, part),
  ) as [string, string];
  console.log(`clickhouse (chdb): ${size.world.touchpoints} touchpoints`);
  rmSync(join(tables, '..'), { recursive: true, force: true });
  const server = await startClickHouse(tables);
  try {
    const warehouse = server.url('scale');
    const limits = { memory_limit_bytes: MEMORY_LIMIT_BYTES, threads: THREADS, query_timeout_ms: QUERY_TIMEOUT_MS };
    const config = { ...limits, warehouse };
    size.load = await restore(folder, size.world, data, config, server);
    const compacted = await command(['doctor', '--compact', '--data', data, '--config', configFile(data, config)]);
    size.load.compact_seconds = compacted.seconds;
    size.stored_bytes = await server.storedBytes('scale');
    show('merged (doctor --compact)', `${compacted.seconds.toFixed(1)} s`);
    show('tables', gib(size.stored_bytes));
    keep();
    size.reports = [];
    await underTest({ data, config, reports: REPORTS }, null, size.reports, keep, server);
  } finally {
    await server.stop();
    rmSync(join(tables, '..'), { recursive: true, force: true });
  }
}

/** Loads the backup into a new data folder with the product's own command. */
async function restore(folder: string, world: BenchWorld, data: string, config: Task['config'], server?: BenchServer) {
  const args = ['--data', data, '--config', configFile(data, config)];
  const { seconds, peak_bytes } = await command(['doctor', '--restore', backupOf(folder, world), ...args]);
  const rows_per_second = world.touchpoints / seconds;
  const peak = server ? peakMemory(server.pid) : peak_bytes;
  show('restore', `${seconds.toFixed(1)} s, ${rows_per_second.toFixed(0)} touchpoints/s, peak memory ${gib(peak)}`);
  return { seconds, rows_per_second, peak_bytes: peak };
}

/** Writes the configuration to a file beside the data folder, because a restore needs a new data folder. */
function configFile(data: string, config: Task['config']): string {
  const path = `${data}.json`;
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function times(size: Size, name: string): number[] {
  const answered = (size.reports ?? []).filter((step) => step.name === name && !step.refused).map((step) => step.ms);
  return answered.length === 0 ? [] : [median(answered)];
}
