import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { type OpenOptions, type OpenTributary, openTributary } from '../../src/tributary.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok } from './harness.ts';

const root = temporaryFolder();
let made = 0;

function file(name: string, text: string): string {
  const path = join(root, `${made++}-${name}`);
  writeFileSync(path, text);
  return path;
}

const newData = (): string => join(root, `data-${made++}`);
const PERIOD = ['--start', '2026-03-01', '--end', '2026-04-01'];

async function rows(data: string): Promise<Record<string, number>> {
  const { warehouse } = (await json(['doctor', '--data', data])) as unknown as {
    warehouse: { tables: { table: string; rows: number }[] };
  };
  return Object.fromEntries(warehouse.tables.map(({ table, rows: n }) => [table, n]));
}

const LOG = `who,time,interaction,value,channel
a,2026-03-01T10:00:00Z,impression,0,Display
a,2026-03-01T12:00:00Z,conversion,12.50,Search
b,2026-03-02T10:00:00Z,impression,0,Display
b,2026-03-02T12:00:00Z,conversion,7.50,"Search, paid"
`;

describe('import from csv', () => {
  it('makes touches of every row and orders of some rows of one log, and they reconcile', async () => {
    const data = newData();
    const log = file('log.csv', LOG);
    const map = ['--map', 'customer_id=who', '--map', 'occurred_at=time'];
    const touches = await cli([
      'import',
      'touchpoints',
      log,
      ...map,
      '--set',
      'touchpoint_type=ad_impression',
      '--data',
      data,
    ]);
    expect(touches).toMatchObject({
      code: 0,
      err: 'ignored, no such field in touchpoints: interaction, value\n',
    });
    expect(touches.out).toMatch(/accepted\s+4/);
    const orders = await cli([
      ...['import', 'conversions', log, ...map, '--map', 'conversion_value=value', '--where', 'interaction=conversion'],
      ...['--set', 'conversion_type=purchase', '--set', 'currency=USD', '--data', data],
    ]);
    expect(orders.code).toBe(0);
    expect(orders.out).toMatch(/left out by --where\s+2\n\s+accepted\s+2/);
    const report = await json([
      'report',
      'attribution',
      ...PERIOD,
      '--models',
      'first_touch,last_touch,linear',
      '--group-by',
      'channel',
      '--data',
      data,
    ]);
    const models = report['models'] as unknown as Record<
      string,
      { reconciliation: object; channel_attribution: { channel: string; attributed_revenue: string }[] }
    >;
    for (const { reconciliation } of Object.values(models))
      expect(reconciliation).toMatchObject({ net_revenue_micros: '20000000', attributed_micros: '20000000' });
    expect(models['last_touch']!.channel_attribution.map((row) => [row.channel, row.attributed_revenue])).toEqual([
      ['Search', '12.500000'],
      ['Search, paid', '7.500000'],
      ['Display', '0.000000'],
    ]);
  });

  it('tells refused rows by the line they begin on, writes them beside the file, and takes the others', async () => {
    const data = newData();
    const path = file(
      'orders.csv',
      'customer_id,conversion_type,conversion_value,currency,occurred_at,category\r\n' +
        'a,purchase,10,USD,2026-03-01T10:00:00Z,"two\r\nlines"\r\n' +
        'b,purchase,0.001,USD,2026-03-01T10:00:00Z,\r\n' +
        '\r\n' +
        'c,purchase,10,USD,2026-03-01T10:00:00,\r\n' +
        'd,purchase,10\r\n' +
        'e,purchase,10,USD,2026-03-01T10:00:00Z,\r\n',
    );
    const { code, out, err } = await cli(['import', 'conversions', path, '--data', data]);
    expect(code).toBe(3);
    expect(out).toMatch(/accepted\s+2\n\s+refused\s+3/);
    expect(err).toContain('line 4: conversion_value: "0.001" has 3 decimals');
    expect(err).toContain('line 6: occurred_at: "2026-03-01T10:00:00" has no zone');
    expect(err).toContain('line 7: has 3 cells where the header has 6');
    expect(readFileSync(`${path}.rejected.csv`, 'utf8').split('\n').slice(0, 4)).toEqual([
      'rejected_line,rejected_reason,customer_id,conversion_type,conversion_value,currency,occurred_at,category',
      expect.stringMatching(
        /^4,"conversion_value: ""0.001"" has 3 decimals.*",b,purchase,0.001,USD,2026-03-01T10:00:00Z,$/,
      ),
      expect.stringMatching(/^6,.*has no zone.*,c,purchase,10,USD,2026-03-01T10:00:00,$/),
      expect.stringMatching(/^7,.*,d,purchase,10$/),
    ]);
    expect((await cli(['import', 'conversions', file('bad.csv', 'customer_id\nx\n'), '--data', data])).code).toBe(1);
  });

  it('keeps numbers of many digits as they are written, also inside objects', async () => {
    const base =
      '"customer_id":"c","conversion_type":"purchase","conversion_value":10,"occurred_at":"2026-03-01T10:00:00Z"';
    const line = (rest: string) => `{${base},${rest}}\n`;
    const path = file(
      'orders.ndjson',
      line('"order_id":820982911946154508') +
        line('"order_id":820982911946154509') +
        line(
          '"order_id":"a","custom_properties":{"ids":[820982911946154508],"share":0.1234567890123456789,"far":1e400}',
        ) +
        line('"order_id":"b","unused":{"id":820982911946154508}'),
    );
    const csv = file(
      'orders.csv',
      'customer_id,conversion_type,conversion_value,occurred_at,order_id,custom_properties\n' +
        'c,purchase,10,2026-03-01T10:00:00Z,e,"{""id"":820982911946154508}"\n',
    );
    const data = newData();
    expect((await cli(['import', 'conversions', path, '--data', data])).code).toBe(0);
    expect((await cli(['import', 'conversions', csv, '--data', data])).code).toBe(0);
    const report = await json(['report', 'attribution', ...PERIOD, '--data', data]);
    expect(report['reconciliation']).toMatchObject({ net_revenue_micros: '50000000' });
    const exported = join(root, 'exact.ndjson');
    await ok(['export', 'conversions', '--out', exported, '--data', data]);
    const out = readFileSync(exported, 'utf8');
    for (const kept of [
      '820982911946154509',
      '{"far":"1e400","ids":["820982911946154508"],"share":"0.1234567890123456789"}',
    ])
      expect(out).toContain(kept);
    expect(out).toContain('{"id":"820982911946154508"}');
  });

  it('says which values it changed, and refuses placeholders and halves of characters, in a dry run too', async () => {
    const touch = (rest: string) =>
      `{"touchpoint_type":"page_view","occurred_at":"2026-03-01T10:00:00Z","customer_id":"c",${rest}}\n`;
    const path = file(
      'touches.ndjson',
      touch(`"user_agent":"${'x'.repeat(3_000)}"`) +
        touch(`"user_agent":"${'x'.repeat(2_000)}"`) +
        touch('"ip_address":"unknown, 203.0.113.9"') +
        touch('"ip_address":"hidden"') +
        touch('"device_type":"smartphone"') +
        touch('"anonymous_id":"undefined"') +
        touch('"custom_attributes":{"a":["\\ud83d"]}'),
    );
    const data = newData();
    for (const options of [['--dry-run'], []]) {
      const { code, out } = await cli(['import', 'touchpoints', path, '--json', ...options, '--data', data]);
      const report = JSON.parse(out);
      expect(code).toBe(3);
      expect(report).toMatchObject({ accepted: 5, refused: 2 });
      expect(report.warnings).toMatchObject([
        { kind: 'changed', field: 'user_agent', rows: 2, first_lines: [1, 2] },
        { kind: 'changed', field: 'ip_address', rows: 1, first_lines: [4] },
        { kind: 'changed', field: 'device_type', rows: 1, first_lines: [5] },
      ]);
      expect(report.refused_by_reason).toMatchObject([
        { field: 'anonymous_id', first_lines: [6] },
        { field: 'custom_attributes.a.0', first_lines: [7] },
      ]);
    }
  });

  it('counts two equal rows once, and says so', async () => {
    const path = file(
      'twice.csv',
      'customer_id,touchpoint_type,occurred_at\n' + 'a,email_click,2026-03-01T10:00:00Z\n'.repeat(3),
    );
    const data = newData();
    expect(await ok(['import', 'touchpoints', path, '--data', data])).toMatch(
      /accepted\s+3\n\s+refused\s+0\n\s+equal to an earlier one, counted once\s+2/,
    );
    expect((await rows(data))['touchpoints']).toBe(1);
  });

  it('puts columns into custom attributes, and knows tabs, semicolons and byte order marks', async () => {
    const data = newData();
    const tsv = file(
      't.tsv',
      '\ufeffcustomer_id\ttouchpoint_type\toccurred_at\tmood\na\temail_click\t2026-03-01T10:00:00Z\tgood\n',
    );
    await ok([
      'import',
      'touchpoints',
      tsv,
      '--map',
      'custom_attributes.mood=mood',
      '--set',
      'custom_attributes.from=file',
      '--data',
      data,
    ]);
    const semicolons = file('s.csv', 'customer_id;touchpoint_type;occurred_at\nb;email_click;2026-03-01T10:00:00Z\n');
    await ok(['import', 'touchpoints', semicolons, '--brand', 'acme', '--data', data]);
    const out = join(root, 'touches.ndjson');
    await ok(['export', 'touchpoints', '--out', out, '--data', data]);
    const [first, second] = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      brand_id: 'default',
      customer_id: 'a',
      custom_attributes: { from: 'file', mood: 'good' },
    });
    expect(second).toMatchObject({ brand_id: 'acme', customer_id: 'b' });
  });

  it('refuses a mapping that cannot work, naming what there is', async () => {
    const path = file('one.csv', LOG);
    const attempt = async (...options: string[]) =>
      (await cli(['import', 'touchpoints', path, ...options, '--data', newData()])).err;
    expect(await attempt('--map', 'occured_at=time')).toContain(
      'error: --map: occured_at is not a field of a touchpoint; the fields are touchpoint_id, ',
    );
    expect(await attempt('--map', 'occurred_at=Time')).toContain(
      'error: --map: the file has no column "Time"; it has who, time, interaction, value, channel',
    );
    expect(await attempt('--map', 'occurred_at')).toContain('does not have the form FIELD=COLUMN');
    expect((await cli(['import', 'visits', path, '--data', newData()])).err).toContain(
      'error: RECORD: visits is not one of touchpoints, ',
    );
    expect((await cli(['import', 'touchpoints', join(root, 'none.csv'), '--data', newData()])).err).toContain(
      'does not exist',
    );
  });

  it('refuses text that is not UTF-8 rather than storing question marks', async () => {
    const path = join(root, 'latin1.csv');
    writeFileSync(
      path,
      Buffer.concat([
        Buffer.from('customer_id,touchpoint_type,occurred_at\nJos\xe9,email_click,2026-03-01T10:00:00Z\n', 'latin1'),
        Buffer.from('Zoë,email_click,2026-03-01T10:00:00Z\n'),
      ]),
    );
    expect((await cli(['import', 'touchpoints', path, '--data', newData()])).err).toContain(
      'line 2: customer_id: is not valid UTF-8',
    );
  });
});

