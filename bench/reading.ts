/**
 * Reading the log for a fit: by one query that sorts the log and gives row by row (as it was before), by the query as it is, and
 * from histories in memory. All of it runs in turns in one process, and what is read has to be equal.
 */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { makeOrdersAndEvents } from '../src/attribution/orders.ts';
import type { Plan } from '../src/attribution/plan.ts';
import { fillHistories } from '../src/histories/fill.ts';
import type { Histories } from '../src/histories/histories.ts';
import { makeFitPeople, makeMailedPeople } from '../src/models/fit-people.ts';
import { makeSplits, type Naming } from '../src/models/grain.ts';
import { readLogHistories } from '../src/models/hazard/log-histories.ts';
import { readLogPaths } from '../src/models/paths/log-paths.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { resolveParameters } from '../src/reports/resolve.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import type { Snapshot } from '../src/warehouse/port.ts';
import { touchLogQuery } from '../test/support/touch-log-query.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio } from './report.ts';
import { type BenchWorld, makeBenchWarehouse, YEAR_END } from './world.ts';

const ROUNDS = 3;
const TIMEOUT_MS = 3_600_000;
/** The last seven months of the world's year. */
const PERIOD = { start: '2025-06-01', end: YEAR_END };
const NAMING: Naming = { grain: 'channel', split_views: ['email'] };
/** People per page, as before. */
const PAGE = 5_000;

type Read = (snapshot: Snapshot, plan: Plan, context: ReportContext) => Promise<object>;

/** The ways to read, each with the arrays that have to be equal. */
function waysOf(histories: Histories): Record<'hazard' | 'paths', Record<string, Read>> {
  const hazard =
    (in_memory: Histories | null): Read =>
    async (snapshot, plan, { directory }) =>
      (await readLogHistories(snapshot, plan, directory, NAMING, in_memory)).histories;
  const paths =
    (in_memory: Histories | null): Read =>
    async (snapshot, plan, { directory }) =>
      (await readLogPaths(snapshot, plan, directory, NAMING, in_memory)).paths;
  return {
    hazard: { 'one sorted query, row by row': readSorted, 'the query': hazard(null), histories: hazard(histories) },
    paths: { 'the query': paths(null), histories: paths(histories) },
  };
}

export async function benchReading(path: string, world: BenchWorld): Promise<void> {
  console.log(`reading for a fit: ${world.touchpoints} touchpoints, ${world.people} people, ${ROUNDS} rounds`);
  await makeBenchWarehouse(path, world);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2, memory_limit_bytes: 8e9 });
  const context = reportsOver(warehouse, TIMEOUT_MS);
  const histories = await warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms: TIMEOUT_MS });
  assert(histories, 'the world does not fit histories');
  const results: Record<string, unknown> = {};
  for (const [what, ways] of Object.entries(waysOf(histories))) {
    const measured = await inTurns(context, ways);
    results[what] = measured;
    for (const [name, { ms, cpu_ms }] of Object.entries(measured))
      show(`${what}: ${name}, median`, `${median(ms).toFixed(0)} ms, ${median(cpu_ms).toFixed(0)} ms of the processor`);
    const ratio = (name: string): number => median(measured['histories']!.cpu_ms) / median(measured[name]!.cpu_ms);
    for (const name of Object.keys(ways).slice(0, -1))
      showRatio(`${what}: histories / ${name}, processor time`, ratio(name), { at_most: 1 });
  }
  await closeReports(context);
  await warehouse.close();
  save('reading', { world, rounds: ROUNDS, period: PERIOD }, results);
}

async function inTurns(context: ReportContext, ways: Record<string, Read>) {
  const measured = Object.fromEntries(
    Object.keys(ways).map((name) => [name, { ms: [] as number[], cpu_ms: [] as number[] }]),
  );
  let digest: string | null = null;
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, read] of Object.entries(ways)) {
      const found = await context.warehouse.read(
        async (snapshot) => {
          const { plan } = await resolveParameters(snapshot, context, PERIOD, { key_brand_id: null });
          const [began, cpu] = [performance.now(), process.cpuUsage()];
          const arrays = await read(snapshot, plan, context);
          const { user, system } = process.cpuUsage(cpu);
          measured[name]!.ms.push(performance.now() - began);
          measured[name]!.cpu_ms.push((user + system) / 1_000);
          return digestOf(arrays);
        },
        { timeout_ms: TIMEOUT_MS },
      );
      if (read === readSorted) continue;
      digest ??= found;
      assert.equal(found, digest, `${name} reads something else`);
    }
  return measured;
}

function digestOf(arrays: object): string {
  const parts = Object.entries(arrays).map(([name, value]) =>
    ArrayBuffer.isView(value)
      ? `${name} ${hash('sha256', new Uint8Array(value.buffer, value.byteOffset, value.byteLength), 'hex')}`
      : `${name} ${JSON.stringify(value)}`,
  );
  return parts.sort().join('\n');
}

/** The touches of a hazard as they were read before: the engine sorts them, and the program reads a row for each. */
const readSorted: Read = async (snapshot, plan, { directory }) => {
  await makeOrdersAndEvents(snapshot, plan, directory);
  await makeMailedPeople(snapshot, plan);
  await makeFitPeople(snapshot, plan);
  await makeSplits(snapshot, NAMING);
  const { sql, parameters } = touchLogQuery(plan, NAMING);
  await snapshot.materialise('sorted_touches', `select * from (${sql}) x order by x.person_no`, parameters);
  const [size] = await snapshot.query(
    'select count(*) as touches, float64(max(person_no)) as people from sorted_touches',
  );
  const touch_ms = new Float64Array(Number(size!['touches']));
  const touch_state = new Uint16Array(touch_ms.length);
  const codes = new Map<string, number>();
  let at = 0;
  for (let from = 1; from <= Number(size!['people']); from += PAGE)
    for (const row of await snapshot.query(
      `select t.person_no as person_no, t.at_ms as at_ms, t.state as state from sorted_touches t
       where t.person_no >= ${from} and t.person_no < ${from + PAGE} order by t.person_no, t.at_ms, t.state`,
    )) {
      const state = row['state'] as string;
      if (!codes.has(state)) codes.set(state, codes.size);
      touch_ms[at] = Number(row['at_ms']);
      touch_state[at++] = codes.get(state)!;
    }
  return { touch_ms, touch_state };
};
