/**
 * Compares this checkout with another one. It runs the same bench in both in turns, so that a busy minute of the machine affects
 * both, and prints the ratio of the medians for each figure. The result files of both checkouts stay as they were.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median, show } from './report.ts';

const ROUNDS = 3;
const HERE = new URL('..', import.meta.url).pathname;

/** The values of all rounds, by the path of the figure in the result file. */
type Figures = Map<string, number[]>;

/** @param folder for worlds. Each checkout makes its own, because the tables of two versions may differ. */
export function benchBeside(folder: string, other: string, names: readonly string[], scale: string): void {
  for (const name of names) {
    console.log(`${name}: this checkout / ${other}, medians of ${ROUNDS} rounds`);
    const [here, there]: [Figures, Figures] = [new Map(), new Map()];
    for (let round = 0; round < ROUNDS; round++) {
      collect(run(HERE, join(folder, 'here'), name, scale), '', here);
      collect(run(resolve(other), join(folder, 'beside'), name, scale), '', there);
    }
    for (const [figure, values] of here) {
      const others = there.get(figure);
      if (others === undefined) continue;
      const [ours, theirs] = [median(values), median(others)];
      show(figure, `${(ours / theirs).toFixed(2)}  (${ours.toPrecision(4)} / ${theirs.toPrecision(4)})`);
    }
  }
}

/** The results of one run. @throws when the bench fails or writes no file. */
function run(checkout: string, data: string, name: string, scale: string): unknown {
  const file = join(checkout, 'bench/results', `${name}.json`);
  const before = existsSync(file) ? readFileSync(file) : undefined;
  rmSync(file, { force: true });
  const env = { ...process.env, TRIBUTARY_BENCH_DATA: data };
  const args = ['run', '--silent', 'bench', '--', '--scale', scale, name];
  try {
    const { status } = spawnSync('npm', args, { cwd: checkout, env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0 || !existsSync(file)) throw new Error(`${checkout}: npm ${args.join(' ')}: status ${status}`);
    return JSON.parse(readFileSync(file, 'utf8')).results;
  } finally {
    if (before === undefined) rmSync(file, { force: true });
    else writeFileSync(file, before);
  }
}

/** Adds the numbers of a result. The items of a list are values of one figure. */
function collect(value: unknown, path: string, into: Figures): void {
  if (typeof value === 'number') into.set(path, [...(into.get(path) ?? []), value]);
  else if (Array.isArray(value)) for (const item of value) collect(item, path, into);
  else for (const [key, item] of Object.entries(value ?? {})) collect(item, path ? `${path}.${key}` : key, into);
}
