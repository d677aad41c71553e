/** A server with one source of a provider, and what a delivery of it became. */
import { expect } from 'vitest';
import { ADMIN, type Answer, type Body, startServer, type TestServer } from '../server/harness.ts';
import { clock } from './clock.ts';

export interface SourceServer extends TestServer {
  /** Posts bytes as the provider does. */
  deliver(body: string | Buffer, headers?: Record<string, string>, path?: string): Promise<Answer>;
  /** All rows of a table that deliveries made, without what differs by run; undefined cells are left out. */
  rows(table: 'touchpoints' | 'email_events' | 'conversions' | 'adjustments' | 'identity_links'): Promise<Body[]>;
  status(): Promise<Body>;
}

/** @param source the entry of `sources` in the configuration, whose id is `hook`. */
export async function startSource(
  source: Record<string, unknown>,
  config: Record<string, unknown> = {},
): Promise<SourceServer> {
  const server = await startServer({ config: { ...config, sources: { hook: source } }, clock });
  return {
    ...server,
    deliver: (body, headers = {}, path = '/v1/sources/hook') =>
      server.call('POST', path, { headers: { 'content-type': 'application/json', ...headers }, payload: body }),
    rows: async (table) => {
      await server.flush();
      const found = await server.tributary.warehouse.read((snapshot) =>
        snapshot.query(`select * from ${table} order by log_seq`),
      );
      return found.map((row) =>
        Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null && !LOG_COLUMNS.has(name))),
      );
    },
    status: async () => {
      const { status, body } = await server.get('/v1/sources', ADMIN);
      expect(status).toBe(200);
      return body.sources[0];
    },
  };
}

const LOG_COLUMNS = new Set(['received_at', 'loaded_at', 'collector_id', 'log_seq', 'content_hash', 'subject_key']);
