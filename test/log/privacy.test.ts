/** With addresses cut or left out, and always for ids of one subscriber: nothing in the data folder holds what was sent. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type EnrichOptions, enrichTouchpoint } from '../../src/enrichment/enrich.ts';
import type { IpStorage } from '../../src/enrichment/ip.ts';
import type { Enrich } from '../../src/log/batch.ts';
import { segmentName } from '../../src/log/segment.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { ENRICHMENT } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesWith, told } from '../support/kept-texts.ts';
import { accept, openCollector, wayward } from './setup.ts';

const optionsOf = (ip_storage: IpStorage): EnrichOptions => ({
  ...ENRICHMENT,
  ip_storage,
  geo: (ip) => (ip === '203.0.113.77' ? { country: 'GB', region: null, city: 'London' } : null),
});

/** As in production, but for one id that is given a value that does not fit. */
const enrichBy =
  (options: EnrichOptions): Enrich =>
  (record, item) =>
    record === 'touchpoints'
      ? { ...enrichTouchpoint(item, options), ...(item['touchpoint_id'] === 'bad' ? { verdict: 7 } : {}) }
      : {};

const SPELLINGS = ['203.0.113.77', '203%2E0%2E113%2E77', 'cb00:714d', 'CB00:714D'];
const IDS = ['PERSONALSUB', 'jane.doe@example.com', 'jane.doe%40example.com'];

const ADDRESSES = ['203.0.113.77', '::ffff:203.0.113.77', '2002:cb00:714d::1', '::FFFF:CB00:714D', 'not 203.0.113.77'];
const touch = (touchpoint_id: string, ip_address: string, more: object = {}) => ({
  touchpoint_id,
  customer_id: 'c',
  touchpoint_type: 'website_visit',
  occurred_at: '2026-05-01T00:00:00Z',
  ip_address,
  url: 'https://shop.example/?mc_eid=PERSONALSUB1&x=1#_kx=PERSONALSUB2',
  referrer: 'https://l.example/?u=https%3A%2F%2Fshop.example%2F%3Fvero_id%3Djane.doe%2540example.com',
  utm_content: 'mc_eid=PERSONALSUB3',
  click_ids: { mc_eid: 'PERSONALSUB4', vero_id: 'jane.doe@example.com' },
  ...more,
});
const order = {
  conversion_id: 'o',
  customer_id: 'c',
  conversion_type: 'purchase',
  conversion_value: '9',
  occurred_at: '2026-05-01T00:00:00Z',
  conversion_page: 'https://shop.example/thanks?vero_id=jane.doe@example.com',
};

/** Every touch once, again, and with other content; and one that becomes a dead letter. */
const EVENTS = [
  ...ADDRESSES.flatMap((address, i) => [touch(`t${i}`, address), touch(`t${i}`, address, { campaign_id: 'other' })]),
  touch('t0', ADDRESSES[0]!),
  touch('bad', ADDRESSES[0]!),
];

