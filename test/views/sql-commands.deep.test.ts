/** SQL from the command line, without and with a server, and the example notebook. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { openScratch } from '../../src/files/scratch.ts';
import { VIEWS } from '../../src/views/views.ts';
import { cli, ok } from '../cli/harness.ts';
import { ADMIN, startServer } from '../server/harness.ts';
import { mail, order, touch } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DEEP } from '../support/tier.ts';
import { at } from '../support/time.ts';

const root = temporaryFolder();
const data = join(root, 'data');
const MARCH = ['--start', '2026-03-01', '--end', '2026-04-01', '--data', data];
const FILES: Record<string, object[]> = {
  touchpoints: [
    touch('t1', 'email_click', at(3), { campaign_id: 'spring', email_id: 'e1' }),
    touch('t2', 'paid_ad_click', at(3, '01:00'), { channel: 'paid_search' }),
  ],
  conversions: [order('c1', '100.01', at(4)), order('c2', '5', at(4), { customer_id: 'bob' })],
  email_events: [mail('delivered', 'ann', { event_id: 'd1' })],
  spend: [{ date: '2026-03-02', channel: 'email', campaign_id: 'spring', amount: '10', currency: 'USD' }],
};

describe('from the command line', () => {
  beforeAll(async () => {
    for (const [record, rows] of Object.entries(FILES)) {
      const file = join(root, `${record}.ndjson`);
      writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
      await ok(['import', record, file, '--data', data]);
    }
  });

  test('tributary sql prints a table, CSV or JSON, and writes Parquet', async () => {
    const sql =
      'select channel, sum(attributed_revenue) as revenue from credits where channel <> $not group by all order by all';
    const shown = await ok(['sql', sql, '--value', 'not=direct', ...MARCH]);
    expect(shown).toMatch(/channel +revenue\n.*\n +email +50\.005000\n +paid_search +50\.005000\n$/);
    expect(await ok(['sql', sql, '--value', 'not=email', '--format', 'csv', ...MARCH])).toBe(
      'channel,revenue\npaid_search,50.005000\n',
    );
    const refused = await cli(['sql', "select * from read_text('/etc/passwd')", ...MARCH]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/Permission Error/)]);
    const no_file = await cli(['sql', sql, '--format', 'parquet', ...MARCH]);
    expect(no_file.err).toMatch(/--out: is missing/);
    const out = join(root, 'rows.parquet');
    await ok(['sql', 'select * from orders', '--persons', '--out', out, ...MARCH]);
    const { connection, close } = await openScratch(1);
    const rows = (
      await connection.runAndReadAll(`select person_id, net_revenue from '${out}' order by all`)
    ).getRowsJson();
    close();
    expect(rows).toEqual([
      ['ann', '100.010000'],
      ['bob', '5.000000'],
    ]);
    expect((await cli(['sql', 'select 1', '--out', out, ...MARCH])).err).toMatch(/exists already/);
  });

  test('tributary views lists the views, and writes a file of each', async () => {
    const list = await ok(['views']);
    for (const { name, columns } of VIEWS) {
      expect(list).toContain(`${name}: `);
      for (const column of Object.keys(columns)) expect(list).toContain(`  ${column} `);
    }
    const folder = join(root, 'views');
    await ok(['views', 'credits', 'campaigns', '--out', folder, ...MARCH]);
    const { connection, close } = await openScratch(1);
    const sum = async (view: string) =>
      (
        await connection.runAndReadAll(`select sum(attributed_revenue) from '${join(folder, view)}.parquet'`)
      ).getRowsJson();
    expect([await sum('credits'), await sum('campaigns')]).toEqual([[['100.010000']], [['100.010000']]]);
    close();
    expect((await cli(['views', 'people', ...MARCH])).err).toMatch(/people is not a view/);
  });
});

test('the statements of the example notebook run, and so does its code where Python is', async () => {
  const path = join(import.meta.dirname, '../../examples/notebook/email-revenue.ipynb');
  const notebook = JSON.parse(readFileSync(path, 'utf8'));
  expect([notebook.nbformat, notebook.cells.length]).toEqual([4, expect.any(Number)]);
  const code: string[] = notebook.cells
    .filter((cell: { cell_type: string }) => cell.cell_type === 'code')
    .map((cell: { source: string[] }) => cell.source.join(''));
  const statements = code.slice(1).flatMap((text) => [...text.matchAll(/"""(.*?)"""/gs)].map((found) => found[1]!));
  expect(statements.length).toBeGreaterThan(5);
  const server = await startServer();
  for (const [record, rows] of Object.entries(FILES)) await server.post(`/v1/${record}`, rows);
  await server.flush();
  const { key } = (await server.post('/v1/keys', { name: 'notebook', scope: 'sql' }, ADMIN)).body;
  const has_python = spawnSync('python3', ['--version']).status === 0;
  // Its code asks the same statements.
  for (const sql of has_python && !DEEP ? [] : statements) {
    const answer = await server.post(
      '/v1/sql',
      { sql, start: '2026-03-01', end: '2026-04-01' },
      { authorization: `Bearer ${key}` },
    );
    expect([sql, answer.status, answer.body.row_count]).toEqual([sql, 200, expect.any(Number)]);
    expect(answer.body.row_count).toBeGreaterThan(0);
  }
  if (!has_python) return;
  const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
  const script = join(temporaryFolder(), 'notebook.py');
  writeFileSync(script, code.join('\n'));
  const env = { PATH: process.env['PATH'], TRIBUTARY_SERVER: address, TRIBUTARY_SQL_KEY: key };
  const { stdout } = await promisify(execFile)('python3', [script], { env });
  expect(stdout).toMatch(/model=linear {2}email_revenue=50\.005000/);
});
