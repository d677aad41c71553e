/**
 * How the time of a report grows with the log, by the query and from histories in memory. In one series of worlds the shop grows, so a
 * month has more orders, too. In the other, the shop stays as large as it is, and the log before the month becomes longer. Each world runs
 * in a process of its own.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { median, save, show, showRatio, slope } from './report.ts';
import type { AskedReport } from './scale-reports.ts';
import { type Measured, underTest } from './watched-process.ts';
import { type BenchWorld, longWorldOf, makeBenchWarehouse, worldOf, YEAR_END, YEAR_START } from './world.ts';

const THREADS = 2;
const MEMORY_LIMIT_BYTES = 8e9;
const QUERY_TIMEOUT_MS = 3_600_000;
/** At larger sizes the query takes minutes for a year, and only its month is asked for. */
const LARGE_TOUCHPOINTS = 50_000_000;
/** The long worlds have this many touchpoints a year at full scale, so the smallest still has the month and the window before it. */
export const LONG_TOUCHPOINTS_A_YEAR = 2_000_000;

const MONTH = { start: '2025-11-01', end: '2025-12-01' };
const YEAR = { start: YEAR_START, end: YEAR_END };
const SLIDER = { half_life_days: 11, click_days: 90 };

const repeated = (n: number, report: AskedReport): AskedReport[] => Array.from({ length: n }, () => report);
/** The first report by each way joins persons or fills, and is not counted. */
const MONTHS = [
  { ...MONTH, name: 'first month' },
  ...repeated(3, { ...MONTH, name: 'month by the query' }),
  { ...MONTH, name: 'first month from histories', from_histories: true },
  ...repeated(5, { ...MONTH, name: 'month from histories', from_histories: true }),
];
const YEARS = [
  { ...YEAR, name: 'first year from histories', from_histories: true },
  ...repeated(3, { ...YEAR, name: 'year from histories', from_histories: true }),
  ...repeated(3, { ...YEAR, ...SLIDER, name: 'year from histories, other window and half-life', from_histories: true }),
];
const YEARS_BY_QUERY = [
  { ...YEAR, name: 'year by the query' },
  { ...YEAR, ...SLIDER, name: 'year by the query, other window and half-life' },
];

/** The most milliseconds that are wanted, by touchpoints of a shop that grows and by the name of a report. */
const GOALS_MS: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  10000000: { 'year from histories, other window and half-life': 300 },
  100000000: { 'month from histories': 1_000, 'year from histories': 3_000 },
};

interface Series {
  name: string;
  /** The name of the file of a world, without its ending. */
  fileOf: (world: BenchWorld) => string;
  worldOf: (touchpoints: number) => BenchWorld;
  reportsOf: (touchpoints: number) => AskedReport[];
  goals_ms: typeof GOALS_MS;
  /** The largest slope that is wanted, by the name of a report. */
  bounds: Readonly<Record<string, number>>;
}

export interface GrowthOptions {
  folder: string;
  /** Touchpoints. */
  sizes: readonly number[];
  /** Of the worlds whose months stay as large as they are. */
  touchpoints_a_year: number;
}

export async function benchGrowth({ folder, sizes, touchpoints_a_year }: GrowthOptions): Promise<void> {
  const series: Series[] = [
    {
      name: 'the month stays, the log before it becomes longer',
      fileOf: ({ touchpoints }) => `long-${touchpoints}-of-${touchpoints_a_year}`,
      worldOf: (touchpoints) => longWorldOf(touchpoints, touchpoints_a_year),
      reportsOf: () => MONTHS,
      goals_ms: {},
      bounds: { 'month from histories': 0.3 },
    },
    {
      name: 'the shop grows',
      fileOf: ({ touchpoints }) => `attribution-${touchpoints}`,
      worldOf,
      reportsOf: (touchpoints) => [...MONTHS, ...YEARS, ...(touchpoints < LARGE_TOUCHPOINTS ? YEARS_BY_QUERY : [])],
      goals_ms: GOALS_MS,
      bounds: {},
    },
  ];
  const results: Record<string, unknown> = {};
  for (const one of series) {
    const measured = new Map<number, Measured[]>();
    for (const touchpoints of sizes) measured.set(touchpoints, await measure(folder, one, touchpoints));
    results[one.name] = { sizes: Object.fromEntries(measured), slopes: tellSlopes(one, measured) };
    save(
      'growth',
      {
        sizes,
        touchpoints_a_year,
        threads: THREADS,
        memory_limit_bytes: MEMORY_LIMIT_BYTES,
        month: MONTH,
        slider: SLIDER,
      },
      results,
    );
  }
}

async function measure(folder: string, series: Series, touchpoints: number): Promise<Measured[]> {
  const world = series.worldOf(touchpoints);
  const file = join(folder, `${series.fileOf(world)}.duckdb`);
  console.log(`growth, ${series.name}: ${touchpoints} touchpoints`);
  await makeBenchWarehouse(file, world);
  const data = join(folder, 'growth');
  mkdirSync(data, { recursive: true });
  const limits = { memory_limit_bytes: MEMORY_LIMIT_BYTES, threads: THREADS, query_timeout_ms: QUERY_TIMEOUT_MS };
  const steps: Measured[] = [];
  try {
    const task = { data, config: { ...limits, warehouse: `duckdb:${file}` }, reports: series.reportsOf(touchpoints) };
    await underTest(task, `${file}.tmp`, steps, () => undefined);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
  const filled = steps.find(({ bytes }) => bytes !== undefined);
  if (filled) show('bytes of histories a touch', (filled.bytes! / touchpoints).toFixed(1));
  for (const [name, ms] of mediansOf(steps)) {
    const goal = series.goals_ms[touchpoints]?.[name];
    if (goal === undefined) show(`${name}, median`, `${ms.toFixed(0)} ms`);
    else showRatio(`${name}, median, ms`, ms, { at_most: goal });
  }
  compareHashes(steps);
  return steps;
}

function mediansOf(steps: readonly Measured[]): Map<string, number> {
  const by_name = new Map<string, number[]>();
  for (const { name, ms, refused } of steps) if (!refused) by_name.set(name, [...(by_name.get(name) ?? []), ms]);
  return new Map(Array.from(by_name, ([name, times_ms]) => [name, median(times_ms)]));
}

/** @throws if both ways gave different answers to one question. */
function compareHashes(steps: readonly Measured[]): void {
  const hashOf = (name: string): string | undefined => steps.find((step) => step.name === name)?.hash;
  for (const { name } of steps) {
    const [by_query, from_histories] = [hashOf(name), hashOf(name.replace('by the query', 'from histories'))];
    if (by_query !== undefined && from_histories !== undefined && by_query !== from_histories)
      throw new Error(`${name}: the query gave ${by_query}, and histories gave ${from_histories}`);
  }
}

function tellSlopes({ name, bounds }: Series, measured: ReadonlyMap<number, Measured[]>): Record<string, number> {
  const points = new Map<string, Array<[number, number]>>();
  for (const [touchpoints, steps] of measured)
    for (const [report, ms] of mediansOf(steps)) points.set(report, [...(points.get(report) ?? []), [touchpoints, ms]]);
  const slopes: Record<string, number> = {};
  for (const [report, own] of points) {
    if (own.length < 2) continue;
    slopes[report] = slope(own);
    const bound = bounds[report];
    const label = `${name}: slope, ${report}`;
    if (bound === undefined) show(label, `${slopes[report].toFixed(2)}  (${own.length} sizes)`);
    else showRatio(label, slopes[report], { at_most: bound });
  }
  return slopes;
}
