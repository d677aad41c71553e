/**
 * Measures the gain of a second ordering of touchpoints, by person and time, on ClickHouse. It holds the same world three
 * times: ordered by id, as in the product; with a projection by person; and with the whole table by person, the best case for
 * a copy. Each is queried as in the product, and once more with a filter on the people of the report, which an index needs.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportJson } from '../src/reports/context.ts';
import { customerReport } from '../src/reports/customer.ts';
import { receiptReport } from '../src/reports/receipt.ts';
import { named, qualified, statementsOf } from '../src/warehouse/clickhouse/migrations.ts';
import { ClickHouseWarehouse } from '../src/warehouse/clickhouse/warehouse.ts';
import type { Snapshot, Warehouse } from '../src/warehouse/port.ts';
import { VERSIONS } from '../src/warehouse/versions/index.ts';
import { type BenchServer, hasClickHouse, startClickHouse } from './clickhouse.ts';
import { reportsOver } from './context.ts';
import { median, save, show } from './report.ts';
import { makeBenchBackup, worldOf, YEAR_END, YEAR_START } from './world.ts';

const BY_PERSON = 'subject_key, occurred_at, brand_id, touchpoint_id';
const LAYOUTS = ['by id', 'by id, projection by person', 'by person'] as const;
type Layout = (typeof LAYOUTS)[number];
const TIMES = 5;
const TIMEOUT_MS = 600_000;

interface Measured {
  layout: Layout;
  people_named: boolean;
  restore_seconds: number;
  stored_bytes: number;
  /** The median and the fastest. On a busy machine the fastest is the better figure. */
  ms: Record<string, { median: number; fastest: number }>;
  hashes: Record<string, string>;
}

export async function benchOrdering(folder: string, touchpoints: number): Promise<void> {
  if (!hasClickHouse()) return console.log('clickhouse: not installed; run npm run test:engine to install it');
  const world = worldOf(touchpoints);
  const backup = join(folder, `scale-backup-${touchpoints}`);
  await makeBenchBackup(backup, world);
  const tables = join(folder, `ordering-${touchpoints}`);
  rmSync(tables, { recursive: true, force: true });
  const server = await startClickHouse(tables);
  try {
    console.log(`${touchpoints} touchpoints`);
    const results: Measured[] = [];
    const warehouses: Warehouse[] = [];
    for (const layout of LAYOUTS) {
      const { warehouse, ...stored } = await laidOut(server, layout, backup);
      for (const people_named of [false, true]) {
        results.push({ layout, people_named, ...stored, ms: {}, hashes: {} });
        warehouses.push(people_named ? namingPeople(warehouse) : warehouse);
      }
    }
    await measure(warehouses, results);
    await Promise.all(warehouses.map((warehouse) => warehouse.close()));
    const alike = new Set(results.map(({ hashes }) => JSON.stringify(hashes))).size === 1;
    show('every layout gives the same reports', alike ? 'yes' : 'NO');
    save('ordering', { world, times: TIMES, threads: 2 }, results);
  } finally {
    await server.stop();
    rmSync(tables, { recursive: true, force: true });
  }
}

