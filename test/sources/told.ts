/** What a delivery became, in short: what a reader compares with the documentation of a provider. */
import type { Body } from '../server/harness.ts';
import type { SourceServer } from './harness.ts';

/** By the provider's name of each event: its type here, with the kind of a bounce. */
export async function emailEventsOf(server: SourceServer): Promise<Record<string, string>> {
  return Object.fromEntries(
    (await server.rows('email_events')).map(({ provider_event, event_type, bounce_kind }) => [
      provider_event,
      bounce_kind === undefined ? event_type : `${event_type} ${bounce_kind}`,
    ]),
  );
}

/** Type and verdict of each touchpoint, in their order. */
export async function touchesOf(server: SourceServer): Promise<string[]> {
  const rows = await server.rows('touchpoints');
  return rows.map(({ touchpoint_type, verdict }) => `${touchpoint_type} ${verdict}`);
}

/** All records that a server holds of its source; times are UTC milliseconds. */
export async function recordsOf(server: SourceServer): Promise<Body[]> {
  return [...(await withTimes(server, 'email_events')), ...(await withTimes(server, 'touchpoints'))];
}

async function withTimes(server: SourceServer, table: 'email_events' | 'touchpoints'): Promise<Body[]> {
  const rows = await server.rows(table);
  const times = await server.tributary.warehouse.read((snapshot) =>
    snapshot.query(`select epoch_ms(occurred_at) as at_ms from ${table} order by log_seq`),
  );
  return rows.map((row, i) => ({ ...row, occurred_at: Number(times[i]!['at_ms']) }));
}
