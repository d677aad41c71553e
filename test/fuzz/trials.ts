/** Runs a part whose inputs are bytes of files: each is tried, and shortened if it breaks a promise. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Random } from '../../src/domain/random.ts';
import { causeOf, counted, emptyResult, MANY_FINDINGS, type PartResult, type Plan } from './part.ts';
import { shownBytes, shrinkBytes } from './shrink.ts';

/** How an input ended: `read`, `refused`, or with a problem. */
export interface Verdict {
  kind: string;
  problem?: string;
  /** How late the event loop was, in milliseconds, where that is measured. */
  delay_ms?: number;
}

/** An input: its bytes, and how they are tried; shorter ones are tried in the same way. */
export interface Trial {
  name: string;
  bytes: Buffer;
  /** What else belongs to the input, for a person. */
  beside?: unknown;
  run: (bytes: Buffer) => Promise<Verdict>;
}

type Make = (random: Random) => Trial | Promise<Trial>;

/** Inputs between two lines of progress. */
const TOLD = 50_000;

/** @param makerIn gives what makes an input; the folder goes with the run. */
export async function tryAll(
  plan: Plan,
  part: string,
  makerIn: (folder: string) => Promise<Make>,
): Promise<PartResult> {
  const result = emptyResult(part);
  const folder = mkdtempSync(join(tmpdir(), `tributary-fuzz-${part}-`));
  try {
    const make = await makerIn(folder);
    const causes = new Set<string>();
    const began = performance.now();
    for (let number = plan.from; number < plan.inputs; number++) {
      if (plan.stop.aborted || result.findings.length >= MANY_FINDINGS) break;
      const trial = await make(new Random(plan.seed, part, number));
      const { kind, problem, delay_ms = 0 } = await trial.run(trial.bytes);
      counted(result.counts, `${trial.name} ${kind}`);
      result.max_delay_ms = Math.max(result.max_delay_ms, delay_ms);
      result.inputs += 1;
      if (result.inputs % TOLD === 0) plan.progress?.(`${part}: ${result.inputs} inputs`);
      if (problem === undefined || causes.has(trial.name + causeOf(problem))) continue;
      causes.add(trial.name + causeOf(problem));
      result.findings.push({ part, number, ...(await smallest(trial, problem)) });
    }
    result.seconds = (performance.now() - began) / 1_000;
    (globalThis as { gc?: () => void }).gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    [result.rss_mb, result.heap_mb] = [rss / 1e6, heapUsed / 1e6];
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The shortest bytes that show a problem, and what it is with them. */
async function smallest(trial: Trial, problem: string): Promise<{ problem: string; input: string }> {
  const least = await shrinkBytes(trial.bytes, async (shorter) => {
    const again = (await trial.run(shorter)).problem;
    return again !== undefined && causeOf(again) === causeOf(problem);
  });
  const last = (await trial.run(least)).problem ?? problem;
  const beside = trial.beside === undefined ? '' : `${JSON.stringify(trial.beside)} `;
  return { problem: `${trial.name}: ${last}`, input: beside + shownBytes(least) };
}