describe('import from ndjson and parquet', () => {
  it('reads one object per line and tells broken lines by number', async () => {
    const data = newData();
    const touch = {
      customer_id: 7,
      touchpoint_type: 'email_click',
      occurred_at: '2026-03-01T10:00:00Z',
      custom_attributes: { a: 1 },
      timestamp: 1,
    };
    const path = file('touches.ndjson', `${JSON.stringify(touch)}\n{"broken": \n\n[1]\n`);
    const { code, err } = await cli(['import', 'touchpoints', path, '--data', data]);
    expect(code).toBe(3);
    expect(err).toContain('line 2: is not JSON');
    expect(err).toContain('line 4: is JSON but not an object');
    expect(err).toContain(
      'ignored, no such field in touchpoints: timestamp (if it is occurred_at, use --map occurred_at=timestamp)\n',
    );
    expect((await rows(data))['touchpoints']).toBe(1);
  });

  it('names a parquet file that is damaged in its middle', async () => {
    const path = join(root, 'damaged.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `copy (select 'c' || i as customer_id, 'email_open' as touchpoint_type from range(500) r(i)) to '${path}' (format parquet)`,
    );
    const bytes = readFileSync(path);
    bytes.fill(0xff, 40, 400);
    writeFileSync(path, bytes);
    const { code, err } = await cli(['import', 'touchpoints', path, '--data', newData()]);
    expect([code, err]).toEqual([1, expect.stringContaining(`FILE: ${path} cannot be read as Parquet: `)]);
  });

  it('reads times without a zone in the one that is named, else as UTC, and says so', async () => {
    const path = join(root, 'zones.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(`copy (select 'a' as customer_id, 'page_view' as touchpoint_type,
        timestamp '2026-03-01 00:30:00' as occurred_at) to '${path}' (format parquet)`);
    connection.closeSync();
    const at = async (...flags: string[]) => {
      const data = newData();
      const { code, err } = await cli(['import', 'touchpoints', path, ...flags, '--data', data]);
      const out = join(data, 'zones.csv');
      await ok(['export', 'touchpoints', '--format', 'csv', '--out', out, '--data', data]);
      return [
        code,
        err.includes('times without a zone are read as UTC'),
        readFileSync(out, 'utf8').match(/202\d-\d\d-\d\d.\d\d:\d\d/)?.[0],
      ];
    };
    expect(await at()).toEqual([0, true, '2026-03-01T00:30']);
    expect(await at('--time-zone', 'Europe/Berlin')).toEqual([0, false, '2026-02-28T23:30']);
    expect(await at('--time-zone', 'occurred_at=America/New_York')).toEqual([0, false, '2026-03-01T05:30']);
  });

  it('keeps decimals exact and instants right', async () => {
    const path = join(root, 'orders.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`copy (select (i + 1)::bigint as customer_id, 'purchase' as conversion_type, (1000000000.10 + i)::decimal(18, 2) as total, 'USD' as currency, 3 as quantity,
        timestamp '2026-03-01 10:00:00.123' as at, timestamptz '2026-03-01 12:00:00+02' as at_zone, ['p1', 'p2'] as product_ids, i as skipped
      from range(3) r(i)) to '${path}' (format parquet)`);
    connection.closeSync();
    const data = newData();
    const map = ['--map', 'conversion_value=total', '--map', 'occurred_at=at', '--where', 'skipped=2'];
    expect(await ok(['import', 'conversions', path, ...map, '--data', data])).toMatch(
      /left out by --where\s+2\n\s+accepted\s+1/,
    );
    await ok([
      'import',
      'conversions',
      path,
      '--map',
      'conversion_value=total',
      '--map',
      'occurred_at=at_zone',
      '--where',
      'skipped=0',
      '--data',
      data,
    ]);
    const out = join(root, 'orders.csv');
    await ok(['export', 'conversions', '--format', 'csv', '--out', out, '--data', data]);
    expect(readFileSync(out, 'utf8')).toMatch(
      /1000000002\.100000,USD,2026-03-01T10:00:00\.123Z.*\n.*1000000000\.100000,USD,2026-03-01T10:00:00\.000Z/,
    );
  });
});

describe('an import that is stopped', () => {
  const LINES = 1_000;
  const touches = (): string =>
    file(
      'many.csv',
      'customer_id,touchpoint_type,occurred_at\n' +
        Array.from(
          { length: LINES },
          (_, i) => `c${i},${i % 100 === 50 ? 'nonsense' : 'email_click'},2026-03-01T10:00:00Z\n`,
        ).join(''),
    );

  /** Asks to stop while the n-th batch is being accepted. */
  function stopAt(batch: number) {
    const stop = new AbortController();
    const open = {
      openTributary: (async (options: OpenOptions & { role?: 'all' }) => {
        const tributary = await openTributary(options);
        const accept = tributary.collector.accept.bind(tributary.collector);
        let batches = 0;
        tributary.collector.accept = (...args) => {
          if (++batches === batch) stop.abort();
          return accept(...args);
        };
        return tributary;
      }) as OpenTributary,
    };
    return { open, stop: stop.signal };
  }

  it('goes on where it was, by the same command, and every row is there once', async () => {
    const data = newData();
    const path = touches();
    const command = ['import', 'touchpoints', path, '--batch', '50', '--data', data];
    const stopped = await cli(command, stopAt(5));
    expect(stopped.code).toBe(130);
    expect(stopped.err).toMatch(/stopped after row \d+; the same command goes on from there/);
    const row = Number(/after row (\d+);/.exec(stopped.err)![1]);
    expect(row).toBeGreaterThanOrEqual(100);
    expect(row).toBeLessThanOrEqual(300);
    const resumed = await cli(command);
    expect(resumed.err).toMatch(/going on after row \d+/);
    expect(resumed.code).toBe(3);
    expect(resumed.out).toMatch(/rows read\s+1,000\n\s+accepted\s+990\n\s+refused\s+10/);
    expect((await rows(data))['touchpoints']).toBe(LINES - 10);
    expect(readFileSync(`${path}.rejected.csv`, 'utf8').trim().split('\n')).toHaveLength(1 + 10);
  });

  it('is not repeated once it is done, unless asked to, and a repeat adds nothing', async () => {
    const data = newData();
    const path = touches();
    const command = ['import', 'touchpoints', path, '--data', data];
    await cli(command);
    const again = await cli(command);
    expect(again).toMatchObject({ code: 0, out: '' });
    expect(again.err).toContain('nothing to do. --restart imports it again');
    const restarted = await cli([...command, '--restart']);
    expect(restarted.out).toMatch(/equal to an earlier one, counted once\s+990/);
    expect((await rows(data))['touchpoints']).toBe(LINES - 10);
    expect(existsSync(join(data, 'imports'))).toBe(true);
  });
});
