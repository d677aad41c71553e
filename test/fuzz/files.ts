/** The part `files`: the bytes of every file that the program reads, changed in small ways. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { TributaryError } from '../../src/domain/errors.ts';
import { Random } from '../../src/domain/random.ts';
import { lateness } from '../support/lateness.ts';
import { type FileForm, fileForms } from './file-forms.ts';
import { mutateBytes } from './hostile.ts';
import { causeOf, counted, emptyResult, MANY_FINDINGS, type PartResult, type Plan } from './part.ts';
import { shownBytes, shrinkBytes } from './shrink.ts';

const PART = 'files';
const LATE_MS = 20_000;

export async function fuzzFiles(plan: Plan): Promise<PartResult> {
  const result = emptyResult(PART);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-fuzz-files-'));
  try {
    const forms = await fileForms(folder);
    const causes = new Set<string>();
    const began = performance.now();
    for (let number = plan.from; number < plan.inputs; number++) {
      if (plan.stop.aborted || result.findings.length >= MANY_FINDINGS) break;
      const random = new Random(plan.seed, PART, number);
      const form = random.weighted(forms);
      const bytes = changed(random, form);
      const { kind, problem, delay_ms } = await readBytes(form, bytes);
      counted(result.counts, `${form.name} ${kind}`);
      result.max_delay_ms = Math.max(result.max_delay_ms, delay_ms);
      result.inputs += 1;
      if (problem === undefined || causes.has(form.name + causeOf(problem))) continue;
      causes.add(form.name + causeOf(problem));
      const least = await shrinkBytes(bytes, async (shorter) => {
        const again = (await readBytes(form, shorter)).problem;
        return again !== undefined && causeOf(again) === causeOf(problem);
      });
      result.findings.push({ part: PART, number, problem: `${form.name}: ${problem}`, input: shownBytes(least) });
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

function changed(random: Random, { samples, seal }: FileForm): Buffer {
  const sample = random.pick(samples);
  const bytes = random.chance(0.03) ? sample : mutateBytes(random, sample);
  // With a right checksum, the change is not found by it.
  return seal !== undefined && random.chance(0.6) ? seal(bytes) : bytes;
}

async function readBytes(form: FileForm, bytes: Buffer): Promise<{ kind: string; problem?: string; delay_ms: number }> {
  let outcome: { kind: string; problem?: string } = { kind: 'read' };
  let late: NodeJS.Timeout | undefined;
  const { max_s } = await lateness(async () => {
    try {
      const limit = new Promise<'late'>((resolve) => {
        late = setTimeout(() => resolve('late'), LATE_MS);
      });
      if ((await Promise.race([form.read(bytes), limit])) === 'late')
        outcome = { kind: 'late', problem: 'reading did not end' };
    } catch (error) {
      const is_ours = error instanceof TributaryError;
      outcome = is_ours
        ? { kind: 'refused' }
        : { kind: 'broken', problem: String((error as Error)?.stack ?? error).slice(0, 600) };
      if (is_ours && error.message === '') outcome = { kind: 'broken', problem: 'a refusal without a reason' };
    }
  });
  clearTimeout(late);
  return { ...outcome, delay_ms: max_s * 1_000 };
}
