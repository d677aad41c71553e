/**
 * The shape of PostHog's attribution table, on ClickHouse: one table of events with a person on each row, later joins of persons as
 * overrides, and sessions that know their first campaign. A person's orders and touches become arrays, and five models are weighted from them.
 * The steps that the credit does not need (visitors of each row, the footer) are left out, and weights are written in a shorter way.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchServer, hasClickHouse, startClickHouse } from './clickhouse.ts';
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

const WINDOW_S = 30 * 86_400;
/** A quarter of the window. */
const HALF_LIFE_S = WINDOW_S / 4;
const MAX_OF_PERSON = 500;
/** The server of the tests turns compiling off, because tests are small. */
const SETTINGS = {
  max_threads: '2',
  max_memory_usage: '8000000000',
  max_execution_time: String(PEER_TIMEOUT_MS / 1_000),
  compile_expressions: '1',
  compile_aggregate_expressions: '1',
  compile_sort_description: '1',
};

const TABLES = [
  `create table events (
    uuid UUID, event LowCardinality(String), properties String, timestamp DateTime64(6, 'UTC'), team_id Int64, distinct_id String, person_id UUID,
    session_id UUID, campaign String)
  engine = MergeTree partition by toYYYYMM(timestamp) order by (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))`,
  `create table raw_sessions (
    team_id Int64, session_at DateTime64(3, 'UTC'), session_id UUID, started_at SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    campaign AggregateFunction(argMin, String, DateTime64(6, 'UTC')))
  engine = AggregatingMergeTree partition by toYYYYMM(session_at) order by (team_id, session_at, session_id)`,
  `create table person_overrides (team_id Int64, distinct_id String, person_id UUID, version Int64)
  engine = ReplacingMergeTree(version) order by (team_id, distinct_id)`,
];

const uuid = (text: string): string => `(md5(${text})::uuid)::varchar`;

/** Each touch is a page view in a session of its own, because the sessions of the world are not those of one person. */
const EVENTS = `
  select ${uuid('id')} as uuid, '$pageview' as event, json_object('$current_url', url, 'utm_medium', channel, 'utm_campaign', campaign_id, 'utm_content', email_id)::varchar as properties,
    occurred_at, visitor, ${uuid('visitor')} as person_id, coalesce(campaign_id, '') as campaign from (${PEER_TOUCHES})
  union all by name
  select ${uuid("'event' || id")} as uuid, 'purchase' as event, json_object('revenue', micros / 1e6, 'currency', currency)::varchar as properties,
    occurred_at, visitor, ${uuid('visitor')} as person_id, '' as campaign from (${PEER_ORDERS})`;
const OVERRIDES = `select left_id as visitor, ${uuid('right_id')} as person_id from identity_links`;

const PERSON = `if(o.distinct_id = '', e.person_id, o.person_id)`;
const OVERRIDDEN = `left join (select distinct_id, argMax(person_id, version) as person_id from person_overrides where team_id = 1 group by distinct_id) o
  on o.distinct_id = e.distinct_id`;

type Touches = 'events' | 'sessions';

/** Where a touch has its time and campaign from. */
const TOUCH: Record<Touches, { at: string; campaign: string; join: (period: Period) => string }> = {
  events: { at: 'toUnixTimestamp(e.timestamp)', campaign: 'e.campaign', join: () => '' },
  sessions: {
    at: 'toUnixTimestamp(s.started)',
    campaign: 's.first_campaign',
    join: ({ start, end }) => `left join (
      select session_id, min(started_at) as started, argMinMerge(campaign) as first_campaign from raw_sessions
      where team_id = 1 and session_at >= toDateTime('${start}', 'UTC') - ${WINDOW_S} - 3 * 86400 and session_at < toDateTime('${end}', 'UTC') + 3 * 86400
      group by session_id) s on s.session_id = e.session_id`,
  },
};

