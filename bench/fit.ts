/** The cost of a fit beside reading its file. It measures whole processes, from the start of Node to the printed answer. */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../src/domain/random.ts';
import { median, save, show, showRatio } from './report.ts';

const ROUNDS = 7;
const GOAL = 2;
const ENTRY = new URL('../bin/tributary.js', import.meta.url).pathname;
const BARE = new URL('./bare-split.js', import.meta.url).pathname;
const CHANNELS = [
  ...[
    'email',
    'paid_search',
    'organic_search',
    'display',
    'direct',
    'affiliate',
    'referral',
    'sms',
    'push',
    'paid_social',
  ],
  ...['video', 'newsletter', 'retargeting', 'podcast', 'print', 'tv', 'radio', 'partner', 'webinar', 'organic_social'],
];
const RUNS: Record<string, readonly string[]> = {
  'bare loop': [BARE],
  'markov, order 1': [ENTRY, 'fit', 'markov', '--order', '1', '--json', '--paths'],
  'markov, order 3': [ENTRY, 'fit', 'markov', '--order', '3', '--json', '--paths'],
  shapley: [ENTRY, 'fit', 'shapley', '--json', '--paths'],
};

export async function benchFit(folder: string, rows: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `paths-${rows}.csv`);
  if (!existsSync(file)) writePaths(file, rows);
  const bytes = statSync(file).size;
  console.log(`fit: ${rows} paths, ${(bytes / 1e6).toFixed(0)} MB, ${CHANNELS.length} channels, ${ROUNDS} rounds`);
  const seconds = Object.fromEntries(Object.keys(RUNS).map((name): [string, number[]] => [name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, args] of Object.entries(RUNS)) {
      const taken = time([...args, file]);
      if (round > 0) seconds[name]!.push(taken); // the first round loads the file into the page cache
    }
  }
  const bare = median(seconds['bare loop']!);
  show('bare loop: read, split lines, cells and touches', `${bare.toFixed(2)} s`);
  const ratios: Record<string, number> = {};
  for (const name of Object.keys(RUNS).slice(1)) {
    ratios[name] = median(seconds[name]!) / bare;
    show(name, `${median(seconds[name]!).toFixed(2)} s`);
    showRatio(`${name} / bare loop`, ratios[name], { at_most: GOAL });
  }
  save('fit', { rows, bytes, channels: CHANNELS.length, rounds: ROUNDS }, { seconds, ratios });
}

function time(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status} ${stderr}`);
  return (performance.now() - started) / 1_000;
}

/** Writes paths in which the next channel is often one of the few that usually follow. */
function writePaths(file: string, rows: number): void {
  const random = new Random(1, 'bench-paths');
  const making = `${file}.tmp`;
  const descriptor = openSync(making, 'w');
  let text = 'path,total_conversions,total_conversion_value,total_null\n';
  for (let row = 0; row < rows; row++) {
    const path: string[] = [];
    let at = random.integer(0, CHANNELS.length - 1);
    do {
      path.push(CHANNELS[at]!);
      at = random.chance(0.6)
        ? (at * 7 + random.integer(1, 4)) % CHANNELS.length
        : Math.floor(random.unit() * random.unit() * CHANNELS.length);
    } while (path.length < 40 && random.chance(0.824));
    const conversions = random.chance(0.3) ? random.integer(1, 3) : 0;
    const value = conversions === 0 ? '0' : (conversions * random.exponential(60)).toFixed(2);
    text += `${path.join(' > ')},${conversions},${value},${random.integer(0, 4)}\n`;
    if (text.length > 1 << 20 || row === rows - 1) {
      writeSync(descriptor, text);
      text = '';
    }
  }
  closeSync(descriptor);
  renameSync(making, file);
}
