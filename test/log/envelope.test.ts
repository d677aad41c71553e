/** An envelope of several kinds is one line of the spool; lines of earlier formats are read, and those of later ones refused. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { enrichTouchpoint } from '../../src/enrichment/enrich.ts';
import type { Enrich } from '../../src/log/batch.ts';
import { decodeEntry, encodeEntry, encodeLines, segmentName } from '../../src/log/segment.ts';
import type { Warehouse } from '../../src/warehouse/port.ts';
import { ALL_BRANDS, ENRICHMENT, sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { accept, loaded, openCollector, openWarehouse, records, wayward } from './setup.ts';

const occurred_at = '2026-05-01T00:00:00Z';
const order = {
  conversion_id: 'o1',
  customer_id: 'c',
  conversion_type: 'purchase',
  conversion_value: '90',
  occurred_at,
};
const refund = { adjustment_id: 'r1', order_id: 'x', amount: '-10', currency: 'USD', occurred_at };
const link = { link_id: 'l1', left_id: 'a', right_id: 'c', occurred_at };

const enrich: Enrich = (record, item) => (record === 'touchpoints' ? { ...enrichTouchpoint(item, ENRICHMENT) } : {});

const lines = (folder: string): string[] =>
  readdirSync(join(folder, 'spool'))
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(folder, 'spool', name), 'utf8')
        .split('\n')
        .filter(Boolean),
    );

describe('an envelope', () => {
  test('of several kinds is one line, at consecutive positions; what is refused is named by its index', async () => {
    const warehouse = wayward(await openWarehouse());
    const folder = temporaryFolder();
    const collector = await openCollector(folder, warehouse);
    await accept(collector, sent('before'));
    warehouse.away = true;
    const answer = await collector.accept(
      {
        source: 'shop',
        drafts: [
          { record: 'conversions', input: order },
          { record: 'adjustments', input: { ...refund, amount: 'ten' } },
          { record: 'adjustments', input: refund },
          { record: 'identity_links', input: link },
          { record: 'conversions', input: { ...order, conversion_id: 'o2' } },
        ],
      },
      ALL_BRANDS,
    );
    expect(answer).toMatchObject({
      accepted: 4,
      ids: ['o1', 'r1', 'l1', 'o2'],
      rejected: [{ index: 1, field: 'amount' }],
    });
    expect(decodeEntry(lines(folder).at(-1)!)).toMatchObject({
      log_seq: 2,
      items: ['conversions', 'adjustments', 'identity_links', 'conversions'].map((record) => ({ record })),
    });
    await collector.close(false);
    warehouse.away = false;
    const next = await openCollector(folder, warehouse);
    await next.flush();
    const positions = await warehouse.read((s) =>
      s.query(`select u.id as id, u.log_seq as log_seq from (
        select conversion_id as id, log_seq from conversions union all select adjustment_id as id, log_seq from adjustments
        union all select link_id as id, log_seq from identity_links) u order by u.log_seq`),
    );
    expect(positions).toEqual([
      { id: 'o1', log_seq: 2n },
      { id: 'r1', log_seq: 3n },
      { id: 'l1', log_seq: 4n },
      { id: 'o2', log_seq: 5n },
    ]);
    await next.close();
    await warehouse.close();
  });

  test('of nothing, or of nothing acceptable, writes nothing', async () => {
    const warehouse = await openWarehouse();
    const folder = temporaryFolder();
    const collector = await openCollector(folder, warehouse);
    expect(await collector.accept({ source: 'shop', drafts: [] }, ALL_BRANDS)).toEqual({
      accepted: 0,
      ids: [],
      rejected: [],
    });
    const refused = { source: 'shop', drafts: [{ record: 'spend' as const, input: 7 }] };
    expect(await collector.accept(refused, ALL_BRANDS)).toMatchObject({ accepted: 0, rejected: [{ index: 0 }] });
    expect(lines(folder)).toEqual([]);
    await collector.close();
    await warehouse.close();
  });

  test('is loaded whole or not at all: of a line that was cut off nothing is loaded', async () => {
    const warehouse = wayward(await openWarehouse());
    const folder = temporaryFolder();
    const collector = await openCollector(folder, warehouse);
    warehouse.away = true;
    await accept(collector, sent('whole'));
    const drafts = [
      { record: 'conversions' as const, input: order },
      { record: 'identity_links' as const, input: link },
    ];
    await collector.accept({ source: 'shop', drafts }, ALL_BRANDS);
    await collector.close(false);
    const path = join(folder, 'spool', segmentName(1));
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 5));
    warehouse.away = false;
    const next = await openCollector(folder, warehouse);
    await next.flush();
    expect(await loaded(warehouse)).toEqual(['whole']);
    expect(await loaded(warehouse, 'conversions', 'conversion_id')).toEqual([]);
    await next.close();
    await warehouse.close();
  });
});

test('a line holds its kinds as runs, and its source', () => {
  const head = { source: 'api', privacy: 'truncated/1', received_at: 5 };
  const [line] = encodeLines([encodeEntry(head, 7, records('a', 'b'))])
    .bytes.toString()
    .split('\n');
  expect(line!.slice(9)).toBe(
    `{"v":2,"s":7,"r":5,"o":"api","p":"truncated/1","k":["email_events",2],"h":"${records('a', 'b')
      .map(({ content_hash }) => content_hash)
      .join('')}","i":[{"brand_id":"default","event_id":"a"},{"brand_id":"default","event_id":"b"}]}`,
  );
});

/** Two lines as the first format wrote them, byte for byte: a touchpoint with an address and a personal id, and email events. */
const OLD_LINES = [
  '7e49f442 {"n":"touchpoints","s":1,"r":1780272000000,"i":[{"brand_id":"default","touchpoint_id":"old","customer_id":"c","touchpoint_type":"website_visit","occurred_at":1777593600000,"url":"https://shop.example/?mc_eid=PERSONALSUB123","ip_address":"203.0.113.77"}]}',
  '4e853009 {"n":"email_events","s":2,"r":1780272000000,"i":[{"brand_id":"default","event_id":"e1","event_type":"sent","customer_id":"c","occurred_at":1777593600000},{"brand_id":"default","event_id":"e2","event_type":"sent","customer_id":"c","occurred_at":1777593600000}]}',
];

