/**
 * A large world, made inside DuckDB so that it takes minutes and not hours. It ends with 2025, and has one year and `people` persons.
 * 5 % of them have a linked device with half of their touches. A tenth of the touches lie in the 20 days before an order.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { backupFile } from '../src/warehouse/backup.ts';
import { columnDdl } from '../src/warehouse/duckdb/migrations.ts';
import { DuckDBWarehouse } from '../src/warehouse/duckdb/warehouse.ts';
import { TABLE_NAMES, TABLES } from '../src/warehouse/schema.ts';

export interface BenchWorld {
  touchpoints: number;
  people: number;
  conversions: number;
  /** Length of the log; 1 when left out. */
  years?: number;
  /** Each person buys of one of so many brands, and a twentieth of the orders has the number of another one; `default` alone when left out. */
  brands?: number;
}

/** The proportions of the shop in all measurements: ten touchpoints for each person, and 3 orders for 100 touchpoints. */
export function worldOf(touchpoints: number): BenchWorld {
  return { touchpoints, people: Math.ceil(touchpoints / 10), conversions: Math.ceil(touchpoints * 0.03) };
}

/** A shop that stays as large as it is and has been there for long: each month has as many touchpoints as any other. */
export function longWorldOf(touchpoints: number, touchpoints_a_year: number): BenchWorld {
  return { ...worldOf(touchpoints), years: touchpoints / touchpoints_a_year };
}

export const YEAR_START = '2025-01-01';
export const YEAR_END = '2026-01-01';
const YEAR_MS = 365 * 86_400_000;
const END_MS = Date.UTC(2026, 0, 1);

/** The time of a world, in ms. */
function spanOf({ years = 1 }: BenchWorld): { start_ms: number; length_ms: number } {
  const length_ms = Math.round(years * YEAR_MS);
  return { start_ms: END_MS - length_ms, length_ms };
}

/** The first 64 bits of SHA-256, signed: the same as `int64Hash`. */
export const key = (text: string): string => {
  const unsigned = `('0x' || substr(sha256(${text}), 1, 16))::ubigint`;
  return `(case when ${unsigned} >= 9223372036854775808 then (${unsigned}::hugeint - 18446744073709551616)::bigint else (${unsigned})::bigint end)`;
};

/** The brand of a person, as SQL. */
const brandOf = ({ brands }: BenchWorld, person = 'person'): string =>
  brands === undefined ? `'default'` : `('brand-' || (${person} % ${brands})::varchar)`;

/** The number of the order whose id an order has. */
const orderIdOf = ({ brands }: BenchWorld): string => (brands === undefined ? 'j' : '(j - (j % 20 = 19)::int)');

const TYPES = `['email_open','email_open','email_click','website_visit','page_view','ad_impression','paid_ad_click','organic_search','direct_visit','social_interaction']`;
const CHANNELS = `['email','email','email','email','referral','display','paid_search','organic_search','direct','organic_social']`;

