/** Exports of analytics: Google Analytics 4, Segment, Snowplow. The numbers are added up by hand from the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { EXPORTS, Folder } from './exports.ts';

const folder = await Folder.open();

test('Google Analytics: nested events, an order that was sent twice, orders without a number, and a refund', async () => {
  await folder.euro('ga4', '1.10');
  const numbers = async (): Promise<void> => {
    // T1 of 100 counts once, less 30. The orders that are called (not set) are two: 20.50 EUR after an ad, and 10 after nothing.
    const march = { email: '70.00', paid_search: '22.55', direct: '10.00', net: '102.55' };
    expect(await folder.earned('ga4')).toEqual(march);
  };
  const imported = await folder.twice('ga4', 'ga4_events.ndjson', numbers);
  expect(imported).toMatchObject({
    exit_code: 0,
    rows_read: 10,
    left_out: 2,
    accepted_by_record: { touchpoints: 3, conversions: 4, adjustments: 1 },
    in_conflict: 0,
  });
  // The same events from another format of BigQuery have the same ids.
  const parquet = await folder.twice('ga4', await asParquet('ga4_events'), numbers);
  expect(parquet).toMatchObject({ exit_code: 0, rows_read: 10, accepted: 8, in_conflict: 0 });
});

test('Google Analytics in flat columns', async () => {
  const imported = await folder.twice('flat', 'ga4_events-flat.csv', async () => {
    expect(await folder.earned('flat')).toEqual({ email: '1000.00', net: '1000.00' });
  });
  const accepted_by_record = { touchpoints: 1, conversions: 1, adjustments: 1 };
  expect(imported).toMatchObject({ exit_code: 0, left_out: 1, accepted_by_record });
});

async function asParquet(name: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const path = folder.write(`${name}.parquet`, '');
  await connection.run(`copy (from read_json('${join(EXPORTS, name)}.ndjson')) to '${path}' (format parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

test('Segment: pages, logins, orders and refunds of its tables, at the times that it corrected', async () => {
  await folder.euro('segment', '1.10');
  for (const file of ['segment_identifies.csv', 'segment_events.csv', 'segment_events-refunded.csv'])
    expect(await folder.import('segment', file)).toMatchObject({ exit_code: 0 });
  const pages = await folder.twice('segment', 'segment_pages.csv', async () => {
    // 59.90 EUR less 9.90 belong to the newsletter, as its visitor logged in later. The other order has no total: its revenue is 20.
    const march = { email: '55.00', organic_search: '20.00', net: '75.00' };
    expect(await folder.earned('segment')).toEqual(march);
  });
  expect(pages).toMatchObject({ exit_code: 0, accepted_by_record: { touchpoints: 2 } });
  await folder.twice('segment', 'segment_events-opened.csv', async () => {
    expect(await folder.campaign('segment', 'Spring')).toMatchObject({ opens: 1, clicks: 0 });
  });
  for (const file of ['segment_identifies.csv', 'segment_events.csv', 'segment_events-refunded.csv'])
    expect(await folder.import('segment', file)).toMatchObject({ exit_code: 0, in_conflict: 0 });
  expect(await folder.earned('segment')).toMatchObject({ net: '75.00' });
  const tracks = readFileSync(join(EXPORTS, 'segment_events.csv'), 'utf8').replace(',order_id,', ',other,');
  await expect(folder.import('segment', folder.write('segment_events-tracks.csv', tracks))).rejects.toThrow(
    'is a table of Segment without the properties of its events',
  );
});

test('Snowplow: a page that arrived after its order, the visit of a bot, and the lines of an order', async () => {
  await folder.euro('snowplow', '1.10');
  const imported = await folder.twice('snowplow', 'snowplow_events.tsv', async () => {
    expect(await folder.earned('snowplow')).toEqual({ email: '80.00', machine_only: '16.50', net: '96.50' });
  });
  const accepted_by_record = { touchpoints: 2, conversions: 2 };
  expect(imported).toMatchObject({ exit_code: 0, rows_read: 6, left_out: 2, accepted_by_record });
});

test('Snowplow: orders of its ecommerce plugin, in columns that hold JSON', async () => {
  const schema = 'com_snowplowanalytics_snowplow_ecommerce';
  const rows = [
    { type: 'transaction', value: '42.40' },
    { type: 'add_to_cart', value: '42.40' },
  ].map(({ type, value }, i) => ({
    event_id: `e${i}`,
    event: 'unstruct',
    collector_tstamp: '2026-03-02 10:00:00.000',
    derived_tstamp: null,
    domain_userid: 'd1',
    domain_sessionidx: 1,
    [`unstruct_event_${schema}_snowplow_ecommerce_action_1`]: { type },
    [`contexts_${schema}_transaction_1`]: [{ transaction_id: 'O9', revenue: value, currency: 'USD' }],
  }));
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const imported = await folder.import('plugin', folder.write('snowplow_events.ndjson', text));
  expect(imported).toMatchObject({ exit_code: 0, left_out: 1, accepted_by_record: { conversions: 1 } });
  expect(await folder.earned('plugin')).toEqual({ no_touch: '42.40', net: '42.40' });
});