async function opened(content: string): Promise<{ folder: string; warehouse: Warehouse }> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'spool'), { recursive: true });
  writeFileSync(join(folder, 'spool', segmentName(1)), content);
  return { folder, warehouse: await openWarehouse() };
}

describe('a spool of the first format', () => {
  test('is loaded, its private values are removed as it is read, and an event that is sent again counts once', async () => {
    const { folder, warehouse } = await opened(`${OLD_LINES.join('\n')}\n`);
    const collector = await openCollector(folder, warehouse, { enrich });
    await collector.flush();
    expect(await loaded(warehouse)).toEqual(['e1', 'e2']);
    const touch = {
      touchpoint_id: 'old',
      customer_id: 'c',
      touchpoint_type: 'website_visit',
      occurred_at: '2026-05-01T00:00:00Z',
      url: 'https://shop.example/?mc_eid=PERSONALSUB123',
      ip_address: '203.0.113.77',
    };
    await accept(collector, touch, 'touchpoints');
    await accept(collector, sent('e1'));
    await accept(collector, sent('e3'));
    await collector.flush();
    expect(collector.health().loader).toMatchObject({ duplicates: 2, conflicts: 0 });
    const rows = await warehouse.read((s) => s.query('select ip_address, url from touchpoints'));
    expect(rows).toEqual([{ ip_address: '203.0.113.0', url: expect.stringMatching(/\?mc_eid=sha256:[0-9a-f]{16}$/) }]);
    expect(await loaded(warehouse)).toEqual(['e1', 'e2', 'e3']);
    await collector.close();
    await warehouse.close();
  });
});

describe('a line that a newer program wrote', () => {
  const checked = (json: string): string => `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`;
  const [email_events] = OLD_LINES.slice(1);
  const unknown: Array<[string, string]> = [
    ['in a later format', '{"v":3,"s":4,"x":"what that means is not known yet"}'],
    [
      'with a kind of record that is not known',
      '{"v":2,"s":4,"r":1,"o":"api","p":"full/1","k":["prophecies",1],"h":"0000000000000000","i":[{}]}',
    ],
  ];
  for (const [what, json] of unknown) {
    test(`(${what}) is no damage: the program refuses to start, and the file stays as it is`, async () => {
      const content = `${email_events}\n${checked(json)}`;
      const { folder, warehouse } = await opened(content);
      await expect(openCollector(folder, warehouse)).rejects.toMatchObject({
        code: 'spool_unreadable',
        message: expect.stringMatching(/log position 4, which this version of Tributary cannot read; nothing is lost/),
      });
      expect(readFileSync(join(folder, 'spool', segmentName(1)), 'utf8')).toBe(content);
      await warehouse.close();
    });

    test(`(${what}) in an earlier segment stops loading before it, and says so`, async () => {
      const { folder, warehouse } = await opened(`${email_events}\n${checked(json)}`);
      writeFileSync(join(folder, 'spool', segmentName(5)), '');
      const collector = await openCollector(folder, warehouse);
      await accept(collector, sent('later'));
      await expect(collector.flush(200)).rejects.toMatchObject({ code: 'timeout' });
      await expect
        .poll(() => collector.health().loader)
        .toMatchObject({
          last_error: expect.stringContaining('start the newer version that wrote it'),
          quarantined_segments: 0,
        });
      await collector.close(false);
      expect(readdirSync(join(folder, 'spool')).sort()).toEqual([segmentName(1), segmentName(5)]);
      await warehouse.close();
    });
  }
});
