/** The part `files`: the bytes of every file that the program reads, changed in small ways. */
import { TributaryError } from '../../src/domain/errors.ts';
import type { Random } from '../../src/domain/random.ts';
import { lateness } from '../support/lateness.ts';
import { type FileForm, fileForms } from './file-forms.ts';
import { mutateBytes } from './hostile.ts';
import type { PartResult, Plan } from './part.ts';
import { tryAll, type Verdict } from './trials.ts';

const LATE_MS = 20_000;

export function fuzzFiles(plan: Plan): Promise<PartResult> {
  return tryAll(plan, 'files', async (folder) => {
    const forms = await fileForms(folder);
    return (random) => {
      const form = random.weighted(forms);
      return { name: form.name, bytes: changed(random, form), run: (bytes) => readBytes(form, bytes) };
    };
  });
}

function changed(random: Random, { samples, seal }: FileForm): Buffer {
  const sample = random.pick(samples);
  const bytes = random.chance(0.03) ? sample : mutateBytes(random, sample);
  // With a right checksum, the change is not found by it.
  return seal !== undefined && random.chance(0.6) ? seal(bytes) : bytes;
}

async function readBytes(form: FileForm, bytes: Buffer): Promise<Verdict> {
  let outcome: Verdict = { kind: 'read' };
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
