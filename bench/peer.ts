/** A store and a query that are shaped like those of another program, loaded with the orders and touches of a bench world. */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export interface Period {
  /** Days; the end is not part of the period. */
  start: string;
  end: string;
}

/** What a peer answered. Its rows are campaigns. */
export interface PeerAnswer {
  rows: number;
  /** The revenue that is credited to campaigns and to no campaign under last touch. */
  last_touch_revenue: number;
}

export interface Peer {
  name: string;
  /** The models that one question answers. */
  models: number;
  ask(period: Period): Promise<PeerAnswer>;
}

/** A store of a world in the shape of one program. */
export interface PeerStore {
  program: string;
  /** What its figures do not say, or say in another way, beside ours. */
  differs: readonly string[];
  /** Ways to ask it. */
  peers: readonly Peer[];
  stop(): Promise<void>;
}

/** A peer takes at most this long for an answer. */
export const PEER_TIMEOUT_MS = 120_000;

/** The touches that the peers store: those of people, because they drop machines when they collect. */
export const PEER_TOUCHES = `
  select touchpoint_id as id, coalesce(customer_id, anonymous_id) as visitor, occurred_at, channel, campaign_id, email_id, url
  from touchpoints where verdict not in ('machine', 'bot')`;

export const PEER_ORDERS = `
  select conversion_id as id, customer_id as visitor, occurred_at, conversion_value_micros as micros, currency from conversions`;

/** Runs work on the file of a world without changing it. */
export async function readWorld(path: string, work: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
  const instance = await DuckDBInstance.create(path, { access_mode: 'READ_ONLY', memory_limit: '4GB' });
  const connection = await instance.connect();
  try {
    await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
