/** Loading: the import of a large Parquet file, and the cost of a batch when the log is already long. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { makeConfig } from '../src/config.ts';
import { draftsOf } from '../src/log/envelope.ts';
import { openTributary } from '../src/tributary.ts';
import { VERSIONS } from '../src/warehouse/versions/index.ts';
import { median, save, show, showRatio } from './report.ts';
import { command, type Taken } from './watch.ts';
import { makeBenchWarehouse, touchpointsSql, worldOf } from './world.ts';

const WIRE_COLUMNS =
  'touchpoint_id, customer_id, anonymous_id, session_id, touchpoint_type, channel, campaign_id, email_id, message_id, occurred_at, url, device_type, verdict';

/** The forms of the same touchpoints that are imported side by side. */
const FORMS = ['touchpoints.parquet', 'touchpoints.csv', 'stray-quotes.csv'] as const;

/** @param beside another checkout, whose program imports the same files in turns. Build it first. */
export async function benchImport(rows: number, beside?: string): Promise<void> {
  console.log(
    `import: ${rows} touchpoints by the command line, from Parquet, csv, and csv with a stray quote every 1,000 rows`,
  );
  const results: Record<string, Imported & { alone: Imported; beside?: Imported }> = {};
  for (const form of FORMS) {
    const programs: Program[] = [{}, { args: ['--workers', '1'] }];
    const [here, alone, there] = await measureImports(rows, form, [
      ...programs,
      ...(beside === undefined ? [] : [{ checkout: beside }]),
    ]);
    results[form] = { ...here!, alone: alone!, ...(there === undefined ? {} : { beside: there }) };
    const per_second = (taken: Imported): string => taken.rows_per_processor_second.toFixed(0);
    if (form === FORMS[0]) showRatio(`${form}: rows per second`, here!.rows_per_second, { at_least: 60_000 });
    else show(`${form}: rows per second`, here!.rows_per_second.toFixed(0));
    const gain = alone!.seconds / here!.seconds;
    show(`${form}: rows per second, one worker a core / one worker`, gain.toFixed(2));
    show(`${form}: rows per processor second`, `${per_second(here!)}  (one worker: ${per_second(alone!)})`);
    showRatio(`${form}: peak memory of the process, MiB`, here!.peak_bytes / 2 ** 20, { at_most: 600 });
    if (there === undefined) continue;
    show(`${form}: rows per processor second of ${beside}`, per_second(there));
    // Before, half of the rows beside stray quotes were not read, so only the other two forms can be compared.
    if (form === FORMS[2]) continue;
    const ratio = here!.rows_per_processor_second / there.rows_per_processor_second;
    showRatio(`${form}: rows per processor second, here / there`, ratio, { at_least: 3 });
  }
  const [, csv, stray] = FORMS.map((form) => results[form]!.processor_seconds);
  showRatio('csv with stray quotes / csv, processor seconds', stray! / csv!, { at_most: 1.2 });
  save('import', { rows }, { ...results[FORMS[0]], forms: results });
}

interface Imported extends Taken {
  rows_per_second: number;
  rows_per_processor_second: number;
}

/** Imports a file of touchpoints with the command line (validation, spool, loader) and watches the process. */
export async function measureImport(rows: number): Promise<Taken> {
  return (await measureImports(rows, FORMS[0], [{}]))[0]!;
}

interface Program {
  /** Another checkout whose program is run. */
  checkout?: string;
  args?: readonly string[];
}

/** The same with several programs, one after the other. */
async function measureImports(
  rows: number,
  form: (typeof FORMS)[number],
  programs: readonly Program[],
): Promise<Imported[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-import-'));
  try {
    const file = join(folder, form);
    await writeTouchpoints(file, rows);
    const all: Imported[] = [];
    for (const [i, { checkout, args = [] }] of programs.entries()) {
      const data = join(folder, `data-${i}`);
      const command_line = ['import', 'touchpoints', file, '--data', data, ...args];
      const taken = await command(command_line, { exits: [0, 3], checkout });
      rmSync(data, { recursive: true, force: true });
      const rows_per_second = rows / taken.seconds;
      all.push({ ...taken, rows_per_second, rows_per_processor_second: rows / taken.processor_seconds });
    }
    return all;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a file of touchpoints in the form that its name says. */
async function writeTouchpoints(file: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '4GB' });
  const connection = await instance.connect();
  const source = `select ${WIRE_COLUMNS} from (${touchpointsSql(worldOf(rows), 0, rows, 0)})`;
  if (file.endsWith('.parquet')) await connection.run(`copy (${source}) to '${file}' (format parquet)`);
  else {
    const session = file.endsWith(FORMS[2])
      ? `case when n % 1000 = 0 then '"5 inch' else session_id end`
      : 'session_id';
    const time = "strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%gZ')";
    await connection.run(
      `copy (select * exclude (n) replace (${session} as session_id, ${time} as occurred_at) from (select *, row_number() over () as n from (${source})))
         to '${file}' (format csv, header, quote '')`,
    );
  }
  connection.closeSync();
  instance.closeSync();
}

const BATCHES = 12;
const BATCH_ROWS = 5_000;

/** The time to load a batch of new events into logs of different lengths. */
export async function benchBatchCost(folder: string, lengths: readonly number[]): Promise<void> {
  console.log(
    `batch cost: ${BATCHES} batches of ${BATCH_ROWS} new touchpoints into logs of ${lengths.join(', ')} rows`,
  );
  const medians: number[] = [];
  const results: Record<number, unknown> = {};
  for (const length of lengths) {
    const data = join(folder, `log-${length}`);
    mkdirSync(data, { recursive: true });
    if (length > 0) {
      await makeBenchWarehouse(join(data, 'warehouse.duckdb'), worldOf(length));
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
      await tributary.collector.accept(
        { source: 'bench', drafts: draftsOf('touchpoints', events) },
        { key_brand_id: null },
      );
      const start = performance.now();
      await tributary.collector.flush();
      if (batch >= 2) times.push(performance.now() - start); // the first two warm up
    }
    medians.push(median(times));
    show(
      `${length} rows: median per batch`,
      `${median(times).toFixed(1)} ms  (open ${(open_ms / 1_000).toFixed(1)} s, known ids ${(tributary.collector.health().known_ids_bytes / 2 ** 20).toFixed(0)} MiB)`,
    );
    results[length] = { times_ms: times, open_ms };
    await tributary.close();
  }
  showRatio('slowest / fastest', Math.max(...medians) / Math.min(...medians), { at_most: 1.5 });
  save('batch-cost', { lengths, batches: BATCHES, batch_rows: BATCH_ROWS }, results);
}

/** Worlds are kept for each version of the schema, because their files are opened without being migrated. */
export function benchFolder(): string {
  const folder = process.env['TRIBUTARY_BENCH_DATA'] ?? join(tmpdir(), 'tributary-bench');
  const of_schema = join(folder, `schema-${VERSIONS.at(-1)!.version}`);
  mkdirSync(of_schema, { recursive: true });
  return of_schema;
}
