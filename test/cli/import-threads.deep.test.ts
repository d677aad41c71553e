/** An import by several threads: the rows, the report, the refused rows and the checkpoint are those of one thread. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { type OpenOptions, type OpenTributary, openTributary, withWarehouse } from '../../src/tributary.ts';
import type { Row } from '../../src/warehouse/schema.ts';
import { warehouseSetting } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, type Outcome, type Terminal } from './harness.ts';

const KINDS = ['touchpoints', 'conversions', 'email_events'] as const;
const TABLES = [...KINDS, 'conflicts', 'dead_letters'];

type Cells = Record<string, string | undefined>;

/** Rows of every kind of trouble: refused by the mapping or by the record, warned of, noted, repeated, in conflict. */
function touchpoint(i: number): Cells {
  const at = new Date(Date.UTC(2026, 2, 1, 0, 0, i)).toISOString();
  return {
    touchpoint_id: i % 11 === 0 ? undefined : i % 97 === 0 ? 'again' : `touch-${i}`,
    customer_id: i % 5 === 0 ? `Person${i % 7}@Shop.Example` : `customer ${i % 900} ${'ü'.repeat(i % 3)}`,
    anonymous_id: i % 4 === 0 ? `anonymous-${i}` : undefined,
    touchpoint_type: i % 301 === 0 ? 'visit' : i % 2 === 0 ? 'email_click' : 'website_visit',
    occurred_at: i % 203 === 0 ? '31.02.2026' : i % 401 === 0 ? '2031-01-01T00:00:00Z' : at,
    url: `https://shop.example/p/${i}?utm_source=News&email=a%40b.example${i % 13 === 0 ? '&x=😀' : ''}`,
    ip_address: i % 6 === 0 ? (i % 12 === 0 ? 'nonsense' : '203.0.113.77') : undefined,
    user_agent: i % 9 === 0 ? 'Mozilla/5.0 (iPad) Safari/604.1' : undefined,
    utm_campaign: i % 50 === 0 ? 'c'.repeat(1_200) : `campaign ${i % 20}`,
    campaign_id: i % 31 === 0 ? '4.5E+12' : `${1_234_567_890_120_000_000n + BigInt(i % 3) * 10_000n}`,
    nonsense: 'x',
    [`extra ${i % 3}`]: 'y',
  };
}

function conversion(i: number): Cells {
  return {
    conversion_id: `order-${i % 4_000}`,
    customer_id: `customer ${i % 300}`,
    conversion_type: i % 60 === 0 ? 'sale' : 'purchase',
    conversion_value: i % 45 === 0 ? 'much' : i % 17 === 0 ? '29.990000000000002' : `${i % 500}.5`,
    currency: i % 3 === 0 ? 'EUR' : i % 3 === 1 ? 'USD' : undefined,
    occurred_at: new Date(Date.UTC(2026, 2, 2, 0, 0, i)).toISOString(),
  };
}

const many = (n: number, make: (i: number) => Cells): Cells[] => Array.from({ length: n }, (_, i) => make(i + 1));

const quoted = (cell = ''): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

async function write(folder: string, name: string, rows: readonly Cells[]): Promise<string> {
  const path = join(folder, name);
  const columns = [...new Set(rows.slice(0, 10).flatMap(Object.keys))];
  const lines = rows.map((row) => columns.map((column) => quoted(row[column])).join(','));
  // A row of too many cells, an empty line, a stray quote, a cell of two lines.
  const wrong = [
    'one,cell',
    '',
    `"stray,${'x,'.repeat(columns.length)}`,
    `"two\nlines"${','.repeat(columns.length - 1)}`,
  ];
  lines.splice(Math.floor(lines.length / 2), 0, ...(name.endsWith('.csv') ? wrong : []));
  const csv = `${columns.join(',')}\n${lines.join('\n')}\n`;
  if (name.endsWith('.ndjson')) {
    const texts = rows.map((row) => JSON.stringify(row));
    texts.splice(1_000, 0, '{"broken', '[1]', '');
    writeFileSync(path, texts.join('\n'));
  } else writeFileSync(name.endsWith('.parquet') ? `${path}.csv` : path, csv);
  if (!name.endsWith('.parquet')) return path;
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`copy (from read_csv('${path}.csv', all_varchar = true)) to '${path}' (format parquet)`);
  return path;
}

interface Imported {
  outcomes: Outcome[];
  rows: Record<string, Row[]>;
  rejected: string;
  checkpoints: string[];
}

