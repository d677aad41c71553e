/** One fault, from the first event to the count: what a scenario is, how it is run and judged, and the table of results. */
import { performance } from 'node:perf_hooks';
import { type Count, countAll, type Damaged } from './count.ts';
import type { Server } from './server.ts';
import { Stage } from './stage.ts';

/** `small` takes seconds; `full` is the promise in the docs. */
export type Size = 'small' | 'full';

export interface Survived {
  /** Running, and recovered. */
  server: Server;
  /** From the end of the fault until everything acknowledged was queryable; the longest, if there were several. */
  recovery_ms: number;
  /** What was seen on the way. */
  note: string;
  damaged?: Damaged;
  /** Promises of this fault alone that were not kept. */
  problems?: string[];
}

export interface Scenario {
  fault: string;
  /** Runs at small size with every `npm test`; the others only in the deep tier. */
  quick?: true;
  /** The tests skip it where the engine is not installed. */
  needs_clickhouse?: true;
  run(stage: Stage, size: Size): Promise<Survived>;
}

export interface Outcome extends Count {
  fault: string;
  refused: number;
  recovery_ms: number;
  seconds: number;
  note: string;
}

/** What takes longer hangs: many times the usual time, because the machine may be busy. */
const LIMIT_S = 1_800;

/**
 * Runs a fault in a folder of its own, of which nothing is left.
 * @throws when the server does not come back, hangs, or `stop` is aborted.
 */
export async function runScenario({ fault, run }: Scenario, size: Size, stop?: AbortSignal): Promise<Outcome> {
  const started = performance.now();
  const stage = new Stage(seeded(fault));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${fault}: took longer than ${LIMIT_S} s`)), LIMIT_S * 1_000);
    stop?.addEventListener('abort', () => reject(new Error('interrupted')), { once: true });
  });
  const work = async (): Promise<Outcome> => {
    const { server, recovery_ms, note, damaged = new Set(), problems = [] } = await run(stage, size);
    const count = await countAll(server, stage.clients, damaged);
    count.problems.push(...problems);
    if (count.acknowledged === 0) count.problems.push('nothing was acknowledged, so nothing was tried');
    await server.kill();
    const seconds = (performance.now() - started) / 1_000;
    return { fault, ...count, refused: stage.clients.refused_records, recovery_ms, seconds, note };
  };
  const working = work();
  working.catch(() => undefined);
  try {
    return await Promise.race([working, late]);
  } finally {
    clearTimeout(timer);
    await stage.close();
  }
}

/** Whether the promise of a 202 was kept, and every other promise of the fault. */
export function kept({ lost, twice, problems }: Outcome): boolean {
  return lost === 0 && twice === 0 && problems.length === 0;
}

const HEAD = ['fault', 'acknowledged', 'found', 'damaged', 'lost', 'twice', 'refused (503)', 'to recover'];

/** The outcomes as a Markdown table that also reads well on a terminal. */
export function table(outcomes: readonly Outcome[]): string {
  const whole = (n: number): string => n.toLocaleString('en-US');
  const rows = outcomes.map((o) => [
    o.fault,
    ...[o.acknowledged, o.found, o.damaged, o.lost, o.twice, o.refused].map(whole),
    `${(o.recovery_ms / 1_000).toFixed(1)} s`,
  ]);
  const widths = HEAD.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(HEAD), line(rule), ...rows.map(line)].join('\n');
}

/** Numbers between 0 and 1 that are the same in each run of a fault (mulberry32). */
function seeded(text: string): () => number {
  let state = [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
