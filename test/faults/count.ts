/** Counts through the front door: the ids of a backup, and the sums of a report, against what was acknowledged. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Clients, DAY, type Kind } from './clients.ts';
import type { Server } from './server.ts';

export interface Count {
  /** Records that were answered 202. */
  acknowledged: number;
  /** Of them, those that are there; a record that is there twice is found. */
  found: number;
  /** Of them, those whose line in the spool was damaged on purpose. */
  damaged: number;
  /** Acknowledged, not there, and not damaged. */
  lost: number;
  /** Ids that are there more than once, acknowledged or not. */
  twice: number;
  /** Anything else that should not be. */
  problems: string[];
}

const ID_FIELD: Record<Kind, string> = { conversions: 'conversion_id', touchpoints: 'touchpoint_id' };

/** Ids of records, as `kind/id`, that are known to be gone. */
export type Damaged = ReadonlySet<string>;

export async function countAll(server: Server, clients: Clients, damaged: Damaged, told?: RegExp): Promise<Count> {
  const problems = [...clients.surprises];
  const there = new Map<string, Uint8Array>();
  for (const [key, { items }] of clients.sent) there.set(key, new Uint8Array(items));
  const ids = await backedUpIds(server, clients.others);
  for (const kind of ['conversions', 'touchpoints'] as const) {
    let unknown = 0;
    for (const id of ids[kind]) {
      const dot = id.lastIndexOf('.');
      const items = there.get(`${kind}/${id.slice(0, dot)}`);
      const item = Number(id.slice(dot + 1));
      if (items && item < items.length) items[item]! += 1;
      else unknown += 1;
    }
    if (unknown > 0) problems.push(`${unknown} ${kind} are there that were never sent`);
  }
  await compareReport(server, new Set(ids.conversions).size, problems);
  await askDoctor(server, problems, told);
  return { ...judge(clients, there, damaged, problems), problems };
}

function judge(clients: Clients, there: Map<string, Uint8Array>, damaged: Damaged, problems: string[]) {
  const count = { acknowledged: 0, found: 0, damaged: 0, lost: 0, twice: 0 };
  let refused = 0;
  let half = 0;
  for (const [key, { state, items }] of clients.sent) {
    const times = there.get(key)!;
    let found = 0;
    let gone = 0;
    times.forEach((n, item) => {
      if (n > 0) found += 1;
      if (n > 1) count.twice += 1;
      if (n === 0 && damaged.has(`${key}.${item}`)) gone += 1;
    });
    if (found > 0 && found + gone < items) half += 1;
    if (state === 'refused') refused += found;
    if (state !== 'acknowledged') continue;
    count.acknowledged += items;
    count.found += found;
    count.damaged += gone;
    count.lost += items - found - gone;
  }
  if (half > 0) problems.push(`${half} requests were taken by half`);
  if (refused > 0) problems.push(`${refused} records are there that were answered 503`);
  return count;
}

/** The report must say what the backup says: as many orders, and a dollar for each. */
async function compareReport(server: Server, orders: number, problems: string[]): Promise<void> {
  const response = await server.request('GET', `/v1/reports/attribution?start=${DAY}&end=2026-03-02`);
  if (response.status !== 200) {
    problems.push(`the report answered ${response.status} ${await response.text()}`);
    return;
  }
  const { summary } = (await response.json()) as { summary: { total_conversions: number; total_revenue: string } };
  if (summary.total_conversions !== orders || summary.total_revenue !== `${orders}.000000`)
    problems.push(
      `the report has ${summary.total_conversions} orders of ${summary.total_revenue}, the backup has ${orders}`,
    );
}

/** The doctor must tell `told`, if it is given, and nothing else. */
async function askDoctor(server: Server, problems: string[], told: RegExp | undefined): Promise<void> {
  const doctor = (await (await server.request('GET', '/v1/doctor')).json()) as { problems?: string[] };
  const found = doctor.problems ?? ['the doctor did not answer'];
  if (told && !found.some((problem) => told.test(problem))) problems.push(`the doctor did not tell ${told}`);
  problems.push(...found.filter((problem) => !told?.test(problem)));
}

/** The server writes what it holds as Parquet: what `tributary doctor --backup` and `tributary export` ask it for. */
async function backedUpIds(server: Server, others: RegExp | undefined): Promise<Record<Kind, string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-count-'));
  try {
    const response = await server.request('POST', '/v1/doctor/backup', JSON.stringify({ folder }));
    if (response.status !== 200) throw new Error(`the backup answered ${response.status} ${await response.text()}`);
    const ids = async (kind: Kind): Promise<string[]> => {
      const sql = `select ${ID_FIELD[kind]} from read_parquet('${join(folder, kind)}.parquet')`;
      const all = await queryColumn(':memory:', sql);
      return others ? all.filter((id) => !others.test(id)) : all;
    };
    return { conversions: await ids('conversions'), touchpoints: await ids('touchpoints') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One column of a query over a DuckDB file that no process has open. */
export async function queryColumn<T = string>(path: string, sql: string): Promise<T[]> {
  const instance = await DuckDBInstance.create(path, path === ':memory:' ? {} : { access_mode: 'READ_ONLY' });
  try {
    const connection = await instance.connect();
    const [column] = (await connection.runAndReadAll(sql)).getColumns();
    connection.closeSync();
    return (column ?? []) as T[];
  } finally {
    instance.closeSync();
  }
}