describe.each(['none', 'truncated', 'full'] as const)('with addresses stored as %s', (ip_storage) => {
  const secrets = ip_storage === 'full' ? IDS : [...SPELLINGS, ...IDS];
  const options = optionsOf(ip_storage);
  const setup = { privacy: options, enrich: enrichBy(options) };

  test('no file, table, conflict, dead letter, backup or log line holds an address or an id that must not be kept', async () => {
    const folder = temporaryFolder();
    const inner = await DuckDBWarehouse.open({ path: join(folder, 'warehouse.duckdb') });
    const warehouse = wayward(inner);
    const lines: string[] = [];
    const onError = (error: unknown, what: string) => lines.push(`${what}: ${error}`);
    const collector = await openCollector(folder, warehouse, { ...setup, onError });
    warehouse.away = true;
    await accept(collector, EVENTS, 'touchpoints');
    await accept(collector, [order, { ...order, order_id: 'other' }], 'conversions');
    expect(filesWith(folder, secrets)).toEqual([]);
    if (ip_storage === 'full') expect(filesWith(folder, SPELLINGS)).not.toEqual([]);
    warehouse.away = false;
    await collector.flush();
    const { dead_letters, conflicts, duplicates } = collector.health().loader;
    expect({ dead_letters, conflicts, duplicates }).toEqual({ dead_letters: 1, conflicts: 6, duplicates: 1 });
    expect(await collector.replayDeadLetters()).toBe(1);
    await collector.flush();
    expect(filesWith(folder, secrets)).toEqual([]);
    const all = await told(inner);
    expect(secrets.filter((text) => all.includes(text))).toEqual([]);
    await inner.backup(join(folder, 'backup'));
    await collector.close();
    await inner.close();
    expect(filesWith(folder, secrets)).toEqual([]);
    expect(secrets.filter((text) => lines.join().includes(text))).toEqual([]);
    expect(lines.join()).toContain('touchpoints.verdict: 7 is not text');
  });

  test('the tables hold what the setting says, and the place of the whole address', async () => {
    const folder = temporaryFolder();
    const warehouse = await DuckDBWarehouse.open({ path: ':memory:' });
    const collector = await openCollector(folder, warehouse, setup);
    await accept(collector, EVENTS, 'touchpoints');
    await collector.flush();
    const rows = await warehouse.read((s) =>
      s.query('select touchpoint_id as id, ip_address, country from touchpoints order by log_seq'),
    );
    const stored = {
      none: [null, null, null, null, null],
      truncated: ['203.0.113.0', '203.0.113.0', '2002:cb00:7100::', '203.0.113.0', null],
      full: ['203.0.113.77', '203.0.113.77', '2002:cb00:714d::1', '203.0.113.77', null],
    }[ip_storage];
    const countries = ['GB', 'GB', null, 'GB', null];
    expect(rows).toEqual(ADDRESSES.map((_, i) => ({ id: `t${i}`, ip_address: stored[i]!, country: countries[i]! })));
    await collector.close();
    await warehouse.close();
  });

  test('records of other settings, and of the first format, are cleaned before they are loaded', async () => {
    const folder = temporaryFolder();
    const inner = await DuckDBWarehouse.open({ path: ':memory:' });
    const warehouse = wayward(inner);
    const full = optionsOf('full');
    const first = await openCollector(folder, warehouse, { privacy: full, enrich: enrichBy(full) });
    warehouse.away = true;
    await accept(first, EVENTS, 'touchpoints');
    await first.close(false);
    warehouse.away = false;
    const next = await openCollector(folder, warehouse, setup);
    await next.flush();
    const all = await told(inner);
    expect(secrets.filter((text) => all.includes(text))).toEqual([]);
    expect(all).toContain('"country":"GB"');
    await next.close();
    expect(filesWith(folder, secrets)).toEqual([]);
    await inner.close();
  });
});

test.skipIf(process.platform === 'win32')(
  'only the owner can read the spool, also that of an earlier version',
  async () => {
    const folder = temporaryFolder();
    const spool = join(folder, 'spool');
    mkdirSync(spool, { recursive: true, mode: 0o755 });
    writeFileSync(join(spool, segmentName(1)), '', { mode: 0o644 });
    const warehouse = await DuckDBWarehouse.open({ path: ':memory:' });
    const collector = await openCollector(folder, warehouse, { limits: { segment_bytes: 1 } });
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(mode(spool)).toBe('700');
    expect(existsSync(join(spool, segmentName(1))) && mode(join(spool, segmentName(1)))).toBe('600');
    await accept(collector, order, 'conversions');
    for (const name of readdirSync(spool)) expect(mode(join(spool, name))).toBe('600');
    await collector.close();
    for (const name of readdirSync(spool)) expect(mode(join(spool, name))).toBe('600');
    await warehouse.close();
  },
);
