/** People of a file who are known by their address: stored by its hash, as those of a request are, whoever reads the file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { type Body, startServer } from '../server/harness.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesWith, told } from '../support/kept-texts.ts';
import { cli, ok } from './harness.ts';

const AT = '2026-03-02T10:00:00Z';
const emailOf = (i: number): string => `Petra.Marker${i % 5}@Example.com`;
const KINDS: Readonly<Record<string, (i: number) => Record<string, string>>> = {
  touchpoints: (i) => ({
    touchpoint_id: `t${i}`,
    touchpoint_type: 'email_click',
    url: 'https://shop.example/',
    occurred_at: AT,
  }),
  conversions: (i) => ({ conversion_id: `c${i}`, conversion_type: 'purchase', conversion_value: '5', occurred_at: AT }),
  email_events: (i) => ({ event_id: `e${i}`, event_type: 'delivered', occurred_at: AT }),
};
/** Some rows name their customer, too. */
const rowsOf = (kind: string): Array<Record<string, string>> =>
  Array.from({ length: 40 }, (_, i) => ({
    ...KINDS[kind]!(i),
    email: i === 7 ? 'no address' : emailOf(i),
    ...(i % 2 === 0 ? { customer_id: `customer-${i % 5}` } : { customer_id: '' }),
  }));

async function write(folder: string, kind: string, format: string): Promise<string> {
  const path = join(folder, `${kind}.${format}`);
  const rows = rowsOf(kind);
  const names = Object.keys(rows[0]!);
  const csv = `${names.join(',')}\n${rows.map((row) => names.map((name) => row[name]).join(',')).join('\n')}\n`;
  const lines = rows.map(({ customer_id, ...row }) => JSON.stringify(customer_id ? { customer_id, ...row } : row));
  writeFileSync(format === 'parquet' ? `${path}.csv` : path, format === 'ndjson' ? lines.join('\n') : csv);
  if (format !== 'parquet') return path;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`copy (from read_csv('${path}.csv', all_varchar = true)) to '${path}' (format parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

interface Stored {
  people: Array<[kind: string, id: string, customer_id: string]>;
  links: Array<[string, string]>;
}

async function imported(folder: string, files: readonly [string, string][], workers: string): Promise<Stored> {
  const data = join(folder, `data-${workers}`);
  for (const [kind, path] of files) {
    const { code, out, err } = await cli(['import', kind, path, '--data', data, '--workers', workers, '--restart']);
    expect(out, err).toMatch(/accepted\s+39/);
    expect(err).toMatch(/email: is not an e-mail address/);
    expect(code).toBe(3);
  }
  const server = await startServer({ folder: data });
  await server.flush();
  expect((await told(server.tributary.warehouse)).toLowerCase()).not.toContain('petra.marker');
  expect(filesWith(data, ['Petra.Marker', 'petra.marker'])).toEqual([]);
  const query = (sql: string): Promise<Body[]> => server.tributary.warehouse.read((s) => s.query(sql));
  const people: Stored['people'] = [];
  for (const [kind, id] of [
    ['touchpoints', 'touchpoint_id'],
    ['conversions', 'conversion_id'],
    ['email_events', 'event_id'],
  ])
    for (const row of await query(`select ${id} as id, customer_id from ${kind} order by id`))
      people.push([kind!, row.id, row.customer_id]);
  const links = await query('select distinct left_id, right_id from identity_links order by 1, 2');
  // The same address in a request has the same id.
  await server.post('/v1/email_events', { event_type: 'sent', email: emailOf(1), event_id: 'asked', occurred_at: AT });
  await server.flush();
  const [asked] = await query("select customer_id from email_events where event_id = 'asked'");
  expect(people.find(([kind, id]) => kind === 'conversions' && id === 'c1')![2]).toBe(asked.customer_id);
  await server.close();
  return { people, links: links.map(({ left_id, right_id }) => [left_id, right_id]) };
}

test.each(['csv', 'ndjson', 'parquet'])(
  'a column with addresses in a %s file names people by their hash, in one thread and in several',
  async (format) => {
    const folder = temporaryFolder();
    const files: [string, string][] = [];
    for (const kind of Object.keys(KINDS)) files.push([kind, await write(folder, kind, format)]);
    // What several threads read differs by the format, and no longer by the kind.
    const conversions = files.filter(([kind]) => kind === 'conversions');
    for (const [workers, read] of [
      ['1', files],
      ['2', conversions],
    ] as const) {
      const { people, links } = await imported(folder, read, workers);
      expect(people.filter(([, id]) => id !== 'asked')).toHaveLength(read.length * 39);
      for (const [, id, customer_id] of people) {
        const i = Number(id.slice(1));
        if (i % 2 === 0) expect(customer_id).toBe(`customer-${i % 5}`);
        else expect(customer_id).toMatch(/^email_[0-9a-f]{32}$/);
      }
      // Each customer is linked with the hash of the address beside it, which rows without a customer have.
      const hash_of = new Map(
        people.filter(([, id]) => Number(id.slice(1)) % 2 === 1).map(([, id, hash]) => [Number(id.slice(1)) % 5, hash]),
      );
      expect(links).toEqual([0, 1, 2, 3, 4].map((i) => [`customer-${i}`, hash_of.get(i)]));
    }
  },
  60_000,
);

test('a column of another name is mapped, and a dry run stores nothing and refuses the same', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'events.csv');
  writeFileSync(path, `Mail,When\npetra.marker1@example.com,${AT}\nnobody,${AT}\n`);
  const flags = ['--map', 'email=Mail', '--map', 'occurred_at=When', '--set', 'event_type=delivered'];
  const data = join(folder, 'data');
  await ok(['init', '--data', data, '--yes']).catch(() => undefined);
  for (const workers of ['1', '2']) {
    const dry = await cli([
      'import',
      'email_events',
      path,
      ...flags,
      '--data',
      data,
      '--dry-run',
      '--workers',
      workers,
    ]);
    expect(dry.out + dry.err).toMatch(/email: is not an e-mail address/);
  }
  const { out } = await cli(['import', 'email_events', path, ...flags, '--data', data]);
  expect(out).toMatch(/accepted\s+1/);
  expect(filesWith(data, ['petra.marker'])).toEqual([]);
  // The refused rows stand beside the file, as they were in it.
  expect(readFileSync(`${path}.rejected.csv`, 'utf8')).toContain('nobody');
});
