/** One fault, from the first event to the count: what a scenario is, and how it is run and judged. */
import { performance } from 'node:perf_hooks';
import { type Count, countAll, type Damaged } from './count.ts';
import type { Server } from './server.ts';
import { Stage } from './stage.ts';

/** `small` takes seconds and is for `npm test`, `deep` is for the deep tier, `full` is the promise in the docs (`npm run faults`). */
export type Size = 'small' | 'deep' | 'full';

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
  /** What the doctor has to tell after it. */
  told?: RegExp;
}

export interface Scenario {
  fault: string;
  /** Runs at small size with every `npm test`; the deep tier has all. */
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
  let interrupt = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${fault}: took longer than ${LIMIT_S} s`)), LIMIT_S * 1_000);
    interrupt = () => reject(new Error('interrupted'));
    stop?.addEventListener('abort', interrupt);
  });
  const work = async (): Promise<Outcome> => {
    const { server, recovery_ms, note, damaged = new Set(), problems = [], told } = await run(stage, size);
    const count = await countAll(server, stage.clients, damaged, told);
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
    stop?.removeEventListener('abort', interrupt);
    await stage.close();
  }
}

/** Whether the promise of a 202 was kept, and every other promise of the fault. */
export function kept({ lost, twice, problems }: Outcome): boolean {
  return lost === 0 && twice === 0 && problems.length === 0;
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