/** Rows [from, until) of touchpoints. Their log positions come after those of conversions and links. */
export function touchpointsSql(world: BenchWorld, from: number, until: number, offset: number): string {
  const { start_ms, length_ms } = spanOf(world);
  return `
  with r as (
    select i, hash(i) as h, hash(i + 700000001) as h2, (i % 10 = 0) as near_order, (i // 10) % ${world.conversions} as j from range(${from}, ${until}) t(i)),
  p as (
    select *, case when near_order then hash(j * 7777 + 3) % ${world.people} else h % ${world.people} end as person,
      case when near_order then ${start_ms} + greatest(0, (j * ${Math.floor(length_ms / world.conversions)})::bigint - (h2 % ${20 * 86_400_000})::bigint)
        else ${start_ms} + (i * ${length_ms / world.touchpoints})::bigint end as at_ms, (h2 % 10)::int as kind from r),
  q as (select *, person < ${Math.floor(world.people / 20)} and i % 2 = 1 as on_device, 'cust-' || person::varchar as customer, 'device-' || person::varchar as device from p)
  select ${brandOf(world)} as brand_id, 'tp_' || substr(md5(i::varchar), 1, 24) as touchpoint_id,
    case when not on_device then customer end as customer_id, case when on_device then device end as anonymous_id,
    'sess-' || (i // 3)::varchar as session_id, ${TYPES}[kind + 1] as touchpoint_type, ${CHANNELS}[kind + 1] as channel,
    case when kind < 4 then 'campaign-' || (h % 60)::varchar end as campaign_id, case when kind < 4 then 'email-' || (h % 240)::varchar end as email_id,
    case when kind < 3 then 'msg-' || (person * 240 + h % 240)::varchar end as message_id,
    make_timestamp_ms(at_ms)::timestamp_ms as occurred_at, 'https://shop.example/p/' || (h % 5000)::varchar as url,
    ['desktop','mobile','tablet'][1 + (h2 % 3)::int] as device_type, 'DE' as country,
    case when kind = 0 and h % 3 = 0 then 'machine' else 'human' end as verdict, 'sent' as channel_reason, '[]' as verdict_reasons, 1 as rules_version,
    (case when kind = 0 and h % 3 = 0 then 2 else 0 end + case when kind = 8 then 4 else 0 end + case when kind < 4 then 8 else 0 end)::bigint as traits,
    ${key(`${brandOf(world)} || chr(0) || case when on_device then device else customer end`)} as subject_key, (h % 1000000007)::bigint as content_hash,
    make_timestamp_ms(at_ms)::timestamp_ms as received_at, make_timestamp_ms(at_ms)::timestamp_ms as loaded_at, 'main' as collector_id, i + ${offset} as log_seq
  from q`;
}

function conversionsSql(world: BenchWorld): string {
  const { start_ms, length_ms } = spanOf(world);
  return `
  with r as (select j, hash(j * 7777 + 3) % ${world.people} as person, ${start_ms} + (j * ${Math.floor(length_ms / world.conversions)})::bigint as at_ms from range(${world.conversions}) t(j))
  select ${brandOf(world)} as brand_id, 'cv_' || substr(md5(j::varchar), 1, 24) as conversion_id, 'cust-' || person::varchar as customer_id, 'purchase' as conversion_type,
    (1 + hash(j * 31) % 20000)::bigint * 10000 as conversion_value_micros, 'USD' as currency, 'order-' || ${orderIdOf(world)}::varchar as order_id, 1 as quantity,
    make_timestamp_ms(at_ms)::timestamp_ms as occurred_at, ${key(`${brandOf(world)} || chr(0) || 'cust-' || person::varchar`)} as subject_key, ${key(`${world.brands === undefined ? '' : `${brandOf(world)} || `}'order-' || ${orderIdOf(world)}::varchar`)} as order_key,
    1 as content_hash, make_timestamp_ms(at_ms)::timestamp_ms as received_at, make_timestamp_ms(at_ms)::timestamp_ms as loaded_at, 'main' as collector_id, j + 1 as log_seq
  from r`;
}

function linksSql(world: BenchWorld): string {
  const linked = Math.floor(world.people / 20);
  return `
  select ${brandOf(world, 'i')} as brand_id, 'link-' || i::varchar as link_id, 'device-' || i::varchar as left_id, 'cust-' || i::varchar as right_id, 'login' as kind, 'linked' as state,
    timestamp_ms '2024-12-31' as occurred_at, 1 as content_hash, timestamp_ms '2024-12-31' as received_at, timestamp_ms '2024-12-31' as loaded_at, 'main' as collector_id, ${world.conversions} + 1 + i as log_seq
  from range(${linked}) t(i)`;
}

/** Emails that were sent and delivered: a quarter as many as touchpoints, with the messages that opens and clicks name. */
function mailsSql(world: BenchWorld, offset: number): string {
  const { start_ms, length_ms } = spanOf(world);
  const mails = mailsOf(world);
  return `
  with r as (
    select i, k, i % ${world.people} as person, (hash(i // ${world.people}) % 240)::bigint as email, ${start_ms} + (i * ${length_ms / mails})::bigint + k * 2000 as at_ms
    from range(${mails}) t(i), range(2) u(k))
  select ${brandOf(world)} as brand_id, 'ee_' || i::varchar || '_' || k::varchar as event_id, 'cust-' || person::varchar as customer_id,
    ['sent', 'delivered'][k + 1] as event_type, 'campaign-' || (email % 60)::varchar as campaign_id, 'email-' || email::varchar as email_id,
    'msg-' || (person * 240 + email)::varchar as message_id, case when email % 5 = 0 then 'flow' else 'campaign' end as campaign_kind,
    make_timestamp_ms(at_ms)::timestamp_ms as occurred_at, 1 as content_hash,
    make_timestamp_ms(at_ms)::timestamp_ms as received_at, make_timestamp_ms(at_ms)::timestamp_ms as loaded_at, 'main' as collector_id, ${offset} + 2 * i + k as log_seq
  from r`;
}

