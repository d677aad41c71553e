/** A data folder as an earlier version of the program left it, on either engine. */
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { inject } from 'vitest';
import { startServer, type TestServer } from '../server/harness.ts';
import { clickHouseUrl } from '../support/clickhouse.ts';
import type { EngineName } from '../support/engine.ts';
import { bearer } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';

const STORED = join(import.meta.dirname, 'stored', 'version-2');
const json = (name: string) => JSON.parse(readFileSync(join(STORED, name), 'utf8'));

/** The instant at which the folder was written; reports of the same clock are equal to the byte. */
const STORED_AT_MS = Date.parse('2026-04-02T12:00:00Z');

/** What the program of that time answered, by path. */
export const STORED_ANSWERS: Readonly<Record<string, string>> = json('answers.json');

/** What this program adds to what was answered: the spend of a group, rows of what no touch earned, what machines did, kinds of campaigns, warnings at the end, whether a fit is a trial or pinned. */
const ADDED = [
  /,"spend_micros":[^{}]*?"return_on_ad_spend":(?:null|[\d.]+)(?=\})/g,
  /"unattributed":\[[^\]]*\],/g,
  /"(?:proxied_opens|(?:machine|suspect)_(?:opens|clicks)|raw_\w+_rate)":(?:null|[\d.]+|"[^"]*"),/g,
  /"by_campaign_kind":\[[^\]]*\],/,
  /,"warnings":\[[^\]]*\](?=\}$)/,
  /"match":null,/,
  /,"(?:unsubscribes|complaints)_per_(?:order|thousand)":"[^"]*"/g,
  /,"is_current":(?:true|false)/g,
  /"lifecycle":\{.*?"events_truncated":(?:true|false)\},/,
  /"trial":false,"pinned_for":\[\],/g,
];

/** An answer of today without what later versions added. */
export const asItWas = (answer: string): string =>
  withoutColumns(ADDED.reduce((text, added) => text.replace(added, ''), answer));

/** A CSV without the columns of what no touch earned, and without the rows that have only these. */
function withoutColumns(csv: string): string {
  const [header = '', ...rows] = csv.split('\r\n');
  const columns = /,reason,unattributed_revenue_micros,unattributed_revenue$/.exec(header)?.[0];
  if (columns === undefined) return csv;
  const earned = rows.filter((row) => row === '' || row.endsWith(',,,')).map((row) => row.replace(/,,,$/, ''));
  return [header.slice(0, -columns.length), ...earned].join('\r\n');
}

const keys = json('made-keys.json') as Record<'write_key' | 'read_key' | 'admin_key', string>;
export const STORED_WRITE = bearer(keys.write_key);
export const STORED_READ = bearer(keys.read_key);
export const STORED_ADMIN = bearer(keys.admin_key);

export interface StoredFolder {
  folder: string;
  /** What names the warehouse in a configuration. */
  config: { warehouse: string; collector_id: string };
  /** Opens it with the program of today and the keys of that time. */
  serve(): Promise<TestServer>;
}

/** Copies the stored data into a folder and, for ClickHouse, a database of the test's own. */
export async function storedFolder(engine: EngineName): Promise<StoredFolder> {
  const folder = temporaryFolder();
  cpSync(join(STORED, 'spool'), join(folder, 'spool'), { recursive: true });
  copyFileSync(join(STORED, 'keys.json'), join(folder, 'keys.json'));
  const file = join(folder, 'warehouse.duckdb');
  const warehouse = engine === 'duckdb' ? `duckdb:${file}` : clickHouseUrl(folder);
  if (engine === 'duckdb') writeFileSync(file, gunzipSync(readFileSync(join(STORED, 'warehouse.duckdb.gz'))));
  else await replay(new URL(warehouse).pathname.slice(1));
  const config = { warehouse, collector_id: 'main' };
  // Another thread would not see the lists that a test replaces.
  const serve = () => startServer({ folder, config, env: {}, clock: () => STORED_AT_MS, serves_nobody: true });
  return { folder, config, serve };
}

/** Sends the statements of that time to the server as they were. */
async function replay(database: string): Promise<void> {
  const lines = readFileSync(join(STORED, 'clickhouse.ndjson'), 'utf8').trimEnd().split('\n');
  for (const line of lines) {
    const { statement, lines: rows } = JSON.parse(line) as { statement: string; lines?: string };
    const sql = statement.replaceAll('{database}', database);
    const url = new URL(inject('clickhouse_url'));
    if (rows !== undefined) url.searchParams.set('query', sql);
    const answer = await fetch(url, { method: 'POST', body: rows ?? sql });
    if (!answer.ok) throw new Error(`${sql.slice(0, 200)}: ${await answer.text()}`);
  }
}
