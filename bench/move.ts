/**
 * The move from a DuckDB file to ClickHouse with the commands of the product alone: a simulated shop is imported into DuckDB,
 * backed up, restored into ClickHouse, backed up there and restored into DuckDB again. The reports of all three must be equal
 * byte for byte, except for `generated_at`.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_NAMES } from '../src/domain/index.ts';
import { startClickHouse } from './clickhouse.ts';
import { save, show } from './report.ts';
import { command } from './watch.ts';

const ENTRY = new URL('../bin/tributary.js', import.meta.url).pathname;
const DAYS = 90;
const END = '2026-07-01';
const PERIOD = ['--start', '2026-04-02', '--end', END];
const MODELS = 'first_touch,last_touch,linear,time_decay,position_based';
/** The commands that run on every warehouse. */
const QUESTIONS: Record<string, readonly string[]> = {
  'attribution, five models': ['report', 'attribution', ...PERIOD, '--models', MODELS],
  'attribution by day': ['report', 'attribution', ...PERIOD, '--models', MODELS, '--group-by', 'channel,day'],
  'attribution, own day of refunds, since the previous order': [
    ...['report', 'attribution', ...PERIOD, '--model', 'linear'],
    ...['--adjustments', 'own_day', '--lookback', 'since_previous_conversion'],
  ],
  'attribution, every event': [
    ...['report', 'attribution', ...PERIOD, '--model', 'time_decay', '--collapse', 'none', '--include-machine'],
  ],
  journeys: ['report', 'journeys', ...PERIOD],
};

type Hashes = Record<string, { hash: string; as_of: string; seconds: number }>;

/** Moves a shop with that many customers. One customer has about 21 touchpoints in these days. */
export async function benchMove(folder: string, customers: number): Promise<void> {
  console.log(`move: ${customers} customers for ${DAYS} days, from DuckDB to ClickHouse and back`);
  const home = join(folder, `move-${customers}`);
  const at = (name: string): string => join(home, name);
  for (const name of ['small', 'large', 'back', 'backup', 'backup-back', 'server', 'rejected'])
    rmSync(at(name), { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const simulate = ['--customers', String(customers), '--days', String(DAYS), '--seed', '1', '--end', END];
  const seconds: Record<string, number> = {};
  const timed = async (what: string, args: readonly string[]): Promise<void> => {
    seconds[what] = (await command(args)).seconds;
    show(what, `${seconds[what].toFixed(1)} s`);
  };
  if (!existsSync(at('world'))) await timed('simulate', ['simulate', ...simulate, '--out', at('world')]);
  for (const record of RECORD_NAMES) {
    const file = join(at('world'), `${record}.ndjson`);
    if (existsSync(file)) await timed(`import ${record}`, ['import', record, file, '--data', at('small')]);
  }
  const server = await startClickHouse(at('server'));
  try {
    const [small, large, back] = [
      ['--data', at('small')],
      ['--data', at('large'), '--warehouse', server.url('moved')],
      ['--data', at('back')],
    ] as const;
    await timed('back up DuckDB', ['doctor', '--backup', at('backup'), ...small]);
    await timed('restore into ClickHouse', ['doctor', '--restore', at('backup'), ...large]);
    await timed('back up ClickHouse', ['doctor', '--backup', at('backup-back'), ...large]);
    await timed('restore into DuckDB', ['doctor', '--restore', at('backup-back'), ...back]);
    const rows = JSON.parse(await answer(['doctor', '--json', ...large])) as {
      problems: string[];
      warehouse: { tables: Array<{ table: string; rows: number }> };
    };
    for (const { table, rows: n } of rows.warehouse.tables) if (n > 0) show(table, String(n));
    const asked: Record<string, Hashes> = {
      duckdb: await hashes(small),
      clickhouse: await hashes(large),
      'duckdb again': await hashes(back),
    };
    let equal = 0;
    for (const question of Object.keys(QUESTIONS)) {
      const found = Object.values(asked).map((of) => of[question]!);
      const same = found.every(({ hash, as_of }) => hash === found[0]!.hash && as_of === found[0]!.as_of);
      if (same) equal += 1;
      show(question, `${found.map(({ hash }) => hash).join(' ')}  ${same ? 'equal' : 'DIFFERENT'}`);
    }
    show('equal', `${equal} of ${Object.keys(QUESTIONS).length}`);
    save('move', { customers, days: DAYS, end: END, questions: QUESTIONS }, { seconds, ...rows, asked, equal });
    if (equal < Object.keys(QUESTIONS).length) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

/** The hash of each answer without `generated_at`. The log position is part of the hash, and is also returned by itself. */
async function hashes(where: readonly string[]): Promise<Hashes> {
  const found: Hashes = {};
  for (const [question, args] of Object.entries(QUESTIONS)) {
    const started = performance.now();
    const { generated_at: _moment, ...content } = JSON.parse(await answer([...args, '--json', ...where]));
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
    found[question] = { hash, as_of: content.as_of, seconds: (performance.now() - started) / 1_000 };
  }
  return found;
}

/** The output of a command. */
async function answer(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`tributary ${args.join(' ')}: ${code}`);
  return Buffer.concat(parts).toString('utf8');
}