async function imported(
  data: string,
  file: string,
  args: readonly string[],
  terminals: readonly Terminal[] = [{}],
): Promise<Imported> {
  const outcomes: Outcome[] = [];
  for (const terminal of terminals) outcomes.push(await cli(['import', ...args, '--data', data], terminal));
  const rows: Imported['rows'] = {};
  await withWarehouse(data, makeConfig(warehouseSetting(data)), async (warehouse) => {
    for (const table of TABLES) {
      const stored = await warehouse.read((s) => s.query<Row>(`select * from ${table} order by log_seq`));
      // On a ClickHouse each folder has a collector of its own.
      rows[table] = stored.map(({ collector_id: _collector_id, ...row }) => row);
    }
  });
  const imports = join(data, 'imports');
  mkdirSync(imports, { recursive: true });
  const ending = file.endsWith('.csv') ? '.csv' : '.ndjson';
  return {
    outcomes: outcomes.map(({ code, out, err }) => ({ code, out: timeless(out), err })),
    rows,
    rejected: textOf(`${file}.rejected${ending}`),
    checkpoints: readdirSync(imports).map((name) => readFileSync(join(imports, name), 'utf8')),
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const timeless = (out: string): string => out.replace(/"seconds": [\d.]+/g, '"seconds": 0');

async function isSame(file: string, args: readonly string[], folder: string): Promise<Imported> {
  const [one, several] = [1, 3].map((workers) => [...args, '--workers', String(workers), '--json']);
  const first = await imported(join(folder, `${file.split('/').pop()}-one`), file, one!);
  const second = await imported(join(folder, `${file.split('/').pop()}-several`), file, several!);
  expect(second).toEqual(first);
  return first;
}

test('touchpoints from csv, ndjson and Parquet are the same by one thread and by several', async () => {
  const folder = temporaryFolder();
  for (const name of ['a.csv', 'a.ndjson', 'a.parquet']) {
    const file = await write(folder, name, many(5_000, touchpoint));
    const { outcomes, rows, rejected } = await isSame(file, ['touchpoints', file], folder);
    expect(outcomes[0]!.code, outcomes[0]!.err).toBe(3);
    expect(rows['touchpoints']!.length).toBeGreaterThan(4_000);
    expect(rows['conflicts']!.length).toBeGreaterThan(10);
    expect(rejected.split('\n').length).toBeGreaterThan(20);
    // A dry run tells the same as well.
    const dry = (workers: string) =>
      cli(['import', 'touchpoints', file, '--dry-run', '--json', '--workers', workers, '--data', join(folder, 'dry')]);
    const [alone, together] = [await dry('1'), await dry('3')];
    expect({ ...together, out: timeless(together.out) }).toEqual({ ...alone, out: timeless(alone.out) });
  }
});

test('rules find the brand of rows that name none, by one thread and by several', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ brand_rules: { hosts: { 'outlet.example': 'outlet' } } }));
  const rows = many(5_000, (i) => ({
    touchpoint_id: `t${i}`,
    customer_id: `c${i}`,
    touchpoint_type: 'website_visit',
    occurred_at: new Date(Date.UTC(2026, 2, 1, 0, 0, i)).toISOString(),
    brand_id: i % 3 === 0 ? 'named' : undefined,
    url: `https://${i % 2 === 0 ? 'www.outlet' : 'shop'}.example/`,
  }));
  const file = await write(folder, 'brands.csv', rows);
  const stored = (await isSame(file, ['touchpoints', file, '--config', config], folder)).rows['touchpoints']!;
  const wrong = stored.filter(({ touchpoint_id, brand_id }) => {
    const i = Number(String(touchpoint_id).slice(1));
    return brand_id !== (i % 3 === 0 ? 'named' : i % 2 === 0 ? 'outlet' : 'default');
  });
  expect([stored.length, wrong]).toEqual([5_000, []]);
});

test('rows that are left out, strict rules, sums and small batches are the same', async () => {
  const folder = temporaryFolder();
  const file = await write(folder, 'b.csv', many(6_000, conversion));
  const { outcomes } = await isSame(
    file,
    ['conversions', file, '--where', 'conversion_value!=7.5', '--strict', '--batch', '70'],
    folder,
  );
  const report = JSON.parse(outcomes[0]!.out) as { sums: unknown[]; left_out: number; in_conflict: number };
  expect(report.left_out).toBe(12);
  expect(report.sums.length).toBe(3);
  expect(report.in_conflict).toBeGreaterThan(100);
}, 60_000);

/** Stops while the second part, or the fifth batch, is being accepted. */
function stopping(): Terminal {
  const stop = new AbortController();
  const open: OpenTributary = (async (options: OpenOptions & { role?: 'all' }) => {
    const tributary = await openTributary(options);
    let parts = 0;
    const accept = tributary.collector.acceptPart.bind(tributary.collector);
    tributary.collector.acceptPart = (...args) => {
      if (++parts === 2) stop.abort();
      return accept(...args);
    };
    return tributary;
  }) as OpenTributary;
  return { open: { openTributary: open }, stop: stop.signal };
}

test('an import that was stopped goes on, and its end is that of one that was not', async () => {
  const folder = temporaryFolder();
  const file = await write(folder, 'c.parquet', many(9_000, touchpoint));
  const args = ['touchpoints', file, '--json', '--workers', '2'];
  const whole = await imported(join(folder, 'whole'), file, args);
  const parts = await imported(join(folder, 'parts'), file, args, [stopping(), {}]);
  const [stopped, resumed] = parts.outcomes.map(({ code, out }) => ({ code, ...JSON.parse(out) }));
  expect(stopped).toMatchObject({ code: 130, finished: false });
  expect(stopped.rows_read).toBeGreaterThan(0);
  expect(stopped.rows_read).toBeLessThan(9_000);
  expect(resumed).toMatchObject({ code: 3, finished: true, rows_read: 9_000 });
  expect(parts.rows).toEqual(whole.rows);
  expect(parts.rejected).toBe(whole.rejected);
}, 60_000);
