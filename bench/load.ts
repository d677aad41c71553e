/** Loading: a large Parquet file through the front door, and what a batch costs when the log is already long. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { makeConfig } from '../src/config.ts';
import { openTributary } from '../src/tributary.ts';
import { median, save, show, showRatio } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, touchpointsSql } from './world.ts';

const ENTRY = new URL('../bin/tributary.js', import.meta.url).pathname;
const WIRE_COLUMNS =
  'touchpoint_id, customer_id, anonymous_id, session_id, touchpoint_type, channel, campaign_id, email_id, message_id, occurred_at, url, device_type, verdict';

/** Imports a Parquet file of touchpoints with the command line and watches the process. */
export async function benchImport(rows: number): Promise<void> {
  console.log(`import: ${rows} touchpoints from Parquet, by the command line`);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-import-'));
  try {
    const file = join(folder, 'touchpoints.parquet');
    const world: BenchWorld = { touchpoints: rows, people: Math.ceil(rows / 10), conversions: Math.ceil(rows / 33) };
    const instance = await DuckDBInstance.create(':memory:', { memory_limit: '4GB' });
    const connection = await instance.connect();
    await connection.run(
      `copy (select ${WIRE_COLUMNS} from (${touchpointsSql(world, 0, rows, 0)})) to '${file}' (format parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    const started = performance.now();
    const peak_bytes = await peakOf(['import', 'touchpoints', file, '--data', join(folder, 'data')]);
    const seconds = (performance.now() - started) / 1_000;
    show('rows per second', (rows / seconds).toFixed(0));
    showRatio('peak memory of the process, GiB', peak_bytes / 2 ** 30, { at_most: 2 });
    save('import', { rows }, { seconds, rows_per_second: rows / seconds, peak_bytes });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command to its end; the peak of its resident memory. */
async function peakOf(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  let peak = 0;
  const sampler = setInterval(() => {
    try {
      const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
      if (line) peak = Math.max(peak, Number(line[1]) * 1024);
    } catch {
      // It has ended.
    }
  }, 200);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return peak;
}

const BATCHES = 12;
const BATCH_ROWS = 5_000;

/** The time to load a batch of new events into logs of different lengths. */
export async function benchBatchCost(folder: string, lengths: readonly number[]): Promise<void> {
  console.log(
    `batch cost: ${BATCHES} batches of ${BATCH_ROWS} new touchpoints into logs of ${lengths.join(', ')} rows`,
  );
  const medians: number[] = [];
  const results: unknown[] = [];
  for (const length of lengths) {
    const data = join(folder, `log-${length}`);
    mkdirSync(data, { recursive: true });
    if (length > 0) {
      await makeBenchWarehouse(join(data, 'warehouse.duckdb'), {
        touchpoints: length,
        people: Math.ceil(length / 10),
        conversions: Math.ceil(length / 33),
      });
    }
    const opened = performance.now();
    const tributary = await openTributary({
      folder: data,
      config: makeConfig({ limits: { max_items: BATCH_ROWS, batch_records: BATCH_ROWS } }),
    });
    const open_ms = performance.now() - opened;
    const times: number[] = [];
    const run = `${Date.now()}`;
    for (let batch = 0; batch < BATCHES; batch++) {
      const events = Array.from({ length: BATCH_ROWS }, (_, i) => ({
        touchpoint_id: `new-${run}-${batch}-${i}`,
        customer_id: `cust-${i}`,
        touchpoint_type: 'website_visit',
        channel: 'direct',
        occurred_at: '2026-01-02T00:00:00Z',
      }));
      await tributary.collector.accept('touchpoints', events, { key_brand_id: null });
      const start = performance.now();
      await tributary.collector.flush();
      if (batch >= 2) times.push(performance.now() - start); // the first two warm up
    }
    medians.push(median(times));
    show(
      `${length} rows: median per batch`,
      `${median(times).toFixed(1)} ms  (open ${(open_ms / 1_000).toFixed(1)} s, known ids ${(tributary.collector.health().known_ids_bytes / 2 ** 20).toFixed(0)} MiB)`,
    );
    results.push({ length, times_ms: times, open_ms });
    await tributary.close();
  }
  showRatio('slowest / fastest', Math.max(...medians) / Math.min(...medians), { at_most: 1.5 });
  save('batch-cost', { lengths, batches: BATCHES, batch_rows: BATCH_ROWS }, results);
}

export function benchFolder(): string {
  const folder = process.env['TRIBUTARY_BENCH_DATA'] ?? join(tmpdir(), 'tributary-bench');
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  return folder;
}
