/** The part `parsers`: small files of rows, read by the importer and by a slow reader of the same rules; exports through their presets. */
import { performance } from 'node:perf_hooks';
import { Random } from '../../src/domain/random.ts';
import { causeOf, counted, emptyResult, MANY_FINDINGS, type PartResult, type Plan } from './part.ts';
import { csvFile, ndjsonFile } from './row-files.ts';
import { judge, type Verdict } from './row-judge.ts';
import { shownBytes, shrinkBytes } from './shrink.ts';

const PART = 'parsers';

/** An input: its bytes, and how they are tried; shorter ones are tried in the same way. */
export interface Trial {
  name: string;
  bytes: Buffer;
  /** What else belongs to the input, for a person. */
  beside: unknown;
  run: (bytes: Buffer) => Promise<Verdict>;
}

const MAKERS = [
  { share: 74, make: (random: Random) => rowTrial(random, csvFile) },
  { share: 20, make: (random: Random) => rowTrial(random, ndjsonFile) },
];

function rowTrial(random: Random, make: typeof csvFile): Trial {
  const file = make(random);
  const { kind, bytes, plan } = file;
  const piece = Math.max(random.pick([1, 2, 3, 5, 17, 64]), Math.ceil(bytes.length / 200));
  return { name: kind, bytes, beside: { plan, piece }, run: (shorter) => judge({ ...file, bytes: shorter }, piece) };
}

export async function fuzzParsers(plan: Plan): Promise<PartResult> {
  const result = emptyResult(PART);
  const causes = new Set<string>();
  const began = performance.now();
  for (let number = plan.from; number < plan.inputs; number++) {
    if (plan.stop.aborted || result.findings.length >= MANY_FINDINGS) break;
    const random = new Random(plan.seed, PART, number);
    const trial = random.weighted(MAKERS).make(random);
    const { kind, problem } = await trial.run(trial.bytes);
    counted(result.counts, `${trial.name} ${kind}`);
    result.inputs += 1;
    if (problem === undefined || causes.has(trial.name + causeOf(problem))) continue;
    causes.add(trial.name + causeOf(problem));
    const least = await shrinkBytes(trial.bytes, async (shorter) => {
      const again = (await trial.run(shorter)).problem;
      return again !== undefined && causeOf(again) === causeOf(problem);
    });
    const last = (await trial.run(least)).problem ?? problem;
    const input = `${JSON.stringify(trial.beside)} ${shownBytes(least)}`;
    result.findings.push({ part: PART, number, problem: `${trial.name}: ${last}`, input });
  }
  result.seconds = (performance.now() - began) / 1_000;
  const { rss, heapUsed } = process.memoryUsage();
  [result.rss_mb, result.heap_mb] = [rss / 1e6, heapUsed / 1e6];
  return result;
}
