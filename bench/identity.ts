/**
 * The cost of one new identity link for a report when there are many links: the time to the answer, and the time for which the
 * event loop is blocked. The baseline joins all links again in the main thread, in the same run.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_BRAND_SETTINGS } from '../src/domain/settings.ts';
import { subjectKey } from '../src/domain/subject.ts';
import { type ImplicitLink, joinPersons, type LinkStatement } from '../src/identity/persons.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import type { Warehouse } from '../src/warehouse/port.ts';
import { intColumn, type Row, textColumn } from '../src/warehouse/schema.ts';
import { closeReports, reportsOver } from './context.ts';
import { median, save, show, showRatio } from './report.ts';
import { key, makeWarehouseFile } from './world.ts';

const ROUNDS = 5;
const MONTH = { start: '2025-06-01', end: '2025-07-01', models: 'linear' };
const AT_MOST = { held: 0.1, time: 0.5 };

interface Measured {
  ms: number;
  /** The longest time for which the event loop was blocked. */
  held_ms: number;
}

export async function benchIdentity(path: string, links: number): Promise<void> {
  console.log(
    `identity: ${links} linked ids, half by orders that carry both ids, half by statements; then one link at a time`,
  );
  await makeLinkWorld(path, links);
  const warehouse = await DuckDBWarehouse.open({ path, threads: 2 });
  await warehouse.migrate();
  const context = reportsOver(warehouse, 600_000);
  const report = () => attributionReport(context, MONTH, { key_brand_id: null });
  const first = await measured(report);
  const steps = { link: [] as Measured[], follow: [] as Measured[], known: [] as Measured[], anew: [] as Measured[] };
  for (let round = 0; round < ROUNDS; round++) {
    await addLink(warehouse);
    steps.link.push(await measured(report));
    steps.known.push(await measured(report));
    await addLink(warehouse);
    steps.follow.push(await measured(() => context.directory.follow(warehouse)));
    steps.anew.push(await measured(() => joinAnew(warehouse)));
  }
  await closeReports(context);
  await warehouse.close();
  const ms = (kind: keyof typeof steps): number => median(steps[kind].map((step) => step.ms));
  const held = (kind: keyof typeof steps): number => Math.max(...steps[kind].map((step) => step.held_ms));
  show('first report after the start', `${first.ms.toFixed(0)} ms, loop held ${first.held_ms.toFixed(0)} ms`);
  for (const [label, kind] of [
    ['report after one new link, median', 'link'],
    ['the same report without a new link', 'known'],
    ['one new link in the background', 'follow'],
    ['all links joined anew in the main thread', 'anew'],
  ] as const)
    show(label, `${ms(kind).toFixed(0)} ms, loop held at most ${held(kind).toFixed(0)} ms`);
  showRatio('loop held after a new link / joined anew', held('link') / held('anew'), { at_most: AT_MOST.held });
  showRatio('added by a new link / joined anew', (ms('link') - ms('known')) / ms('anew'), { at_most: AT_MOST.time });
  save('identity', { links, rounds: ROUNDS, threads: 2 }, { first, ...steps });
}

async function measured(work: () => Promise<unknown>): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await sleep(20);
  delay.enable();
  await sleep(5);
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  await sleep(5);
  delay.disable();
  return { ms, held_ms: delay.max / 1e6 };
}

let added = 0;

async function addLink(warehouse: Warehouse): Promise<void> {
  added += 1;
  const [row] = await warehouse.read((snapshot) => snapshot.query('select max(log_seq) as log_seq from commits'));
  const log_seq = Number(row!['log_seq']) + 1;
  const at_ms = Date.now();
  const log = { received_at: at_ms, loaded_at: at_ms, collector_id: 'main', log_seq };
  const name = `${at_ms}-${added}`;
  const pair = { left_id: `new-${name}`, right_id: 'cust-1' };
  await warehouse.append({
    identity_links: [
      { brand_id: 'default', link_id: name, ...pair, state: 'linked', occurred_at: at_ms, content_hash: 1, ...log },
    ],
    commits: [{ collector_id: 'main', log_seq, committed_at: at_ms }],
  });
}

/** The work for each new link without kept membership: in the main thread, all links are read, joined, hashed and written. */
async function joinAnew(warehouse: Warehouse): Promise<void> {
  await warehouse.read(async (snapshot) => {
    const implicit = await snapshot.query(
      `select anonymous_id, customer_id, min(epoch_ms(occurred_at)) as first_ms from conversions
       where anonymous_id is not null and customer_id is not null group by anonymous_id, customer_id`,
    );
    const statements = await snapshot.query(
      'select link_id, left_id, right_id, state, probability, epoch_ms(occurred_at) as occurred_at from identity_links',
    );
    const customers = new Set(
      (await snapshot.query('select distinct customer_id from conversions')).map((row) => row['customer_id'] as string),
    );
    const brand_id = 'default';
    const members = joinPersons(
      implicit.map((row) => ({ ...row, first_ms: Number(row['first_ms']) }) as ImplicitLink),
      statements.map((row) => ({ ...row, occurred_at: Number(row['occurred_at']) }) as unknown as LinkStatement),
      (id) => customers.has(id),
      DEFAULT_BRAND_SETTINGS,
    );
    const rows: Row[] = Array.from(members, ([id, person_id]) => ({
      brand_id,
      id,
      subject_key: subjectKey(brand_id, id),
      person_id,
      person_key: subjectKey(brand_id, person_id),
    }));
    const text = ['brand_id', 'id', 'person_id'].map(textColumn);
    await snapshot.relation('joined_anew', [...text, intColumn('subject_key'), intColumn('person_key')], rows);
  });
}

/** Every customer ordered once. Half of the orders carry the id of a device. For the other half a statement links the device. */
function makeLinkWorld(path: string, links: number): Promise<void> {
  return makeWarehouseFile(path, async (connection) => {
    const log = `timestamp_ms '2025-06-01' as received_at, timestamp_ms '2025-06-01' as loaded_at, 'main' as collector_id`;
    await connection.run(`insert into conversions by name
      select 'default' as brand_id, 'cv-' || i::varchar as conversion_id, 'cust-' || i::varchar as customer_id,
        case when i % 2 = 0 then 'device-' || i::varchar end as anonymous_id, 'purchase' as conversion_type, 10000000 as conversion_value_micros, 'USD' as currency,
        make_timestamp_ms(${Date.UTC(2025, 0, 1)} + (i * ${Math.floor((365 * 86_400_000) / links)})::bigint)::timestamp_ms as occurred_at,
        ${key("'default' || chr(0) || 'cust-' || i::varchar")} as subject_key, ${key("'cv-' || i::varchar")} as order_key, 1 as content_hash, i as log_seq, ${log}
      from range(1, ${links + 1}) t(i)`);
    await connection.run(`insert into identity_links by name
      select 'default' as brand_id, 'link-' || i::varchar as link_id, 'device-' || i::varchar as left_id, 'cust-' || i::varchar as right_id, 'linked' as state,
        timestamp_ms '2025-05-01' as occurred_at, 1 as content_hash, ${links} + i as log_seq, ${log}
      from range(1, ${links + 1}) t(i) where i % 2 = 1`);
    await connection.run(`insert into commits values ('main', ${2 * links}, timestamp_ms '2026-01-01')`);
  });
}
