/** The part `parsers`: small files of rows, read by the importer and by a slow reader of the same rules; exports through their presets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Random } from '../../src/domain/random.ts';
import { parquetFiles, parquetTrial } from './parquet-files.ts';
import { causeOf, counted, emptyResult, MANY_FINDINGS, type PartResult, type Plan } from './part.ts';
import { exportsOfVendors, exportTrial } from './plan-files.ts';
import { csvFile, ndjsonFile } from './row-files.ts';
import { judge, type Trial } from './row-judge.ts';
import { shownBytes, shrinkBytes } from './shrink.ts';

const PART = 'parsers';
/** So many pieces at most, so that reading them takes no time to speak of. */
const MOST_PIECES = 24;
/** Inputs between two lines of progress. */
const TOLD = 50_000;

interface Maker {
  /** How often it is chosen; less if an input takes long. */
  share: number;
  make: (random: Random) => Trial | Promise<Trial>;
}

async function makersIn(folder: string): Promise<Maker[]> {
  const exports = await exportsOfVendors();
  let files: ReturnType<typeof parquetFiles> | undefined;
  const parquet = () => {
    // Few runs need them.
    files ??= parquetFiles(folder);
    return files;
  };
  return [
    { share: 740, make: (random) => rowTrial(random, csvFile) },
    { share: 200, make: (random) => rowTrial(random, ndjsonFile) },
    { share: 59.8, make: (random) => exportTrial(random, random.pick(exports)) },
    { share: 0.2, make: async (random) => parquetTrial(random, await parquet(), folder) },
  ];
}

function rowTrial(random: Random, make: typeof csvFile): Trial {
  const file = make(random);
  const { kind, bytes, plan } = file;
  const piece = Math.max(random.pick([1, 2, 3, 5, 17, 64]), Math.ceil(bytes.length / MOST_PIECES));
  return { name: kind, bytes, beside: { plan, piece }, run: (shorter) => judge({ ...file, bytes: shorter }, piece) };
}

export async function fuzzParsers(plan: Plan): Promise<PartResult> {
  const result = emptyResult(PART);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-fuzz-parsers-'));
  try {
    const makers = await makersIn(folder);
    const causes = new Set<string>();
    const began = performance.now();
    for (let number = plan.from; number < plan.inputs; number++) {
      if (plan.stop.aborted || result.findings.length >= MANY_FINDINGS) break;
      const random = new Random(plan.seed, PART, number);
      const trial = await random.weighted(makers).make(random);
      const { kind, problem } = await trial.run(trial.bytes);
      counted(result.counts, `${trial.name} ${kind}`);
      result.inputs += 1;
      if (result.inputs % TOLD === 0) plan.progress?.(`${PART}: ${result.inputs} inputs`);
      if (problem === undefined || causes.has(trial.name + causeOf(problem))) continue;
      causes.add(trial.name + causeOf(problem));
      result.findings.push({ part: PART, number, ...(await smallest(trial, problem)) });
    }
    result.seconds = (performance.now() - began) / 1_000;
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
  return { problem: `${trial.name}: ${last}`, input: `${JSON.stringify(trial.beside)} ${shownBytes(least)}` };
}
