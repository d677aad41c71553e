/**
 * What advice on emails reads of a year, beside the reports on emails by the query: fatigue and times of sending. All in turns. It measures processor time, since the ratios of times of a busy machine say little.
 */
import assert from 'node:assert/strict';
import { REPORTS } from '../src/reports/index.ts';
import { sendingFigures } from '../src/reports/sending/figures.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END, YEAR_START } from './world.ts';

const ROUNDS = 3;
const PERIOD = { start: YEAR_START, end: YEAR_END };
/** The most times each of the other reports. */
const BESIDE = { fatigue: 5, send_times: 1 } as const;
const ALL = { key_brand_id: null };

/** The milliseconds of processor time that the work takes, those of the engine among them. */
async function processorMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** A shop whose people get two emails a week: a quarter as many emails as touchpoints. */
export const sendingWorld = (touchpoints: number): BenchWorld => ({
  touchpoints,
  people: Math.ceil(touchpoints / 400),
  conversions: Math.ceil(touchpoints / 40),
});

export async function benchSending(path: string, world: BenchWorld): Promise<void> {
  console.log(`sending: ${world.touchpoints / 4} delivered emails to ${world.people} people, a year`);
  await makeBenchWarehouse(path, world);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 1, memory_limit_bytes: 3e9 });
  const context = reportsOver(warehouse, 600_000);
  const measured = { sending: [] as number[], fatigue: [] as number[], send_times: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of Object.keys(BESIDE) as Array<keyof typeof BESIDE>) {
      const report = REPORTS.find((one) => one.name === name);
      assert(report, `there is no report ${name}`);
      measured[name].push(await processorMs(() => report.run(context, { ...PERIOD }, ALL)));
    }
    measured.sending.push(await processorMs(() => sendingFigures(context, PERIOD, ALL)));
  }
  show('sending, median', `${median(measured.sending).toFixed(0)} ms`);
  for (const [name, at_most] of Object.entries(BESIDE) as Array<[keyof typeof BESIDE, number]>)
    showRatio(
      `sending / ${name} (${median(measured[name]).toFixed(0)} ms)`,
      median(measured.sending) / median(measured[name]),
      {
        at_most,
      },
    );
  await closeReports(context);
  await warehouse.close();
  save('sending', { world, rounds: ROUNDS, period: PERIOD }, measured);
}
