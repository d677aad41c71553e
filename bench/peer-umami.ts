/**
 * The shape of Umami's attribution report with revenue, on PostgreSQL: page views and events by visitor, revenue by event. For each
 * visitor who ordered in the period it takes one touch, the first or the last before the last order, and gives it all revenue of the
 * visitor. One statement answers one model.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresServer, postgresPrograms } from '../test/support/postgres.ts';
import {
  PEER_ORDERS,
  PEER_TIMEOUT_MS,
  PEER_TOUCHES,
  type Peer,
  type PeerAnswer,
  type PeerStore,
  type Period,
  readWorld,
} from './peer.ts';
import { show, timed } from './report.ts';

/** Two cores and a machine of 24 GiB that others use, too. What is not named is PostgreSQL's own. */
const SETTINGS = {
  shared_buffers: '2GB',
  effective_cache_size: '6GB',
  work_mem: '256MB',
  maintenance_work_mem: '1GB',
  max_parallel_workers_per_gather: '2',
  random_page_cost: '1.1',
};
const SITE = '00000000-0000-0000-0000-000000000001';
const DATABASE = 'umami_shape';

const TABLES = `
  create table website_event (
    event_id uuid primary key, website_id uuid not null, session_id uuid not null, visit_id uuid not null, created_at timestamptz not null,
    url_path varchar(500) not null, utm_medium varchar(255), utm_campaign varchar(255), utm_content varchar(255),
    event_type int not null, event_name varchar(50));
  create table revenue (
    revenue_id uuid primary key, website_id uuid not null, session_id uuid not null, event_id uuid not null, event_name varchar(50) not null,
    currency varchar(10) not null, revenue numeric(19, 4) not null, created_at timestamptz not null);`;

/** Those of its indexes that the query can use. */
const INDEXES = `
  create index on website_event (website_id, created_at);
  create index on website_event (session_id);
  create index on website_event (website_id, session_id, created_at);
  create index on revenue (website_id, created_at);
  create index on revenue (website_id, session_id, created_at);
  analyze;`;

const uuid = (text: string): string => `md5(${text})`;

/** Orders are events as well, as a browser sends them. */
const EVENTS_CSV = `
  select ${uuid('id')}, '${SITE}', ${uuid('visitor')}, ${uuid('visitor')}, occurred_at, left(url, 500), channel, campaign_id, email_id, 1, null from (${PEER_TOUCHES})
  union all
  select ${uuid("'event' || id")}, '${SITE}', ${uuid('visitor')}, ${uuid('visitor')}, occurred_at, '/thanks', null, null, null, 2, 'purchase' from (${PEER_ORDERS})`;
const REVENUE_CSV = `
  select ${uuid('id')}, '${SITE}', ${uuid('visitor')}, ${uuid("'event' || id")}, 'purchase', currency, (micros / 1e6)::decimal(19, 4), occurred_at from (${PEER_ORDERS})`;

/** Parameters: the site, start and end. */
const question = (model: 'first' | 'last'): string => `
  with buyers as (
    select session_id, max(created_at) as ordered_at, sum(revenue) as spent from revenue
    where website_id = $1::uuid and created_at >= $2::timestamptz and created_at < $3::timestamptz and event_name = 'purchase' and currency = 'USD'
    group by session_id),
  chosen as (
    select b.session_id, ${model === 'first' ? 'min' : 'max'}(e.created_at) as created_at
    from buyers b join website_event e on e.session_id = b.session_id
    where e.website_id = $1::uuid and e.created_at >= $2::timestamptz and e.created_at < $3::timestamptz
      ${model === 'first' ? '' : 'and e.created_at < b.ordered_at'}
    group by b.session_id)
  select coalesce(e.utm_campaign, '') as name, sum(b.spent) as value
  from chosen c
  join website_event e on e.session_id = c.session_id and e.created_at = c.created_at
  join buyers b on b.session_id = c.session_id
  where e.website_id = $1::uuid and e.created_at >= $2::timestamptz and e.created_at < $3::timestamptz
  group by 1 order by 2 desc`;

/** Starts a cluster with the world in it. It is made once and kept. @returns null where PostgreSQL is not installed. */
export async function openUmamiShape(
  folder: string,
  world_file: string,
  touchpoints: number,
): Promise<PeerStore | null> {
  if (postgresPrograms() === undefined) return null;
  const home = join(folder, `peer-umami-${touchpoints}`);
  if (!existsSync(home)) {
    const part = `${home}.part`;
    rmSync(part, { recursive: true, force: true });
    const server = await PostgresServer.start({ folder: part, settings: SETTINGS });
    try {
      show(
        "Umami's shape: loaded and indexed",
        `${((await timed(() => load(server, world_file))) / 1_000).toFixed(0)} s`,
      );
    } finally {
      await server.stop();
    }
    renameSync(part, home);
  }
  const server = await PostgresServer.start({ folder: home, settings: SETTINGS });
  const client = new pg.Client({ connectionString: await server.url(DATABASE), statement_timeout: PEER_TIMEOUT_MS });
  await client.connect();
  return {
    program: 'Umami',
    differs: [
      'two models (first and last click) that do not split credit, so exact cents are no question; one statement a model',
      'all revenue of a visitor in the period goes to one touch, even that of orders before the touch',
      'no window: touches before the period do not count, and touches at its beginning count for all of it',
      'a visitor is one device or one customer; ids are not joined into persons',
      'no refunds; one currency',
      'two events of a visitor at one instant both get all of the revenue',
    ],
    peers: [
      peer(client, "Umami's shape, PostgreSQL", ''),
      // The planner takes the buyers for few, and joins them with themselves one by one.
      peer(client, "Umami's shape, nested loops off", 'set local enable_nestloop = off'),
    ],
    stop: async () => {
      await client.end();
      await server.stop();
    },
  };
}

function peer(client: pg.Client, name: string, plan: string): Peer {
  return {
    name,
    models: 2,
    ask: async (period) => {
      await client.query('begin');
      try {
        if (plan !== '') await client.query(plan);
        return await ask(client, period);
      } finally {
        await client.query('rollback');
      }
    },
  };
}

async function ask(client: pg.Client, { start, end }: Period): Promise<PeerAnswer> {
  await client.query(question('first'), [SITE, start, end]);
  const { rows } = await client.query<{ value: string }>(question('last'), [SITE, start, end]);
  return { rows: rows.length, last_touch_revenue: rows.reduce((sum, { value }) => sum + Number(value), 0) };
}

async function load(server: PostgresServer, world_file: string): Promise<void> {
  const client = new pg.Client({ connectionString: await server.url(DATABASE) });
  await client.connect();
  // The folder of the cluster is one that the server can read.
  const file = join(server.folder, 'load.csv');
  try {
    await client.query(TABLES);
    for (const [table, rows] of [
      ['website_event', EVENTS_CSV],
      ['revenue', REVENUE_CSV],
    ]) {
      await readWorld(
        world_file,
        async (world) => void (await world.run(`copy (${rows}) to '${file}' (format csv, header false)`)),
      );
      await client.query(`copy ${table} from '${file}' (format csv)`);
      rmSync(file);
    }
    await client.query(INDEXES);
  } finally {
    rmSync(file, { force: true });
    await client.end();
  }
}
