/** The part `cli`: arguments of every command, in this process, on folders that go with the run. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Random } from '../../src/domain/random.ts';
import { type CommandForm, commandTree, type Flag } from './command-tree.ts';
import { hostileText } from './hostile.ts';
import { causeOf, counted, emptyResult, MANY_FINDINGS, type PartResult, type Plan } from './part.ts';
import { FuzzedServer, KEYS } from './server.ts';
import { type Ended, runCommand, wrongEnd } from './terminal.ts';

const PART = 'cli';
/** Options and arguments that name places: they get only names within the folder of the run. */
const PLACE = /dir|file|path|folder|url|out|data|warehouse|config|backup|restore|paths/;
/** Commands that compute or serve for long when nothing is wrong with their options: one of these always is. */
const LONG = /^(serve|demo|scorecard|simulate)/;

interface Ground {
  folder: string;
  /** The data folder of a running server. */
  served: string;
}

export async function fuzzCommands(plan: Plan): Promise<PartResult> {
  const result = emptyResult(PART);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-fuzz-cli-'));
  const server = await FuzzedServer.start([]);
  const before = process.cwd();
  const unhandled: string[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(String((error as Error)?.stack ?? error));
  process.on('unhandledRejection', onUnhandled);
  try {
    // What a command writes without being told where stays in the folder of the run.
    process.chdir(folder);
    const ground: Ground = { folder, served: server.data };
    prepare(ground);
    const forms = await commandTree(async (words) => (await runCommand([...words, '--help'])).out);
    const began = performance.now();
    const causes = new Set<string>();
    for (let number = plan.from; number < plan.inputs; number++) {
      if (plan.stop.aborted || result.findings.length >= MANY_FINDINGS) break;
      const argv = argvOf(new Random(plan.seed, PART, number), forms, ground);
      const ended = await runCommand(argv);
      const judge = (end: Ended): string | undefined =>
        unhandled.splice(0)[0] ?? server.ended ?? wrongEnd(end, Object.values(KEYS));
      counted(result.counts, `exit ${ended.code}`);
      result.inputs += 1;
      const problem = judge(ended);
      if (problem === undefined || causes.has(causeOf(problem))) continue;
      causes.add(causeOf(problem));
      const least = await shrinkArgv(argv, async (shorter) => {
        const again = judge(await runCommand(shorter));
        return again !== undefined && causeOf(again) === causeOf(problem);
      });
      result.findings.push({
        part: PART,
        number,
        problem: `${problem} (${ended.err.slice(0, 300)})`,
        input: JSON.stringify(least),
      });
    }
    result.seconds = (performance.now() - began) / 1_000;
    const { max_ms } = await server.ask('collect');
    result.max_delay_ms = max_ms;
    (globalThis as { gc?: () => void }).gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    [result.rss_mb, result.heap_mb] = [rss / 1e6, heapUsed / 1e6];
    return result;
  } finally {
    process.chdir(before);
    process.off('unhandledRejection', onUnhandled);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function prepare({ folder }: Ground): void {
  writeFileSync(
    join(folder, 'rows.csv'),
    'customer_id,touchpoint_type,occurred_at\nc,email_click,2026-03-01T00:00:00Z\n',
  );
  writeFileSync(join(folder, 'rows.ndjson'), '{"customer_id":"c"}\n');
  writeFileSync(join(folder, 'paths.csv'), 'path,total_conversions\na > b,3\nb,1\n');
  writeFileSync(join(folder, 'config.json'), '{"defaults":{"currency":"EUR"}}');
  mkdirSync(join(folder, 'empty'));
}

function argvOf(random: Random, forms: readonly CommandForm[], ground: Ground): string[] {
  const { words, args, flags } = random.pick(forms);
  const argv = [...words];
  if (random.chance(0.03)) argv[random.integer(0, argv.length - 1)] = contained(hostileText(random));
  for (const name of args) if (random.chance(0.9)) argv.push(argumentFor(random, name, ground));
  for (let left = random.integer(0, 4); left > 0; left--) {
    const flag: Flag = random.pick(flags);
    if (flag.name === '--data' || flag.name === '--help') continue;
    argv.push(flag.name);
    if (flag.value !== undefined && random.chance(0.95))
      argv.push(argumentFor(random, `${flag.name} ${flag.value}`, ground));
  }
  if (random.chance(0.1)) argv.push(contained(hostileText(random)));
  // The first may be taken as the value of the option before it.
  if (LONG.test(words[0]!)) argv.push('--no-such-option', '--no-such-option');
  if (flags.some(({ name }) => name === '--data') && random.chance(0.98)) argv.push('--data', dataOf(random, ground));
  return argv;
}

function dataOf(random: Random, { folder, served }: Ground): string {
  const kind = random.unit();
  if (kind < 0.9) return served;
  return random.pick([
    join(folder, 'missing'),
    join(folder, 'empty'),
    join(folder, 'rows.csv'),
    join(folder, 'rows.csv', 'x'),
    '',
  ]);
}

function argumentFor(random: Random, what: string, { folder }: Ground): string {
  if (/warehouse|url/.test(what))
    return random.pick([
      'duckdb:',
      'clickhouse://',
      'http://127.0.0.1:1',
      'x',
      '',
      'duckdb',
      'clickhouse://u:p@127.0.0.1:1/x?cluster=',
    ]);
  if (/host|port/.test(what)) return random.pick(['-1', '65536', 'x', '']);
  if (PLACE.test(what)) {
    const names = [
      'rows.csv',
      'rows.ndjson',
      'paths.csv',
      'config.json',
      'empty',
      'missing',
      'new.csv',
      'new.parquet',
      'a b.ndjson',
    ];
    return join(folder, random.chance(0.8) ? random.pick(names) : `n${contained(hostileText(random)).slice(0, 40)}`);
  }
  const kind = random.unit();
  if (kind < 0.3)
    return random.pick([
      'linear',
      'markov',
      'touchpoints',
      'conversions',
      'all',
      'write',
      '10',
      '0',
      'customer_id=x',
      '2026-03-01',
      'default',
    ]);
  return contained(hostileText(random));
}

/** Without what would lead out of a folder; a real command line holds no NUL. */
function contained(text: string): string {
  return text
    .replaceAll(/[/\\\0]/g, '_')
    .replaceAll('..', '_')
    .slice(0, 5_000);
}

async function shrinkArgv(argv: readonly string[], shows: (shorter: string[]) => Promise<boolean>): Promise<string[]> {
  let best = [...argv];
  for (let i = best.length - 1; i >= 0; i--) {
    const shorter = best.filter((_, place) => place !== i);
    // A shorter line may name other folders than the longer one.
    if (best[i - 1] !== '--data' && best[i] !== '--data' && best[i] !== '--no-such-option' && (await shows(shorter)))
      best = shorter;
  }
  return best;
}