function question(touches: Touches, period: Period): string {
  const { at, campaign, join: joined } = TOUCH[touches];
  const start = `toDateTime('${period.start}', 'UTC')`;
  const end = `toDateTime('${period.end}', 'UTC')`;
  const ordered = `e.event = 'purchase' and e.timestamp >= ${start} and e.timestamp < ${end}`;
  const viewed = `e.event = '$pageview' and e.timestamp >= ${start} - ${WINDOW_S} and e.timestamp < ${end}`;
  return `
  with
  buyers as (
    select ${PERSON} as person, min(toUnixTimestamp(e.timestamp)) as first_order, max(toUnixTimestamp(e.timestamp)) as last_order
    from events e ${OVERRIDDEN} where e.team_id = 1 and ${ordered} group by person),
  people as (
    select ${PERSON} as person,
      arraySlice(arraySort(groupArrayIf((toUnixTimestamp(e.timestamp), JSONExtractFloat(e.properties, 'revenue')), ${ordered})), -${MAX_OF_PERSON}) as orders,
      arraySlice(arraySort(groupUniqArrayIf((${at}, ${campaign}), ${viewed} and ${at} >= b.first_order - ${WINDOW_S} and ${at} <= b.last_order)), -${MAX_OF_PERSON}) as touches
    from events e ${joined(period)} ${OVERRIDDEN} join buyers b on b.person = ${PERSON}
    where e.team_id = 1 and ((${ordered}) or (${viewed}))
    group by person having notEmpty(orders)),
  paths as (
    select person, order_no, orders[order_no].1 as ordered_at, orders[order_no].2 as revenue,
      arrayFilter(t -> t.1 <= ordered_at and t.1 >= ordered_at - ${WINDOW_S}, touches) as path, length(path) as n,
      arrayMap(t -> exp2(-(ordered_at - t.1) / ${HALF_LIFE_S}), path) as decay, arraySum(decay) as all_decay
    from people array join arrayEnumerate(orders) as order_no),
  credit as (
    select person, order_no, revenue, path[k].2 as campaign,
      if(k = 1, 1., 0.) as first, if(k = n, 1., 0.) as last, 1. / n as linear, decay[k] / all_decay as time_decay,
      multiIf(n = 1, 1., n = 2, 0.5, k = 1 or k = n, 0.4, 0.2 / (n - 2)) as position
    from paths array join arrayEnumerate(path) as k),
  by_order as (
    select campaign, person, order_no, any(revenue) as value, sum(first) as first, sum(last) as last, sum(linear) as linear, sum(time_decay) as time_decay, sum(position) as position
    from credit group by campaign, person, order_no)
  select campaign, count() as influenced, sum(value) as influenced_value,
    sum(first) as first_n, sum(value * first) as first_value, sum(last) as last_n, sum(value * last) as last_value,
    sum(linear) as linear_n, sum(value * linear) as linear_value, sum(time_decay) as decay_n, sum(value * time_decay) as decay_value,
    sum(position) as position_n, sum(value * position) as position_value
  from by_order group by campaign order by influenced desc`;
}

/** Starts the engine with the world in it. It is loaded once and kept. @returns null where the engine is not installed. */
export async function openPostHogShape(
  folder: string,
  world_file: string,
  touchpoints: number,
): Promise<PeerStore | null> {
  if (!hasClickHouse()) return null;
  const home = join(folder, `peer-posthog-${touchpoints}`);
  if (!existsSync(home)) {
    const part = `${home}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    const server = await startClickHouse(join(part, 'server'));
    try {
      const ms = await timed(() => load(server, world_file, join(part, 'load.parquet')));
      show("PostHog's shape: loaded and merged", `${(ms / 1_000).toFixed(0)} s`);
    } finally {
      await server.stop();
    }
    renameSync(part, home);
  }
  const server = await startClickHouse(join(home, 'server'));
  return {
    program: 'PostHog',
    differs: [
      'one dimension at a time (here the campaign), without journeys; ours has emails and journeys in the same answer',
      'credit is in floating point, so the credits of an order need not add up to its cents',
      'times are cut to seconds; touches of one second are ordered by their campaign, and equal ones count once',
      'persons are joined by overrides, one person for an id at all times; a report of an earlier state is not possible',
      'no refunds; no currencies; the value of orders without a touch is not given',
      `at most ${MAX_OF_PERSON} touches and orders of a person`,
    ],
    peers: [peer(server, 'events'), peer(server, 'sessions')],
    stop: () => server.stop(),
  };
}

function peer(server: BenchServer, touches: Touches): Peer {
  return {
    name: `PostHog's shape, ClickHouse, touches are ${touches}`,
    models: 5,
    ask: async (period): Promise<PeerAnswer> => {
      const rows = await server.query(question(touches, period), SETTINGS);
      return { rows: rows.length, last_touch_revenue: rows.reduce((sum, row) => sum + Number(row['last_value']), 0) };
    },
  };
}

async function load(server: BenchServer, world_file: string, file: string): Promise<void> {
  const settings = { ...SETTINGS, max_execution_time: '3600', max_partitions_per_insert_block: '1000' };
  const run = (sql: string): Promise<unknown> => server.query(sql, settings);
  const write = (rows: string): Promise<void> =>
    readWorld(world_file, async (world) => void (await world.run(`copy (${rows}) to '${file}' (format parquet)`)));
  for (const table of TABLES) await run(table);
  await write(EVENTS);
  await run(
    `insert into events select toUUID(uuid), event, properties, occurred_at, 1, visitor, toUUID(person_id), toUUID(uuid), campaign from file('${file}', Parquet)`,
  );
  await write(OVERRIDES);
  await run(`insert into person_overrides select 1, visitor, toUUID(person_id), 1 from file('${file}', Parquet)`);
  rmSync(file);
  await run(`insert into raw_sessions select team_id, timestamp, session_id, min(timestamp), argMinState(campaign, timestamp)
    from events where event = '$pageview' group by team_id, timestamp, session_id`);
  for (const table of ['events', 'raw_sessions', 'person_overrides']) await run(`optimize table ${table} final`);
}