/** Makes a database of the world with one layout of its touchpoints. */
async function laidOut(server: BenchServer, layout: Layout, backup: string) {
  const place = { database: `ordering_${LAYOUTS.indexOf(layout)}`, cluster: null };
  const { origin } = new URL(server.url(place.database).replace('clickhouse:', 'http:'));
  const run = async (query: string): Promise<void> => {
    const answer = await fetch(origin.replace('default@', ''), { method: 'POST', body: query });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const table = qualified(place, 'touchpoints');
  if (layout === 'by person') {
    const ddl = VERSIONS.flatMap((version) => statementsOf(place, version)).find((sql) => sql.includes(` ${table} `))!;
    await run(`create database ${named(place.database)}`);
    await run(ddl.replace(/order by \(.*\)$/, `order by (${BY_PERSON}) settings allow_nullable_key = 1`));
  }
  const warehouse = await ClickHouseWarehouse.open({
    url: origin,
    username: 'default',
    password: '',
    ...place,
    memory_limit_bytes: 8e9,
    threads: 2,
  });
  await warehouse.migrate();
  if (layout === 'by id, projection by person') {
    await run(`alter table ${table} modify setting deduplicate_merge_projection_mode = 'rebuild'`);
    await run(`alter table ${table} add projection by_person (select * order by subject_key, occurred_at)`);
  }
  const started = performance.now();
  await warehouse.restore(backup);
  await warehouse.compact();
  const restore_seconds = (performance.now() - started) / 1_000;
  const stored_bytes = await server.storedBytes(place.database);
  show(`${layout}: restored and merged`, `${restore_seconds.toFixed(1)} s, ${(stored_bytes / 2 ** 20).toFixed(0)} MiB`);
  return { warehouse, restore_seconds, stored_bytes };
}

/** A warehouse whose reads of touchpoints filter by the people of the report, so that an index by person can skip the others. */
function namingPeople(warehouse: Warehouse): Warehouse {
  const named_people = '(select * from touchpoints where subject_key in (select subject_key from members)) t';
  const rewritten = (sql: string): string =>
    sql.includes('members') || sql.includes('orders o') ? sql.replaceAll(/\btouchpoints t\b/g, named_people) : sql;
  const naming = (s: Snapshot): Snapshot =>
    new Proxy(s, {
      get(target, name) {
        if (name === 'materialise')
          return (table: string, sql: string, parameters?: Parameters<Snapshot['materialise']>[2]) =>
            target.materialise(table, rewritten(sql), parameters);
        const value = Reflect.get(target, name) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return new Proxy(warehouse, {
    get: (target, name) =>
      name === 'read'
        ? <T>(work: (s: Snapshot) => Promise<T>, options?: Parameters<Warehouse['read']>[1]) =>
            target.read((s) => work(naming(s)), options)
        : Reflect.get(target, name),
  });
}

/** Asks every question of every layout in turn, several times, so that a busy minute of the machine affects all of them. */
async function measure(warehouses: readonly Warehouse[], results: readonly Measured[]): Promise<void> {
  const asked = await Promise.all(warehouses.map(questionsOf));
  for (const name of Object.keys(asked[0]!)) {
    const taken = warehouses.map((): number[] => []);
    // The first round reads persons from the log and files from the disk. It does not count.
    for (let time = 0; time <= TIMES; time++)
      for (const [i, questions] of asked.entries()) {
        const started = performance.now();
        const { as_of: _position, generated_at: _moment, ...content } = await questions[name]!();
        if (time > 0) taken[i]!.push(performance.now() - started);
        results[i]!.hashes[name] = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
      }
    for (const [i, result] of results.entries()) {
      const ms = { median: median(taken[i]!), fastest: Math.min(...taken[i]!) };
      result.ms[name] = ms;
      const label = `${name}, ${result.layout}${result.people_named ? ', people named' : ''}`;
      show(label, `${ms.median.toFixed(0)} ms, fastest ${ms.fastest.toFixed(0)} ms`);
    }
  }
}

async function questionsOf(warehouse: Warehouse): Promise<Record<string, () => Promise<ReportJson>>> {
  const context = reportsOver(warehouse, TIMEOUT_MS);
  const [order] = await warehouse.read((s) =>
    s.query('select conversion_id, customer_id from conversions order by occurred_at, conversion_id limit 1'),
  );
  const all = { key_brand_id: null };
  const models = RULE_MODEL_NAMES.join(',');
  return {
    month: () => attributionReport(context, { start: '2025-06-01', end: '2025-07-01', models }, all),
    year: () => attributionReport(context, { start: YEAR_START, end: YEAR_END, models }, all),
    customer: () => customerReport(context, order!['customer_id'] as string, {}, all),
    receipt: () => receiptReport(context, order!['conversion_id'] as string, {}, all),
  };
}
