/** Times work, and writes a measurement: configuration, machine and results to one file, ratios to the screen. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value below which a part (0 to 1) of the values lie; NaN without values. */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) return Number.NaN;
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(part * values.length))]!;
}

/** The slope of a least-squares line through the logarithms: 1 is linear, 2 is quadratic. */
export function slope(points: ReadonlyArray<readonly [x: number, y: number]>): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (i: 0 | 1): number => logs.reduce((sum, point) => sum + point[i], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const both = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return both / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

/** The milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

export function show(label: string, value: string): void {
  console.log(`  ${label.padEnd(58)} ${value}`);
}

/** Prints a ratio with its bound. */
export function showRatio(label: string, ratio: number, bound: { at_least: number } | { at_most: number }): void {
  const text = 'at_least' in bound ? `at least ${bound.at_least}` : `at most ${bound.at_most}`;
  const kept = 'at_least' in bound ? ratio >= bound.at_least : ratio <= bound.at_most;
  show(label, `${ratio.toFixed(2)}  (${text}: ${kept ? 'kept' : 'MISSED'})`);
}

export function save(name: string, configuration: unknown, results: unknown, options = { tell: true }): void {
  const folder = new URL('./results/', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const path = join(folder, `${name}.json`);
  writeFileSync(
    path,
    `${JSON.stringify({ name, at: new Date().toISOString(), machine, configuration, results }, null, 2)}\n`,
  );
  if (options.tell) console.log(`  written to bench/results/${name}.json`);
}