const mailsOf = ({ touchpoints }: BenchWorld): number => Math.floor(touchpoints / 4);

/** Makes a warehouse file and fills it through a connection of its own, unless the file exists. */
export async function makeWarehouseFile(
  path: string,
  fill: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> {
  if (existsSync(path)) return;
  // A file that is not complete has another name, so that no later run takes it for the world.
  const part = `${path}.part`;
  for (const left of [part, `${part}.wal`]) rmSync(left, { force: true });
  const warehouse = await DuckDBWarehouse.open({ path: part });
  await warehouse.migrate();
  await warehouse.close();
  const instance = await DuckDBInstance.create(part, { memory_limit: '6GB', temp_directory: `${path}.tmp` });
  const connection = await instance.connect();
  await fill(connection);
  await connection.run('checkpoint');
  connection.closeSync();
  instance.closeSync();
  renameSync(part, path);
}

/** The last log position of a world. */
export function logEnd(world: BenchWorld): number {
  return world.conversions + Math.floor(world.people / 20) + 1 + world.touchpoints + 2 * mailsOf(world);
}

/** Makes the warehouse file of the world unless it exists. @param more adds rows that come after the world. */
export function makeBenchWarehouse(
  path: string,
  world: BenchWorld,
  more?: (connection: DuckDBConnection) => Promise<void>,
): Promise<void> {
  return makeWarehouseFile(path, async (connection) => {
    const offset = world.conversions + Math.floor(world.people / 20) + 1;
    await connection.run(`insert into conversions by name ${conversionsSql(world)}`);
    await connection.run(`insert into identity_links by name ${linksSql(world)}`);
    const STEP = 1_000_000;
    for (let from = 0; from < world.touchpoints; from += STEP) {
      await connection.run(
        `insert into touchpoints by name ${touchpointsSql(world, from, Math.min(world.touchpoints, from + STEP), offset)}`,
      );
    }
    await connection.run(`insert into email_events by name ${mailsSql(world, offset + world.touchpoints)}`);
    await connection.run(`insert into commits values ('main', ${logEnd(world)}, timestamp_ms '2026-01-01')`);
    await more?.(connection);
  });
}

/** Makes a backup of the world, which every engine can restore, unless it exists. */
export function makeBenchBackup(folder: string, world: BenchWorld): Promise<void> {
  const offset = world.conversions + Math.floor(world.people / 20) + 1;
  return writeBackup(folder, {
    touchpoints: touchpointsSql(world, 0, world.touchpoints, offset),
    conversions: conversionsSql(world),
    identity_links: linksSql(world),
    commits: `select 'main' as collector_id, ${offset + world.touchpoints} as log_seq, timestamp_ms '2026-01-01' as committed_at`,
  });
}

/** Writes a backup with these rows (a query for each table that has any), unless the folder exists. */
export async function writeBackup(folder: string, rows: Record<string, string>): Promise<void> {
  if (existsSync(folder)) return;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '4GB', temp_directory: `${part}/tmp` });
  const connection = await instance.connect();
  for (const name of TABLE_NAMES) {
    await connection.run(`create table ${name} (${TABLES[name].columns.map(columnDdl).join(', ')})`);
    // The empty table gives names, order and types. Columns that the world does not fill are null.
    const filled = rows[name] === undefined ? '' : `union all by name (${rows[name]})`;
    await connection.run(
      `copy (from ${name} ${filled}) to '${backupFile(part, name)}' (format parquet, compression zstd)`,
    );
  }
  connection.closeSync();
  instance.closeSync();
  rmSync(`${part}/tmp`, { recursive: true, force: true });
  renameSync(part, folder);
}
